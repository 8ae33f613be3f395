from __future__ import annotations

import pytest

from reviewer.tui.start_app import StartApp, StartChoice
from tests.support.hostile_text import HOSTILE_NAME, harmless
from tests.support.painted import text

CHOICES = [StartChoice("One", "holds this", "/one.db"), StartChoice("Two", "holds that", "/two.db")]


@pytest.mark.parametrize(
    ("keys", "taken"),
    [(["enter"], 0), (["down", "enter"], 1), (["q"], None), (["down", "escape"], None)],
    ids=["enter", "down enter", "q", "escape"],
)
async def test_the_chosen_one_is_taken_and_leaving_takes_none(keys: list[str], taken: int | None) -> None:
    app = StartApp("reviews.db", CHOICES)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
    assert app.return_value == taken


async def test_a_path_cannot_steer_the_terminal() -> None:
    app = StartApp(HOSTILE_NAME, [StartChoice("One", "holds this", HOSTILE_NAME)])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        painted = text(pilot)
    assert "holds this" in painted
    assert harmless(painted)
