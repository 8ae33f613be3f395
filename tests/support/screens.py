"""The application in a test: a study of simulated responses on a database of the test's own, and what it stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reviewer.cli.collect_from_home import HomeCollect
from reviewer.cli.import_from_home import HomeImport
from reviewer.definitions.rubric import Rubric, rubric_from_json
from reviewer.model import (
    Actor,
    Configuration,
    Label,
    Message,
    Response,
    Role,
    Suite,
    SuitePrompt,
    prompt_of,
    response_id,
)
from reviewer.session.terminal_session import TerminalIdentity, TerminalSession
from reviewer.store import labels, responses, rubrics, search, studies
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.store.studies import StudyDesign
from reviewer.study_design.sampling import ChosenResponse
from reviewer.tui.app import ReviewerApp
from tests.support.commands import RUBRIC
from tests.support.stories import NOW, Clock, fill, filled


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
            study = studies.create(engine, "s", rubric, StudyDesign(panes, overlap, 1, "majority:1"), NOW)
            numbers = engine.rows("select number from response")
            studies.extend(engine, study, [ChosenResponse(number) for (number,) in numbers], least=1)
        assert len(ids) == prompts * configurations
    return path


def session_on(
    path: str, rater: str = "r1", token: str = "t", clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> TerminalSession:
    """Return the session of `rater` at a terminal of their own."""
    return TerminalSession(
        lambda: open_for_reading(path),
        lambda: open_for_writing(path),
        Actor(rater, "login"),
        TerminalIdentity(token, "host", 1),
        clock,
    )


def finish(path: str, rater: str, count: int, study: str = "s") -> None:
    """Finish so many items as a rater at another terminal."""
    session = session_on(path, rater, "other", Clock())
    session.enter(study)
    for _ in range(count):
        found = session.next_item()
        assert isinstance(found, tuple)
        session.submit(found[0], filled(session.rating.rubric, found[0], {"verdict": "yes"}))
    session.close()


def app_on(path: str, rater: str = "r1", study: str | None = "s", token: str = "t") -> ReviewerApp:
    """Return the application of `rater`, which takes up `study` at once."""
    others = "another: {}".format
    return ReviewerApp(
        lambda: session_on(path, rater, token),
        rater,
        lambda entered: [others(other.token) for other in entered.others],
        lambda: HomeImport(path, Actor("r1", "login")),
        lambda: HomeCollect(path),
        study,
    )


def stored(path: str) -> list[Label]:
    """Return the labels of the study as they are stored."""
    with closing(open_for_reading(path)) as engine:
        return list(labels.of_study(engine, "s"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt with the responses to it, one a configuration, and what a suite says of it."""

    prompt: str
    responses: Sequence[str]
    severity: int | None = None
    reference: str | None = None
    system: str | None = None


def make_study_of(
    path: str, rubric: Rubric, asked: Sequence[Asked], *, name: str = "s", panes: int = 2, overlap: int = 2
) -> None:
    """Bring in responses, index their words, and make a study of them in the database at `path`, made where new."""
    with closing(open_for_writing(path)) as engine:
        with engine.writing():
            first = responses.last_response(engine) + 1
            chosen = [first + number for number in range(_store(engine, first, name, asked))]
            rubrics.ensure(engine, rubric, NOW)
            study = studies.create(engine, name, rubric, StudyDesign(panes, overlap, 1, "majority:1"), NOW)
            studies.extend(engine, study, [ChosenResponse(number) for number in chosen], least=1)
        list(search.index_responses(engine))


def _store(engine: Engine, first: int, suite: str, asked: Sequence[Asked]) -> int:
    """Store prompts in a suite of their own and the responses to them, from number `first`; return how many."""
    prompts = [
        prompt_of([*([Message(Role.SYSTEM, one.system)] if one.system else []), Message(Role.USER, one.prompt)])
        for one in asked
    ]
    members = tuple(
        SuitePrompt(f"p{place}", prompt, one.reference, None, one.severity, (), None, None)
        for place, (prompt, one) in enumerate(zip(prompts, asked, strict=True))
    )
    responses.ensure_suite(
        engine, Suite(f"suite-{first}", 1, suite, "any", rubric="plain", source="", prompts=members, hash=suite), NOW
    )
    numbers, _ = responses.ensure_prompts(engine, prompts)
    rows: list[tuple[int, int, int, Response]] = []
    for prompt, one in zip(prompts, asked, strict=True):
        for place, text in enumerate(one.responses):
            name = f"m{place}"
            configuration = responses.ensure_configuration(
                engine, Configuration(name, f"maker-of-{name}", None, "lab-x")
            )
            identity = response_id(prompt.id, name, text, 1)
            response = Response(identity, prompt.id, name, 1, text)
            rows.append((first + len(rows), numbers[prompt.id], configuration, response))
    responses.add_responses(engine, rows, NOW)
    return len(rows)


def stored_responses(path: str) -> int:
    """Return how many responses are stored."""
    with closing(open_for_reading(path)) as engine:
        return responses.counts(engine)["response"]
