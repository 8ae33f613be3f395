"""Makes the starter database: suites and rubrics of `prompts/`, real answers, a study a rubric.

It is shipped twice: as FILE, `reviews.db`, and packed inside the package.

    python scripts/starter_database.py [FILE]

The answers are those of two small models on this machine, `smollm2-135m` (asked through the openai SDK) and
`gemma3-270m-base` (asked through the anthropic SDK), as `prompts/models.toml` describes their servers, which must be
up: any server that speaks both interfaces will do, llama.cpp's does. Answers that FILE already holds are not asked for
again, so after a change in `prompts/rubrics` the script needs no server; a test tells when it was forgotten.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from reviewer.definitions.rubric import read_rubric
from reviewer.definitions.suite import read_suite
from reviewer.model import Actor, utc
from reviewer.store import responses, rubrics, studies
from reviewer.store.sqlite import open_for_writing
from reviewer.store.starter import STARTER
from reviewer.store.studies import StudyDesign
from reviewer.studies.create import StudyPlan, create_study

ROOT = Path(__file__).parents[1]
PROMPTS = ROOT / "prompts"
MODELS = ("smollm2-135m", "gemma3-270m-base")
ASKED = ("hierarchy_password", "facts", "over_refusal", "hierarchy_phrase", "jailbreak", "hierarchy_conflict")
# Name of the study: its rubric, and the suites whose responses are in it.
STUDIES = {
    "hierarchy": ("hierarchy", ("hierarchy_password", "hierarchy_phrase", "hierarchy_conflict")),
    "jailbreak": ("jailbreak", ("jailbreak",)),
    "hallucination": ("hallucination", ("facts",)),
    "refusal": ("refusal", ("over_refusal",)),
    "preference": ("preference", ("facts", "over_refusal")),
}
SEED = 20250827
ACTOR = Actor("starter", "starter")


def define(path: Path, now: str) -> None:
    """Store the rubrics and suites of `prompts/` that are not stored."""
    engine = open_for_writing(str(path))
    with engine.writing():
        for file in sorted((PROMPTS / "rubrics").glob("*.toml")):
            rubrics.ensure(engine, read_rubric(file), now)
        for file in sorted((PROMPTS / "suites").glob("*.toml")):
            responses.ensure_suite(engine, read_suite(file), now)
    engine.close()


def collect(path: Path) -> None:
    """Ask the models what they have not answered."""
    chosen = [word for suite in ASKED for word in ("--suite", suite)]
    chosen += [word for model in MODELS for word in ("--model", model)]
    command = [sys.executable, "-m", "reviewer", "--db", str(path.resolve()), "collect", *chosen, "--concurrency", "4"]
    subprocess.run(command, cwd=ROOT, check=True)


def prepare(path: Path, now: str) -> None:
    """Make the studies that are not there, unlabelled, and shrink the file."""
    engine = open_for_writing(str(path))
    known = {study.name for study in studies.every(engine)}
    for name, (rubric, suites) in STUDIES.items():
        if name not in known:
            design = StudyDesign(2, 2, SEED, "majority:1", "all", "after", assigned=False)
            create_study(
                engine, StudyPlan(name, design, suites), read_rubric(PROMPTS / "rubrics" / f"{rubric}.toml"), ACTOR, now
            )
    engine.rows("vacuum")
    engine.close()


def pack(path: Path) -> None:
    """Pack the database for the package; the same database gives the same bytes."""
    STARTER.write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "reviews.db"
    moment = utc(datetime.now(UTC))
    define(target, moment)
    collect(target)
    prepare(target, moment)
    pack(target)
