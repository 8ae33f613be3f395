"""What the screens ask for: what there is to do, items in and out, what is found, how a rater likes the screen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.errors import NotFound, Refused, StoreError
from reviewer.model import Answer, Draft, LabelState, Nothing, Rater, Subject
from reviewer.session.terminal_session import FoundNext, Home, Settings, StudyLine, TerminalSession
from reviewer.store import labels, raters, studies
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.studies.item_sheet import Item
from reviewer.studies.rating import SavedItem
from tests.support.databases import refuse_writes
from tests.support.rating_app import ITEMS
from tests.support.screens import Asked, make_study_of, session_on
from tests.support.stories import COMPARING, NOW, PLAIN, Clock, filled

Sit = Callable[..., TerminalSession]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A study of four items of two panes, two raters an item."""
    made = str(tmp_path / "reviews.db")
    make_study_of(made, PLAIN, ITEMS)
    return made


@pytest.fixture
def sit(path: str, clock: Clock) -> Iterator[Sit]:
    """What seats a rater at the database; all are closed in the end."""
    desks: list[TerminalSession] = []

    def seat(rater: str = "r1", at: str = path) -> TerminalSession:
        token = f"t{len(desks)}"
        desks.append(session_on(at, rater, token, clock))
        return desks[-1]

    yield seat
    for session in desks:
        session.close()


def taken(found: FoundNext | None) -> tuple[Item, Draft]:
    assert isinstance(found, tuple), found
    return found


def finish(session: TerminalSession, count: int = 1) -> list[Item]:
    """Rate so many items of the study at hand."""
    items = []
    for _ in range(count):
        item, draft = taken(session.next_item())
        session.submit(item, filled(session.rating.rubric, item, draft=draft))
        items.append(item)
    return items


def line(session: TerminalSession, name: str = "s") -> StudyLine:
    [found] = [study for study in session.home().studies if study.name == name]
    return found


def change(path: str, sql: str) -> None:
    with closing(open_for_writing(path)) as engine, engine.writing():
        engine.run(sql)


def test_an_empty_database_has_nothing_to_do(tmp_path: Path, sit: Sit) -> None:
    empty = str(tmp_path / "empty.db")
    open_for_writing(empty).close()
    assert sit(at=empty).home() == Home(empty, 0, 0, 0, 0, ())


def test_home_counts_what_is_stored(path: str, sit: Sit) -> None:
    home = sit().home()
    assert (home.path, home.responses, home.configurations, home.prompts, home.suites) == (path, 8, 2, 4, 1)


def test_a_study_nobody_began_is_left_whole(sit: Sit) -> None:
    assert line(sit()) == StudyLine(
        "s", True, "T", items=4, done=0, left=4, filled=0, places=8, full=False, rubric="plain"
    )


def test_what_each_rater_did_is_told_apart_and_both_fill_places(sit: Sit) -> None:
    first, second = sit("r1"), sit("r2")
    first.enter("s")
    finish(first, 4)
    second.enter("s")
    finish(second)
    assert (line(first).done, line(first).left) == (4, 0)
    assert (line(second).done, line(second).left) == (1, 3)
    assert [(one.filled, one.places) for one in (line(first), line(second))] == [(5, 8)] * 2


def test_an_item_in_hand_fills_no_place(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    session.next_item()
    assert (line(session).done, line(session).left, line(session).filled) == (0, 4, 0)


def test_no_more_is_left_than_others_leave(sit: Sit) -> None:
    for rater in ("r1", "r2"):
        session = sit(rater)
        session.enter("s")
        finish(session, 4)
    assert line(sit("r3")).left == 0


def test_no_more_is_left_than_the_quota(path: str, sit: Sit) -> None:
    with closing(open_for_writing(path)) as engine, engine.writing():
        raters.ensure(engine, Rater("r1"), NOW)
        studies.assign(engine, studies.load(engine, "s").number, "r1", 3)
    session = sit()
    session.enter("s")
    assert line(session).left == 3
    finish(session, 3)
    assert (line(session).done, line(session).left) == (3, 0)
    assert session.next_item() is Nothing.QUOTA


def test_nothing_is_left_in_a_study_assigned_to_others(path: str, sit: Sit) -> None:
    change(path, "update study set assigned = 1")
    assert line(sit()).left == 0


def test_nothing_is_left_in_a_closed_study(path: str, sit: Sit) -> None:
    session = sit()
    session.enter("s")
    finish(session)
    with closing(open_for_writing(path)) as engine, engine.writing():
        studies.close(engine, studies.load(engine, "s").number, NOW)
    assert (line(session).open, line(session).done, line(session).left) == (False, 1, 0)


def test_studies_come_in_the_order_in_which_they_were_made(path: str, sit: Sit) -> None:
    make_study_of(path, COMPARING, [Asked("Another?", ["one", "two"])], name="a")
    assert [study.name for study in sit().home().studies] == ["s", "a"]


def test_looking_changes_not_one_byte(path: str, sit: Sit) -> None:
    before = Path(path).read_bytes()
    session = sit()
    session.home()
    session.settings()
    session.search("alpha")
    session.guideline("s")
    assert Path(path).read_bytes() == before


def test_a_study_that_is_not_there_is_not_found(sit: Sit) -> None:
    with pytest.raises(NotFound, match="no study nope; there are: s"):
        sit().enter("nope")


def test_a_closed_study_is_not_taken_up(path: str, sit: Sit) -> None:
    change(path, "update study set state = 'closed'")
    with pytest.raises(Refused, match="closed"):
        sit().enter("s")


def test_a_rater_reads_the_guideline_before_the_first_item_only(sit: Sit) -> None:
    session = sit()
    assert not session.enter("s").has_begun
    session.next_item()
    assert session.enter("s").has_begun


def test_the_same_rater_elsewhere_is_told_of_and_another_is_not(sit: Sit) -> None:
    sit("r2").enter("s")
    sit("r1").enter("s")
    assert [other.token for other in sit("r1").enter("s").others] == ["t1"]


def test_a_study_put_down_leaves_no_trace_of_the_terminal(sit: Sit) -> None:
    first = sit("r1")
    first.enter("s")
    first.leave()
    assert sit("r1").enter("s").others == ()


def test_submit_stores_the_labels_and_hands_out_the_next_item(path: str, sit: Sit) -> None:
    session = sit()
    session.enter("s")
    item, _ = taken(session.next_item())
    saved, found = session.submit(item, filled(PLAIN, item))
    after, draft = taken(found)
    assert saved == SavedItem(2, surplus=False)
    assert (after.number, after.handed.number != item.handed.number, draft) == (2, True, Draft())


def test_after_the_last_item_there_is_none(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    finish(session, 3)
    item, _ = taken(session.next_item())
    assert session.submit(item, filled(PLAIN, item))[1] is Nothing.FINISHED


def test_a_draft_comes_back_with_its_item(sit: Sit) -> None:
    first = sit()
    first.enter("s")
    item, _ = taken(first.next_item())
    draft = Draft({(Subject(item.panes[0].response), "verdict"): Answer("yes", NOW)})
    first.rating.save_draft(item, draft)
    second = sit()
    second.enter("s")
    again, kept = taken(second.next_item())
    assert (again.handed.number, kept) == (item.handed.number, draft)


def test_a_skipped_item_gives_way_to_another(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    item, _ = taken(session.next_item())
    after, _ = taken(session.skip(item))
    assert after.handed.number != item.handed.number


def test_undo_gives_the_item_back_with_its_answers_as_a_draft(path: str, sit: Sit) -> None:
    session = sit()
    session.enter("s")
    [item] = finish(session)
    again, draft = taken(session.undo())
    assert again.handed.number == item.handed.number
    assert {key: answer.value for key, answer in draft.answers.items()} == {
        (Subject(pane.response), "verdict"): "no" for pane in item.panes
    }
    with closing(open_for_reading(path)) as engine:
        assert [label.state for label in labels.of_study(engine, "s")][2:] == [LabelState.RETRACTED] * 2


def test_undo_before_the_first_submit_gives_nothing(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    assert session.undo() is None


def found(session: TerminalSession, words: str) -> list[str]:
    return sorted(one.text for one in session.search(words))


def test_what_the_rater_finished_is_found_by_prompt_and_by_response(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    finish(session, 4)
    assert found(session, "alpha 2") == ["alpha 2"]
    assert found(session, "question 2") == ["alpha 2", "beta 2"]


def test_all_words_must_be_there(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    finish(session, 4)
    assert found(session, "alpha gamma") == []


@pytest.mark.parametrize("words", ["", "  ", '"', "alpha AND", "*", "NEAR(", "a:b", "\0", "'; drop table label"])
def test_no_words_break_the_search(sit: Sit, words: str) -> None:
    session = sit()
    session.enter("s")
    finish(session)
    assert session.search(words) == []


def test_what_nobody_finished_is_not_found(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    session.next_item()
    assert found(session, "alpha") == []


def test_what_another_finished_is_not_found(sit: Sit) -> None:
    session = sit("r2")
    session.enter("s")
    finish(session, 4)
    assert found(sit("r1"), "alpha") == []


def test_what_was_skipped_is_not_found(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    session.skip(taken(session.next_item())[0])
    assert found(session, "alpha") == []


def test_what_was_undone_is_not_found(sit: Sit) -> None:
    session = sit()
    session.enter("s")
    finish(session)
    assert len(found(session, "alpha")) == 1
    session.undo()
    assert found(session, "alpha") == []


CHANGED = Settings("ansi-dark", joint_scrolling=False, submits_by_itself=True, severity_limit=0)


def test_settings_are_the_usual_ones_at_first(sit: Sit) -> None:
    assert sit().settings() == Settings()


def test_settings_are_remembered(sit: Sit) -> None:
    sit().keep_settings(CHANGED)
    assert sit().settings() == CHANGED


def test_settings_are_each_raters_own(sit: Sit) -> None:
    sit("r1").keep_settings(CHANGED)
    sit("r2").keep_settings(replace(CHANGED, theme="reviewer-light"))
    assert sit("r1").settings() == CHANGED
    assert sit("r3").settings() == Settings()


def test_the_last_settings_stand(sit: Sit) -> None:
    session = sit()
    session.keep_settings(CHANGED)
    session.keep_settings(Settings())
    assert session.settings() == Settings()


def test_a_setting_of_another_version_is_passed_over(path: str, sit: Sit) -> None:
    with closing(open_for_writing(path)) as engine, engine.writing():
        raters.keep_settings(engine, "r1", json.dumps({"severity_limit": 0, "sound": "loud"}), NOW)
    assert sit().settings() == Settings(severity_limit=0)


def test_a_desk_closes_where_the_file_cannot_be_written_any_more(path: str, clock: Clock) -> None:
    session = session_on(path, clock=clock)
    session.enter("s")
    refuse_writes(path)
    session.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        session.home()


def test_an_answer_that_cannot_be_written_is_an_error_that_names_the_file(path: str, sit: Sit) -> None:
    session = sit()
    session.enter("s")
    item, draft = taken(session.next_item())
    refuse_writes(path)
    with pytest.raises(StoreError, match="read-only"):
        session.submit(item, filled(PLAIN, item, draft=draft))
