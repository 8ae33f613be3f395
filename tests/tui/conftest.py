from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.rating_app import ITEMS
from tests.support.screens import make_study_of, plain_rubric


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys count at once on a new item."""
    monkeypatch.setattr("reviewer.tui.reading_screen.GUARD_SECONDS", 0.01)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A database with the study `s` of four items of two panes."""
    made = str(tmp_path / "reviews.db")
    make_study_of(made, plain_rubric(), ITEMS)
    return made
