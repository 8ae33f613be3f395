"""The agreement screen: what it shows, what it opens, what it names and what it does not. Labels are simulated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from reviewer.store import acts, studies
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.studies.lead_acts import leave_out
from reviewer.tui.agreement_screen import AgreementScreen
from reviewer.tui.confusion_screen import ConfusionScreen
from reviewer.tui.dialogs import Confirm
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.painted import text, until
from tests.support.rating_app import at_home
from tests.support.screens import app_on
from tests.support.stories import (
    LEAD,
    NOW,
    PLAIN,
    PREFERRED,
    VERDICT,
    Clock,
    Table,
    bring_in,
    design,
    fill,
    loaded,
    make_study,
    rate,
    rate_all,
    row,
    rubric,
    sit,
)

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
# A letter a rater: yes, no, cannot tell.
RATED = ["yyy"] * 12 + ["nnn"] * 9 + ["yyn", "yyn", "nyn", "ycn", "nny", "yyc", "ynn"]
WORDS = {"y": "yes", "n": "no", "c": "cannot_tell"}
ALL_KEYS = "? Keys"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviewer.tui.agreement_screen.LOOKED_EVERY", 0.1)


def imported(folder: Path, *, is_open: bool = True, rated: list[str] = RATED) -> str:
    """Make a study of imported labels by three raters and return the path of its database."""
    path = str(folder / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        rows = [
            row(
                number,
                f"answer {number}",
                labels={f"hidden{place}": WORDS[letter] for place, letter in enumerate(letters)},
                model=f"secret-{number % 2}",
            )
            for number, letters in enumerate(rated)
        ]
        bring_in(engine, Table(rows))
        if not is_open:
            with engine.writing():
                studies.close(engine, studies.load(engine, "s").number, NOW)
    return path


async def look(pilot: Pilot[None], *keys: str) -> None:
    """Open the agreement screen from home and go on by keys, each when what came before is shown."""
    await at_home(pilot)
    await pilot.press("m")
    await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen) and pilot.app.screen.is_shown)
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        await until(pilot, lambda: not isinstance(pilot.app.screen, AgreementScreen) or pilot.app.screen.is_shown)


async def behind(pilot: Pilot[None], *keys: str) -> None:
    """Open the items behind the largest confusion and go on by keys."""
    await look(pilot, "2", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfusionScreen) and pilot.app.screen.is_ready)
    for key in keys:
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfusionScreen) and pilot.app.screen.is_ready)


def unblinded(path: str) -> list[tuple[str, str, str]]:
    with closing(open_for_reading(path)) as engine:
        return [(one.who, one.login, one.shown_by) for one in acts.unblindings(engine, "s")]


@SIZES
async def test_figures_stand_with_intervals_prevalence_and_consensus(tmp_path: Path, size: tuple[int, int]) -> None:
    async with app_on(imported(tmp_path), study=None).run_test(size=size) as pilot:
        await look(pilot)
        shown = pilot.app.screen.query_one(TextPane).visible_text
        for words in ("percent_agreement", "krippendorff_alpha", "gwet_ac1", "fleiss_kappa", "●", "28 units", "share",
                      "Dawid-Skene", "95 % interval over other items"):  # fmt: skip
            assert words in shown, shown
        assert "secret" not in text(pilot)


async def test_why_there_is_no_interval_stands_once_below_the_figures_where_there_is_little_room(
    tmp_path: Path,
) -> None:
    async with app_on(imported(tmp_path, rated=["yy", "yn"]), study=None).run_test(size=(80, 24)) as pilot:
        await look(pilot)
        shown = pilot.app.screen.query_one(TextPane).visible_text
        [line] = [one for one in shown.splitlines() if "percent_agreement" in one]
        assert line.split() == ["percent_agreement", "0.500", "(1)", "············●············"]
        assert "(1) 2 units with two labels; an interval needs at least 10" in shown


async def test_skewed_labels_are_warned_of(tmp_path: Path) -> None:
    path = imported(tmp_path, rated=["yy"] * 94 + ["yn"] * 5 + ["nn"])
    async with app_on(path, study=None).run_test() as pilot:
        await look(pilot)
        assert "! Labels are skewed: 96% are yes" in pilot.app.screen.query_one(TextPane).visible_text


async def test_what_was_left_out_is_said_beside_the_figures(tmp_path: Path) -> None:
    path = imported(tmp_path)
    with closing(open_for_writing(path)) as engine:
        leave_out(engine, loaded(engine), "hidden2", "a trainee", LEAD, NOW)
    async with app_on(path, study=None).run_test() as pilot:
        await look(pilot)
        assert "! left out of every figure: the labels of 1 rater" in pilot.app.screen.query_one(TextPane).visible_text


async def test_confusions_come_largest_first(tmp_path: Path) -> None:
    async with app_on(imported(tmp_path), study=None).run_test() as pilot:
        await look(pilot, "2")
        listed = pilot.app.screen.query_one(OptionList)
        lines = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
        assert [line.split("  ")[0] for line in lines] == ["yes / no", "yes / cannot_tell", "no / cannot_tell"]


@SIZES
async def test_a_confusion_opens_its_items_without_names(tmp_path: Path, size: tuple[int, int]) -> None:
    async with app_on(imported(tmp_path), study=None).run_test(size=size) as pilot:
        await behind(pilot)
        seen = set()
        for _ in range(6):
            shown = text(pilot)
            for words in ("answer ", "prompt number", "rater 1: ", "rater 3: ", "to be read only", "given: "):
                assert words in shown, shown
            assert not any(name in shown for name in ("secret", "hidden"))
            seen.add(next(line for line in shown.splitlines() if "answer " in line).strip())
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ConfusionScreen) and pilot.app.screen.is_ready)
        assert len(seen) == 6
        assert "item 1 of 6" in text(pilot)
        await pilot.press("backspace")
        await until(pilot, lambda: "item 6 of 6" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))


async def test_an_item_that_waits_for_labels_is_not_opened_while_the_study_is_open(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=range(2), configurations=["m"])
        make_study(engine, PLAIN, design(overlap=3))
        for number, value in enumerate(("yes", "no")):
            rate_all(sit(engine, f"r{number}", Clock()), {"verdict": value})
    async with app_on(path, "lead", study=None).run_test(notifications=True) as pilot:
        await look(pilot, "2", "enter")
        await until(pilot, lambda: "2 of them still wait" in text(pilot))
        assert isinstance(pilot.app.screen, AgreementScreen)
    with closing(open_for_writing(path)) as engine:
        rate(sit(engine, "r2", Clock()), {"verdict": "no"})
    async with app_on(path, "lead", study=None).run_test() as pilot:
        await behind(pilot)
        assert "item 1 of 1" in text(pilot)


async def test_what_raters_save_meanwhile_shows_by_itself(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=range(3), configurations=["m"])
        make_study(engine, PLAIN, design())
    async with app_on(path, "lead", study=None).run_test() as pilot:
        await look(pilot)
        assert "No label answers this question yet" in text(pilot)
        with closing(open_for_writing(path)) as engine:
            for name in ("r0", "r1"):
                rate_all(sit(engine, name, Clock()), {"verdict": "yes"})
        await until(pilot, lambda: "3 units" in text(pilot))
        assert "6 labels of 2" in text(pilot)


async def test_configurations_of_an_open_study_are_named_only_on_record(tmp_path: Path) -> None:
    path = imported(tmp_path)
    async with app_on(path, "lead", study=None).run_test() as pilot:
        await look(pilot, "7")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))
        assert "secret" not in text(pilot)
        assert unblinded(path) == []
        await pilot.press("7")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "secret-1" in text(pilot))
    assert unblinded(path) == [("lead", "login", "agreement screen")]


async def test_configurations_of_a_closed_study_are_named_as_they_are(tmp_path: Path) -> None:
    path = imported(tmp_path, is_open=False)
    async with app_on(path, "lead", study=None).run_test() as pilot:
        await look(pilot, "7")
        await until(pilot, lambda: "secret-1" in text(pilot))
    assert unblinded(path) == []


async def test_each_rater_has_time_drift_and_confusions(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=range(4), configurations=["m"])
        make_study(engine, PLAIN, design(overlap=3))
        for name, value in (("r0", "yes"), ("r1", "yes"), ("odd", "no")):
            clock = Clock()
            study = sit(engine, name, clock)
            for _ in range(4):
                item = study.next_item()
                clock.forward(0.5)
                rate(study, {"verdict": value})
                assert item is not None
    async with app_on(path, "lead", study=None).run_test(size=(160, 48)) as pilot:
        await look(pilot, "3")
        shown = text(pilot)
        [odd] = [line for line in shown.splitlines() if line.strip("│ ").startswith("odd ") and "0.0%" in line]
        assert "30.0 s" in odd
        assert "0.0% of 4" in odd
        assert "0.0%, 0.0%" in odd
        assert any(line.split()[1:5] == ["odd", "yes", "no", "4"] for line in shown.splitlines())


async def test_preferences_have_strengths_and_sides(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=range(6), configurations=["m0", "m1"])
        make_study(engine, rubric("comparing", PREFERRED), design(panes=2))
        for name, value in (("r0", "first"), ("r1", "second")):
            rate_all(sit(engine, name, Clock()), {"preferred": value})
        with engine.writing():
            studies.close(engine, studies.load(engine, "s").number, NOW)
    async with app_on(path, "lead", study=None).run_test(size=(160, 48)) as pilot:
        await look(pilot, "3")
        assert "left, right pane" in text(pilot)
        await pilot.press("7")
        await until(pilot, lambda: "log strength" in text(pilot))


async def test_every_question_can_be_gone_to(tmp_path: Path) -> None:
    path = str(tmp_path / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=range(2), configurations=["m"])
        make_study(engine, rubric("two", *({**VERDICT, "id": name} for name in ("one", "other"))), design())
    async with app_on(path, "lead", study=None).run_test() as pilot:
        await look(pilot)
        assert "question 1/2" in text(pilot)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "question 2/2  ·  other" in text(pilot))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "question 1/2" in text(pilot))


PICTURES = {
    "figures": lambda pilot: look(pilot),
    "confused": lambda pilot: look(pilot, "2"),
    "raters": lambda pilot: look(pilot, "3"),
    "pairs": lambda pilot: look(pilot, "4"),
    "models": lambda pilot: look(pilot, "7"),
    "behind": lambda pilot: behind(pilot),
}


@SIZES
@pytest.mark.parametrize("name", PICTURES)
def test_picture(
    tmp_path: Path,
    name: str,
    size: tuple[int, int],
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("reviewer.tui.time_on_item.time", SimpleNamespace(monotonic=lambda: 0.0))
    monkeypatch.setattr("reviewer.tui.agreement_screen.LOOKED_EVERY", 60)
    app = app_on(imported(tmp_path, is_open=False), "lead", study=None)
    assert snap_compare(app, terminal_size=size, run_before=PICTURES[name])
