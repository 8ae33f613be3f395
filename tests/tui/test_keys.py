"""Keys: listed, found in the palette, bound once, and none in the way of an answer."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Footer, OptionList

from reviewer.definitions.question import KEY
from reviewer.store import items
from reviewer.store.sqlite import open_for_reading
from reviewer.tui.app import ReviewerApp
from reviewer.tui.dialogs import AskText, Confirm, ReadText, ShowKeys
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.rate_keys import WRITE_KEY
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.search_screen import SearchScreen
from reviewer.tui.settings_screen import SettingsScreen
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.painted import SMALL, WIDE, Tester, notices, text, until
from tests.support.rating_app import at_home, status, to_rating
from tests.support.screens import Asked, app_on, make_study_of
from tests.support.stories import rubric


async def shown_keys(pilot: Tester) -> str:
    await pilot.press("question_mark")
    await until(pilot, lambda: isinstance(pilot.app.screen, ShowKeys))
    return pilot.app.screen.query_one(TextPane).visible_text


def tooltips(kind: type[Screen[Any]]) -> list[str]:
    return [binding.tooltip for binding in kind.BINDINGS if isinstance(binding, Binding) and binding.tooltip]


async def test_the_keys_of_home_are_all_listed(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        keys = await shown_keys(pilot)
        assert [words for words in tooltips(HomeScreen) if words not in keys] == []


async def test_the_keys_of_rating_are_all_listed(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await to_rating(pilot)
        keys = await shown_keys(pilot)
        assert [words for words in tooltips(RateScreen) if words not in keys] == []


async def test_no_group_of_keys_is_without_a_name(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        assert (await shown_keys(pilot)).strip().splitlines()[0].strip() == "app"


async def test_the_keys_are_closed_again(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await to_rating(pilot)
        await shown_keys(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def in_palette(pilot: Tester, words: str) -> list[str]:
    """Open the palette, write, and return what it offers once it has looked."""
    await pilot.press("p")
    await until(pilot, lambda: bool(pilot.app.screen.query("CommandList")))
    await pilot.press(*["space" if letter == " " else letter for letter in words])
    listed = pilot.app.screen.query_one("CommandList", OptionList)

    def looked() -> bool:
        offered = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
        return bool(offered) and all(words in one.lower() or "No matches" in one for one in offered)

    await until(pilot, looked)
    return [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]


async def test_the_palette_finds_an_act_by_what_it_does_and_runs_it(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await to_rating(pilot)
        assert "guideline" in (await in_palette(pilot, "guideline"))[0]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))


async def test_the_palette_knows_every_act_by_the_name_in_the_footer(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await to_rating(pilot)
        titles = "\n".join(command.title for command in pilot.app.get_system_commands(screen))
        assert [one.description for one in bindings(RateScreen) if one.show and one.description not in titles] == []


async def test_the_palette_changes_the_theme(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await at_home(pilot)
        await in_palette(pilot, "theme reviewer-light")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.theme == "reviewer-light")


SCREENS: list[type[Screen[Any]]] = [
    HomeScreen, RateScreen, SearchScreen, SettingsScreen, AskText, ReadText, ShowKeys, Confirm,
]  # fmt: skip


def bindings(of: type[Screen[Any]] | type[ReviewerApp]) -> list[Binding]:
    own = of.BINDINGS if "BINDINGS" in vars(of) else of.__mro__[1].BINDINGS  # type: ignore[attr-defined]
    assert all(isinstance(binding, Binding) for binding in own)
    return [binding for binding in own if isinstance(binding, Binding)]


@pytest.mark.parametrize("of", [*SCREENS, ReviewerApp], ids=lambda of: of.__name__)
def test_every_binding_has_id_description_and_tooltip(of: type[Screen[Any]]) -> None:
    lacking = [one.key for one in bindings(of) if not (one.id and one.description and one.tooltip)]
    assert lacking == []


@pytest.mark.parametrize("of", SCREENS, ids=lambda of: of.__name__)
def test_no_two_bindings_share_a_key(of: type[Screen[Any]]) -> None:
    keys = [key for one in [*bindings(of), *bindings(ReviewerApp)] for key in one.key.split(",")]
    assert sorted(keys) == sorted(set(keys))


def test_no_two_bindings_share_an_id() -> None:
    ids = [one.id for of in (HomeScreen, RateScreen, SearchScreen, SettingsScreen, ReviewerApp) for one in bindings(of)]
    assert sorted(filter(None, ids)) == sorted(set(filter(None, ids)))


def test_no_key_of_rating_may_be_an_options_key_but_the_one_that_writes() -> None:
    keys = [key for one in [*bindings(RateScreen), *bindings(ReviewerApp)] for key in one.key.split(",")]
    assert [key for key in keys if KEY.fullmatch(key)] == [WRITE_KEY]


OPTION_KEYS = [key for key in "0189AZabehmoqty" if KEY.fullmatch(key)]


@pytest.mark.parametrize(
    "keys",
    [
        [key for key in OPTION_KEYS if key != WRITE_KEY],
        [WRITE_KEY],
    ],
    ids=["all but one", "the one that writes"],
)
async def test_every_key_that_a_rubric_may_use_answers(tmp_path: Path, keys: list[str]) -> None:
    options = [{"value": f"v{place}", "label": f"option {key}", "key": key} for place, key in enumerate(keys)]
    asks = rubric("all", {"id": "q", "text": "Which?", "per": "response", "scale": "multi", "option": options})
    path = str(tmp_path / "reviews.db")
    make_study_of(path, asks, [Asked("Question?", ["alpha"])], panes=1)
    async with app_on(path, study=None).run_test(size=WIDE) as pilot:
        await to_rating(pilot)
        await pilot.press(*keys)
        await until(pilot, lambda: "draft kept" in status(pilot.app))
    with closing(open_for_reading(path)) as engine:
        [answer] = items.load_draft(engine, 1, "r1").answers.values()
    assert len(asks.questions[0].selected(answer.value)) == len(keys)


async def test_the_footer_of_rating_fits_a_small_terminal(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        screen = await to_rating(pilot)
        footer = screen.query_one(Footer)
        assert footer.max_scroll_x == 0


async def test_an_unknown_key_is_said_to_be_one_and_only_once(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL, notifications=True) as pilot:
        await to_rating(pilot)
        for _ in range(3):
            await pilot.press("ы")
        await until(pilot, lambda: "ы is no key here" in notices(pilot))
        assert notices(pilot).count("ы is no key here") == 1


async def test_full_width_digits_answer_as_plain_ones(path: str) -> None:
    async with app_on(path, study=None).run_test(size=SMALL) as pilot:
        await to_rating(pilot)
        await pilot.press("１")
        await until(pilot, lambda: "✓" in text(pilot))
