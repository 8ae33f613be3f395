from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.model import Rater
from reviewer.store import raters
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from tests.support.databases import in_one_step
from tests.support.stories import NOW, PLAIN, Clock, design, fill, make_study, rate, sit


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "reviews.db")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a study, to be copied."""
    made = tmp_path_factory.mktemp("made") / "reviews.db"
    with closing(open_for_writing(str(made))) as engine:
        fill(engine, prompts=range(3), configurations=["m"])
        make_study(engine, PLAIN, design())
        rate(sit(engine, "r1", Clock()))
    return made


@pytest.fixture
def made(template: Path, path: str) -> str:
    """A database with a study, closed."""
    return str(shutil.copy(template, path))


@pytest.fixture
def response(engine: Engine) -> str:
    """A response in a study, and a rater."""
    [identity] = fill(engine, prompts=[1], configurations=["m"])
    make_study(engine, PLAIN, design())
    in_one_step(engine, lambda: raters.ensure(engine, Rater("r1"), NOW))
    return identity
