"""The adjudication screen, key by key: what it shows, what is stored, and when."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reviewer.adjudication.case import Case
from reviewer.errors import StoreError
from reviewer.store import adjudications
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.tui.adjudicate_screen import AdjudicateScreen
from reviewer.tui.app import ReviewerApp
from reviewer.tui.dialogs import AskText, ReadText, ShowKeys
from reviewer.tui.home_screen import HomeScreen
from reviewer.tui.widgets.question_bar import QuestionBar
from reviewer.tui.widgets.status_line import StatusLine
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.commands import Run
from tests.support.painted import rows_on_screen, until
from tests.support.rating_app import at_home
from tests.support.screens import app_on
from tests.support.stories import PLAIN, Clock, design, fill, make_study, rate_all, results, sit
from tests.support.xstest import import_once

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 48)])
XSTEST = {"full_compliance": "1", "full_refusal": "2", "partial": "3"}


def disputes(folder: Path, prompts: int = 3, panes: int = 2) -> str:
    """Make a study in which two raters differ on every response, and return the path of its database."""
    path = str(folder / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        fill(engine, prompts=range(prompts), configurations=["secret-m", "secret-n"][:panes])
        make_study(engine, PLAIN, design(panes=panes))
        for number, value in enumerate(("yes", "no")):
            rate_all(sit(engine, f"hidden{number}", Clock()), {"verdict": value})
    return path


def adjudicating(path: str, study: str = "s", rater: str = "lead") -> ReviewerApp:
    app = app_on(path, rater, study)
    app.adjudicates = True
    return app


def stored(path: str) -> list[tuple[object, ...]]:
    with closing(open_for_reading(path)) as engine:
        return [
            tuple(row)
            for row in engine.rows("select value, state, reason, note, clause from adjudication order by number")
        ]


def screen(pilot: Pilot[None]) -> AdjudicateScreen:
    found = pilot.app.screen
    assert isinstance(found, AdjudicateScreen)
    return found


async def ready(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, AdjudicateScreen) and pilot.app.screen.is_ready)


def status(pilot: Pilot[None]) -> str:
    return screen(pilot).query_one(StatusLine).content


def past(pilot: Pilot[None], case: Case) -> bool:
    """Tell whether another dispute is shown and can be decided, or none is left."""
    found = pilot.app.screen
    return not isinstance(found, AdjudicateScreen) or (found.is_ready and found.case is not case)


async def save(pilot: Pilot[None], *keys: str, left: int) -> None:
    await pilot.press(*keys, "enter")
    await until(pilot, lambda: f": {left} left" in status(pilot) and screen(pilot).is_ready)


@SIZES
async def test_a_dispute_shows_the_item_and_what_raters_said_without_names(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with adjudicating(disputes(tmp_path)).run_test(size=size) as pilot:
        await ready(pilot)
        shown = "\n".join(rows_on_screen(pilot))
        for words in ("answer", "prompt number", "rater 1: ", "rater 2: ", "disagree", "6 left, 0 decided", "Is it?"):
            assert words in shown, shown
        assert not any(name in shown for name in ("secret", "hidden"))


async def test_a_choice_is_stored_when_it_is_saved_and_not_before(tmp_path: Path) -> None:
    path = disputes(tmp_path)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        await pilot.press("0")
        await until(pilot, lambda: "draft kept: enter saves" in status(pilot))
        assert stored(path) == []
        await save(pilot, left=5)
        assert "decision saved" in status(pilot)
        assert stored(path) == [("cannot_tell", "decided", "unstated", None, None)]


async def test_a_column_is_adopted(tmp_path: Path) -> None:
    path = disputes(tmp_path)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        case = screen(pilot).case
        assert case is not None
        await save(pilot, "down", "a", left=5)
        assert [row[0] for row in stored(path)] == [case.columns[1].values["verdict"]]


async def test_bad_ambiguous_reason_note_and_clause_are_kept(tmp_path: Path) -> None:
    path = disputes(tmp_path)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        await pilot.press("minus", "w", "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press(*"why", "enter")
        await ready(pilot)
        await pilot.press("full_stop")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press(*"2b", "enter")
        await ready(pilot)
        assert "why: rubric unclear" in "\n".join(rows_on_screen(pilot))
        await save(pilot, left=5)
        await save(pilot, "i", left=4)
        assert stored(path) == [
            (None, "bad_item", "rubric unclear", "why", "2b"),
            (None, "ambiguous", "unstated", None, None),
        ]


async def test_nothing_chosen_is_not_saved(tmp_path: Path) -> None:
    path = disputes(tmp_path)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        await pilot.press("enter")
        assert stored(path) == []
        assert screen(pilot).is_ready


async def test_undo_forgets_the_choice_first_and_then_takes_the_last_decision_back(tmp_path: Path) -> None:
    path = disputes(tmp_path)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        first = screen(pilot).case
        await save(pilot, "1", left=5)
        await pilot.press("2", "u")
        await ready(pilot)
        assert len(stored(path)) == 1
        await pilot.press("u")
        await until(pilot, lambda: ": 6 left" in status(pilot) and screen(pilot).is_ready)
        again = screen(pilot).case
        assert first is not None
        assert again is not None
        assert again.dispute.unit == first.dispute.unit
        assert [row[1] for row in stored(path)] == ["decided", "retracted"]


async def test_a_deferred_dispute_comes_back_at_the_end(tmp_path: Path) -> None:
    path = disputes(tmp_path, prompts=1)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        first = screen(pilot).case
        await pilot.press("s")
        await until(pilot, lambda: "deferred" in status(pilot) and screen(pilot).is_ready)
        assert screen(pilot).case != first
        await save(pilot, "1", left=1)
        again = screen(pilot).case
        assert first is not None
        assert again is not None
        assert again.dispute.unit == first.dispute.unit


async def test_what_cannot_be_saved_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = disputes(tmp_path)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)

        def full(*_: object) -> None:
            raise StoreError("the disk is full")

        monkeypatch.setattr("reviewer.adjudication.queue.adjudications.add", full)
        await pilot.press("1", "enter")
        await until(pilot, lambda: "not saved" in status(pilot) and screen(pilot).is_ready)
        assert stored(path) == []


async def test_the_end_says_what_was_merged_and_what_comes_next(tmp_path: Path) -> None:
    async with adjudicating(disputes(tmp_path, prompts=1, panes=1)).run_test() as pilot:
        await ready(pilot)
        await pilot.press("1", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        text = pilot.app.screen.query_one(TextPane).visible_text
        assert "Decided by adjudicators: 1" in text
        assert "reviewer gold s" in text
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))


async def test_it_is_opened_from_home_and_every_key_is_listed(tmp_path: Path) -> None:
    async with app_on(disputes(tmp_path), "lead", None).run_test() as pilot:
        await at_home(pilot)
        await pilot.press("a")
        await ready(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, ShowKeys))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))


async def test_reading_keys_work_here(tmp_path: Path) -> None:
    async with adjudicating(disputes(tmp_path)).run_test() as pilot:
        await ready(pilot)
        await pilot.press("z", "z", "right", "d", "l", "r", "r", "equals_sign", "v", "j", "space", "slash")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        pilot.app.screen.query_one(Input).value = "answer"
        await pilot.press("enter")
        await ready(pilot)
        assert "hit 1 of" in status(pilot)
        await pilot.press("n", "g")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))
        await pilot.press("enter", "x")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadText))


async def test_the_final_labels_of_xstest_replayed_by_keys_give_its_gold(run: Run, tmp_path: Path) -> None:
    import_once(run, tmp_path, "--no-gold", study="x")
    import_once(run, tmp_path, study="x", name="gold.db")
    with closing(open_for_reading(str(tmp_path / "gold.db"))) as engine:
        gold = {one.response: one.value for one in adjudications.standing(engine, "x")}
    path = str(tmp_path / "reviews.db")
    third = replayed = 0
    async with adjudicating(path, "x").run_test() as pilot:
        await ready(pilot)
        while isinstance(pilot.app.screen, AdjudicateScreen):
            case = screen(pilot).case
            assert case is not None
            value = gold[case.dispute.response]
            assert value is not None
            third += value not in case.dispute.distribution
            await pilot.press(XSTEST[value], "enter")
            await until(pilot, partial(past, pilot, case))
            replayed += 1
    with closing(open_for_reading(path)) as engine:
        found = {response: unit.outcome.value for (response, _), unit in results(engine, "x").items()}
    assert (replayed, third, len(found)) == (81, 5, 2250)
    assert found == gold


async def test_a_choice_that_was_not_saved_is_there_again(tmp_path: Path) -> None:
    path = disputes(tmp_path)
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        await pilot.press("0", "w")
        await until(pilot, lambda: "draft kept" in status(pilot))
    async with adjudicating(path).run_test() as pilot:
        await ready(pilot)
        assert "draft kept: enter saves" in status(pilot)
        await save(pilot, left=5)
        assert "draft kept" not in status(pilot)
    assert stored(path) == [("cannot_tell", "decided", "rubric unclear", None, None)]


async def test_a_choice_that_cannot_be_kept_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("reviewer.store.adjudication_drafts.keep", full)
    async with adjudicating(disputes(tmp_path)).run_test() as pilot:
        await ready(pilot)
        # As keys that arrive together: both act before it is known what became of the first.
        screen(pilot).action_answer("1")
        screen(pilot).action_answer("0")
        await until(pilot, lambda: "could not be kept" in status(pilot))
        assert "decision: · not decided" in screen(pilot).query_one(QuestionBar).content


@SIZES
def test_picture(
    tmp_path: Path, size: tuple[int, int], snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("reviewer.tui.time_on_item.time", SimpleNamespace(monotonic=lambda: 0.0))

    async def chosen(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("down", "a", "w")
        await until(pilot, lambda: "draft kept" in status(pilot))

    assert snap_compare(adjudicating(disputes(tmp_path)), terminal_size=size, run_before=chosen)


async def test_home_says_that_disputes_wait(tmp_path: Path) -> None:
    async with app_on(disputes(tmp_path), "lead", study=None).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Disputes wait  s 6" in "\n".join(rows_on_screen(pilot)))
        await until(pilot, lambda: "q Quit ? Keys" in rows_on_screen(pilot)[-1])
