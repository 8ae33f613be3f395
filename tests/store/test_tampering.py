"""The tampering table: nothing that is done to a sealed database in silence passes under its seal."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from reviewer.store.sqlite import open_for_writing
from tests.support.sealed_database import Noticed, fill_every_table, noticed, seal_to
from tests.support.tamperings import STATES, TAMPERINGS, Tampering, tampered


class Sealed(NamedTuple):
    path: Path
    file: Path
    hash: str


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    folder = tmp_path_factory.mktemp("sealed")
    path, file = folder / "reviews.db", folder / "s.seal"
    with closing(open_for_writing(str(path))) as engine:
        fill_every_table(engine)
    return Sealed(path, file, seal_to(str(path), file))


@pytest.fixture
def sealed(untouched: Sealed, tmp_path: Path) -> Sealed:
    """A copy of the database, to be tampered with, and its seal."""
    return untouched._replace(path=Path(shutil.copy(untouched.path, tmp_path)))


def after(sealed: Sealed, tampering: Tampering) -> Noticed:
    tampered(str(sealed.path), tampering)
    return noticed(str(sealed.path), sealed.file, sealed.hash)


def test_a_database_that_nobody_touched_holds(sealed: Sealed) -> None:
    assert noticed(str(sealed.path), sealed.file, sealed.hash) == Noticed("", "", "")


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.name)
def test_no_tampering_passes_under_the_seal(sealed: Sealed, tampering: Tampering) -> None:
    found = after(sealed, tampering)
    expected = "added" if tampering.adds else "differs"
    assert (found.by_hash, found.by_file) == (expected, expected)


@pytest.mark.parametrize("tampering", STATES, ids=lambda one: one.name)
def test_no_state_that_the_acts_do_not_explain_passes_without_a_seal(sealed: Sealed, tampering: Tampering) -> None:
    assert after(sealed, tampering).alone == "differs"


def test_the_table_is_long_and_no_two_tamperings_bear_one_name() -> None:
    names = [one.name for one in (*TAMPERINGS, *STATES)]
    assert len(names) > 200
    assert len(set(names)) == len(names)
