"""The application in a test: a study of simulated responses on a database of the test's own, and what it stored."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from commands import RUBRIC
from stories import NOW, fill

from reviewer.desk import Desk, Identity
from reviewer.model import Label
from reviewer.rubric import Rubric, rubric_from_json
from reviewer.store import labels, rubrics, studies
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.store.studies import Chosen, Design
from reviewer.tui.app import ReviewerApp


def plain_rubric() -> Rubric:
    """Return the rubric of the command line's tests: a verdict, faults where it is "no", an optional comment."""
    import tomllib

    from reviewer.model import canonical

    return rubric_from_json(canonical(tomllib.loads(RUBRIC)))


def make_study(
    folder: Path, rubric: Rubric, *, prompts: int = 3, configurations: int = 2, panes: int = 2, overlap: int = 2
) -> str:
    """Make a database with one study `s`, and return its path."""
    path = str(folder / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        ids = fill(engine, prompts=range(prompts), configurations=[f"m{one}" for one in range(configurations)])
        with engine.writing():
            rubrics.ensure(engine, rubric, NOW)
            study = studies.create(engine, "s", rubric.hash, Design(panes, overlap, 1, "majority:1"), NOW)
            numbers = engine.rows("select number from response")
            studies.extend(engine, study, [Chosen(number) for (number,) in numbers], least=1)
        assert len(ids) == prompts * configurations
    return path


def app_on(path: str, rater: str = "r1", study: str | None = "s", token: str = "t") -> ReviewerApp:
    """Return the application of `rater`, which takes up `study` at once."""

    def open_desk() -> Desk:
        return Desk(
            lambda: open_for_reading(path),
            lambda: open_for_writing(path),
            rater,
            Identity(token, "host", 1),
            lambda: datetime.now(UTC),
        )

    return ReviewerApp(open_desk, rater, lambda entered: [f"another: {other.token}" for other in entered.others], study)


def stored(path: str) -> list[Label]:
    """Return the labels of the study as they are stored."""
    with closing(open_for_reading(path)) as engine:
        return list(labels.of_study(engine, "s"))
