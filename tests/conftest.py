from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from tests.support.commands import Run, runner
from tests.support.gold_stories import import_story
from tests.support.llm_server import LLMServer, served
from tests.support.stories import Clock, Open

# A machine that is busy for a moment is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(params=["sqlite"])
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """What opens one and the same database again and again, on the thread that calls it; the caller closes."""
    path = str(tmp_path / "reviews.db")
    return {"sqlite": lambda: open_for_writing(path)}[request.param]


@pytest.fixture
def engine(open_engine: Open) -> Iterator[Engine]:
    """The database, opened for writing."""
    opened = open_engine()
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What runs `reviewer ARGS` in the test's own folder."""
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def gold_story(run: Run, tmp_path: Path) -> Run:
    """What runs `reviewer ARGS` where the study `s` has gold, a dispute, graders and a secret."""
    import_story(run, tmp_path)
    return run


@pytest.fixture
def server() -> Iterator[LLMServer]:
    """A server on loopback that answers as the providers do."""
    with served() as state:
        yield state
