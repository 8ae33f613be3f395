"""Wide, right-to-left and combining characters in two panes: every row keeps to its pane, and the frames stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.tui.widgets.graphemes import cells
from tests.support.painted import rows_on_screen
from tests.support.rating_app import begin
from tests.support.screens import Asked, app_on, make_study_of, plain_rubric

MIXED = (
    "中文字符与 English words 混排,一行又一行。" * 4,
    "مرحبا بالعالم، هذا نص طويل بعض الشيء. " * 6,
    "שלום עולם, and back again. " * 8,
    "👨‍👩‍👧 👍🏽 🇫🇷 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and plain words. " * 6,
    "e\u0301a\u0308 한국어 क्षि నమస్తే ไทย " * 8,
    "می\u200cخواهم\tand a tab\tor two. " * 6,
)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
@pytest.mark.parametrize("text", MIXED, ids=["wide", "arabic", "hebrew", "emoji", "combining", "joiners and tabs"])
async def test_every_row_keeps_to_its_pane(tmp_path: Path, text: str, size: tuple[int, int]) -> None:
    path = str(tmp_path / "reviews.db")
    make_study_of(path, plain_rubric(), [Asked(text, [text, "plain words, " * 20])])
    app = app_on(path)
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        rows = rows_on_screen(pilot)
        assert {cells(row) for row in rows} == {size[0]}
        between = [row for row in rows if row.count("│") == 4]
        assert len(between) > 3
        assert {tuple(cells(part) for part in row.split("│")) for row in between} == {
            (0, size[0] // 2 - 2, 0, size[0] // 2 - 2, 0)
        }
