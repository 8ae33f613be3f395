"""One picture a screen and size: what a rater looks at. After a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.widgets import Input, OptionList

from reviewer.definitions.lookup import folders
from reviewer.definitions.rubric import Rubric, find_rubric, rubric_from_json
from reviewer.model import canonical
from reviewer.store import studies
from reviewer.store.sqlite import open_for_writing
from reviewer.tui.collect_screen import CollectScreen
from reviewer.tui.dialogs import AskText, ReadText, ShowKeys
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.search_screen import SearchScreen
from reviewer.tui.settings_screen import SettingsScreen
from reviewer.tui.widgets.status_line import StatusLine
from tests.support.commands import PREFERENCE, write_table
from tests.support.painted import Tester, stop_cursors, until
from tests.support.rating_app import at_home
from tests.support.screens import Asked, app_on, make_study_of, plain_rubric
from tests.support.stories import NOW

Compare = Callable[..., bool]
Steps = Callable[[Tester], Awaitable[None]]

SIZES = [(80, 24), (160, 48)]
SIZED = pytest.mark.parametrize("size", SIZES, ids=["80x24", "160x48"])
PATH = "reviews.db"
ASKED = (
    "The recipe says to let the dough rest overnight, but guests arrive in four hours. Can I rest it for one hour in"
    " a warm oven instead, and what would I lose by it?"
)
SYSTEM = "You help in a cooking school. Answer in at most five sentences. Never name a brand."
SHORT = "Yes, at about 30 °C, if you use a little more yeast. You lose flavour and an open crumb; the loaf still rises."
LISTED = """Resting overnight does three things:

1. It lets the flour take up water, so that the dough is easier to shape.
2. It develops flavour, because enzymes turn starch into sugar.
3. It relaxes the gluten.

An hour in a warm oven gives you the first and part of the third. For the second, add a spoon of old dough:

    flour   500 g
    water   325 g
    yeast     6 g   (instead of 2 g)

Keep the oven below 35 °C: above that the yeast works too fast, and the crumb gets coarse and dry."""
CAREFUL = (
    "I would rather not promise that. A warm oven speeds the yeast up but not the enzymes, so the loaf will rise and"
    " taste flat. If four hours are all there is, rest it for two hours at room temperature, shape it, and give it"
    " forty minutes more under a cloth while the oven heats."
)
FOREIGN = "可以，但味道会差一些。Ja, aber der Teig verliert an Geschmack. نعم، ولكن النكهة أقل. 👩‍🍳"
RESPONSES = (SHORT, LISTED, CAREFUL, FOREIGN, LISTED[:200], CAREFUL[:150], SHORT * 3, "No.")


def asked(panes: int, severity: int | None = None) -> list[Asked]:
    """Return one item of so many responses, with a prompt of two messages."""
    return [Asked(ASKED, RESPONSES[:panes], severity, system=SYSTEM)]


def shipped(name: str) -> Rubric:
    return find_rubric(name, folders("rubrics"))


def preference() -> Rubric:
    return rubric_from_json(canonical(tomllib.loads(PREFERENCE)))


async def home(pilot: Tester) -> None:
    await at_home(pilot)


async def rating(pilot: Tester) -> None:
    await home(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, RateScreen) and pilot.app.screen.is_ready)


def then(*keys: str) -> Steps:
    """Return the steps to the first item and on by `keys`, until the draft is kept."""

    async def steps(pilot: Tester) -> None:
        await rating(pilot)
        await pilot.press(*keys)
        await until(pilot, lambda: "draft kept" in str(pilot.app.screen.query_one(StatusLine).content))

    return steps


def opened(kind: type, *keys: str) -> Steps:
    """Return the steps to the first item and on by `keys`, until something of `kind` is on top."""

    async def steps(pilot: Tester) -> None:
        await rating(pilot)
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(pilot.app.screen, kind))

    return steps


async def find(pilot: Tester) -> None:
    await opened(AskText, "slash")(pilot)
    await pilot.press(*"oven", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, RateScreen) and pilot.app.screen.is_ready)
    await pilot.press("n")
    await until(pilot, lambda: "hit 2 of" in str(pilot.app.screen.query_one(StatusLine).content))


async def note(pilot: Tester) -> None:
    await opened(AskText, "c")(pilot)
    await pilot.press(*"reads", "space", *"oddly")


async def search(pilot: Tester) -> None:
    await then("1", "1")(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
    await pilot.press("slash")
    await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
    await pilot.press(*"yeast", "enter")
    await until(pilot, lambda: isinstance(pilot.app.focused, OptionList))


async def settings(pilot: Tester) -> None:
    await home(pilot)
    await pilot.press("comma")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))


async def collect(pilot: Tester) -> None:
    await home(pilot)
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, CollectScreen))


async def preview(pilot: Tester) -> None:
    write_table(Path.cwd())
    await home(pilot)
    await pilot.press("o")
    for line in ("answers.jsonl", "", ""):
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        asking = pilot.app.screen
        asking.query_one(Input).value = line
        await pilot.press("enter")
        await until(pilot, lambda before=asking: pilot.app.screen is not before)  # type: ignore[misc]
    await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))


@dataclass(frozen=True, slots=True)
class Scene:
    """What is in the database, and the steps to the picture."""

    steps: Steps
    panes: int = 2
    rubric: Callable[[], Rubric] = plain_rubric
    severity: int | None = None


SCENES = {
    "rating_one": Scene(rating, panes=1),
    "rating_two": Scene(then("1")),
    "rating_four": Scene(then("1"), panes=4),
    "rating_eight": Scene(then("1"), panes=8),
    "rating_ten_options": Scene(then("3", "0", "up"), rubric=lambda: shipped("refusal")),
    "rating_preference": Scene(rating, rubric=preference),
    "rating_preference_of_four": Scene(then("1"), panes=4, rubric=preference),
    "rating_covered": Scene(rating, severity=3),
    "rating_differences": Scene(then("1", "left", "d")),
    "rating_find": Scene(find),
    "rating_answered": Scene(then("1", "1")),
    "guideline": Scene(opened(ReadText, "g"), rubric=lambda: shipped("refusal")),
    "keys": Scene(opened(ShowKeys, "question_mark")),
    "note": Scene(note),
    "decode": Scene(opened(ReadText, "x")),
    "collect": Scene(collect),
    "import_preview": Scene(preview),
    "search": Scene(search),
    "settings": Scene(settings),
}


@pytest.fixture(autouse=True)
def still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock and what blinks; the path on the home screen is the same always."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("reviewer.tui.time_on_item.time", SimpleNamespace(monotonic=lambda: 0.0))
    stop_cursors(monkeypatch)


def matches(snap_compare: Compare, scene: Scene, size: tuple[int, int], theme: str | None = None) -> bool:
    make_study_of(PATH, scene.rubric(), asked(scene.panes, scene.severity), name="bread", panes=scene.panes)

    async def before(pilot: Tester) -> None:
        await scene.steps(pilot)
        if theme is not None:
            pilot.app.theme = theme

    return snap_compare(app_on(PATH, study=None), terminal_size=size, run_before=before)


@SIZED
@pytest.mark.parametrize("name", SCENES)
def test_picture(name: str, size: tuple[int, int], snap_compare: Compare) -> None:
    assert matches(snap_compare, SCENES[name], size)


@pytest.mark.parametrize("theme", ["reviewer-high-contrast", "reviewer-light", "ansi-dark"])
def test_picture_in_theme(theme: str, snap_compare: Compare) -> None:
    assert matches(snap_compare, Scene(then("2", "2")), SIZES[0], theme)


def test_picture_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert matches(snap_compare, Scene(then("2", "2")), SIZES[0])


@SIZED
def test_picture_of_an_empty_home(size: tuple[int, int], snap_compare: Compare) -> None:
    open_for_writing(PATH).close()
    assert snap_compare(app_on(PATH, study=None), terminal_size=size, run_before=home)


@SIZED
def test_picture_of_three_studies(size: tuple[int, int], snap_compare: Compare) -> None:
    make_study_of(PATH, plain_rubric(), asked(2), name="bread")
    many = [Asked(f"Prompt {number}?", ["One.", f"Two {number}."]) for number in range(40)]
    make_study_of(PATH, shipped("refusal"), many, name="refusals-of-august")
    make_study_of(PATH, preference(), [Asked(f"{one.prompt} Why?", one.responses) for one in many], name="which")
    with closing(open_for_writing(PATH)) as engine, engine.writing():
        studies.close(engine, studies.load(engine, "which").number, NOW)
    assert snap_compare(app_on(PATH, study=None), terminal_size=size, run_before=home)
