"""A rater who labels a response again: no second response, no lost contradiction, and no second person."""

from __future__ import annotations

import pytest

from reviewer.adjudication.outcomes import overview
from reviewer.errors import BadInput
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.importing import responses as importing_responses
from reviewer.importing.repeats import Repeats
from reviewer.model import RaterKind
from reviewer.store import disputes, labels, raters
from reviewer.store.engine import Engine
from reviewer.study_design.decision_policy import DecisionMethod
from tests.support.databases import count
from tests.support.imported_tables import totals
from tests.support.stories import FOLLOWED, Table, bring_in, label_rows, loaded, results, row


def rating(line: int, rater: str, value: str, number: int = 1, **more: object) -> Row:
    """Return one row of a long table."""
    return row(number, labels={rater: value}, **more)._replace(line=line)  # type: ignore[arg-type]


def long(*given: Row, repeats: Repeats = Repeats.REFUSE, **more: object) -> Table:
    return Table(given, long=True, repeats=repeats, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("second", "how"), [("no", "another answer than"), ("yes", "the same answer as")])
def test_a_second_rating_of_a_response_is_refused_by_line(engine: Engine, second: str, how: str) -> None:
    given = long(rating(2, "ann", "yes"), rating(3, "ben", "yes"), rating(4, "ann", second))
    with pytest.raises(BadInput, match=rf"^t\.csv:4: ann answers verdict of a response again, {how} on line 2; "):
        bring_in(engine, given)
    assert count(engine, "response") == 0


def test_kept_repeats_are_labels_of_the_same_response_under_names_of_their_own(engine: Engine) -> None:
    given = [rating(2, "ann", "yes"), rating(3, "ann", "no"), rating(4, "ann", "no"), rating(5, "ben", "yes")]
    bring_in(engine, long(*given, repeats=Repeats.KEEP))
    assert count(engine, "response") == 1
    assert label_rows(engine, "rater, value") == [("ann", "yes"), ("ann#2", "no"), ("ann#3", "no"), ("ben", "yes")]
    assert {raters.kinds(engine)[name] for name in ("ann#2", "ann#3")} == {RaterKind.HUMAN}


@pytest.mark.parametrize("part", [1, 2, 5000])
def test_kept_repeats_again_add_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.setattr(importing_responses, "PART", part)
    pattern = [("ann", "yes"), ("ben", "no"), ("ann", "no")]
    given = [rating(2 + line, *one, number=line // 6) for line, one in enumerate(pattern * 4)]
    bring_in(engine, long(*given, repeats=Repeats.KEEP))
    before = totals(engine)
    assert (before["response"], before["label"]) == (2, 12)
    bring_in(engine, long(*given, repeats=Repeats.KEEP))
    assert totals(engine) == before


def test_repeats_decide_nothing_and_are_nobody_more(engine: Engine) -> None:
    given = [rating(2, "ann", "yes"), rating(3, "ben", "no"), rating(4, "ann", "no"), rating(5, "ann", "no")]
    bring_in(engine, long(*given, repeats=Repeats.KEEP))
    [(response,)] = engine.rows("select id from response")
    assert results(engine)[response, "verdict"].outcome.how is DecisionMethod.UNDECIDED
    assert {one.rater for one in disputes.answers_on(engine, "s", response, "", "")} == {"ann", "ben"}
    assert [one.rater for one in labels.standing_in_study(engine, "s")] == ["ann", "ben"]


def test_a_repeat_does_not_fill_an_item(engine: Engine) -> None:
    given = [rating(2, "ann", "yes"), rating(3, "ann", "yes"), rating(4, "ann", "yes", 2), rating(5, "ben", "yes", 2)]
    bring_in(engine, long(*given, repeats=Repeats.KEEP))
    assert not overview(engine, loaded(engine)).full
    assert engine.rows("select count(*) from item where places > taken") == [(1,)]


def test_a_name_with_a_number_is_a_repeat_only_where_the_name_is_there(engine: Engine) -> None:
    bring_in(engine, long(rating(2, "reader#1", "yes"), rating(3, "reader#2", "no")))
    assert raters.repeats(engine) == frozenset()
    assert [one.rater for one in labels.standing_in_study(engine, "s")] == ["reader#1", "reader#2"]


def test_equal_repeats_count_once_where_that_is_asked_for(engine: Engine) -> None:
    bring_in(engine, long(rating(2, "ann", "yes"), rating(3, "ann", "yes"), repeats=Repeats.ONCE))
    assert label_rows(engine, "rater, value") == [("ann", "yes")]
    assert count(engine, "response") == 1
    with pytest.raises(BadInput, match=r"t\.csv:3: .* another answer than on line 2"):
        bring_in(engine, long(rating(2, "ann", "yes"), rating(3, "ann", "no"), repeats=Repeats.ONCE))


def test_other_samples_are_no_repeats(engine: Engine) -> None:
    by_column = [rating(2 + n, "ann", value, sample=n + 1) for n, value in enumerate(["yes", "no"])]
    by_name = [rating(4 + n, "ann", value, 2, source_id=f"row {n}") for n, value in enumerate(["yes", "no"])]
    bring_in(engine, long(*by_column, *by_name))
    assert engine.rows("select sample from response order by number") == [(1,), (2,), (1,), (2,)]
    assert raters.repeats(engine) == frozenset()


def test_a_sample_that_is_named_twice_is_one_response(engine: Engine) -> None:
    given = [rating(2, "ann", "yes", sample=2, source_id="a"), rating(3, "ann", "no", sample=2, source_id="b")]
    with pytest.raises(BadInput, match=r"t\.csv:3"):
        bring_in(engine, long(*given))
    bring_in(engine, long(*given, repeats=Repeats.KEEP))
    assert label_rows(engine, "rater, value") == [("ann", "yes"), ("ann#2", "no")]


def test_answers_to_several_questions_may_stand_in_rows_of_their_own(engine: Engine) -> None:
    first = row(1, labels={"ann": "yes"})
    second = first._replace(line=3, labels=(RowLabel("degree", "ann", RaterKind.HUMAN, "mild", None),))
    bring_in(engine, long(first, second, by=FOLLOWED))
    assert count(engine, "response") == 1


def test_a_repeat_of_another_sample_goes_to_that_sample(engine: Engine) -> None:
    given = [rating(2, "ann", "yes", source_id="a"), rating(3, "ann", "no", source_id="b")]
    again = rating(4, "ann", "yes", source_id="b")
    bring_in(engine, long(*given, again, repeats=Repeats.KEEP))
    sql = "select sample, rater, value from label join response on response.id = label.response order by label.number"
    assert engine.rows(sql) == [(1, "ann", "yes"), (2, "ann", "no"), (2, "ann#2", "yes")]


def test_in_a_wide_table_an_equal_row_is_another_sample_and_a_contradiction_is_refused(engine: Engine) -> None:
    equal = [row(1, labels={"ann": "yes"})._replace(line=line) for line in (2, 3)]
    bring_in(engine, Table(equal))
    assert engine.rows("select sample from response order by number") == [(1,), (2,)]
    other = row(1, labels={"ann": "no"})._replace(line=4)
    with pytest.raises(
        BadInput, match=r"t\.csv:4: ann answers verdict of a response again, another answer than on line 2"
    ):
        bring_in(engine, Table([*equal, other]))


def test_a_wide_table_keeps_repeats_where_that_is_asked_for(engine: Engine) -> None:
    given = [row(1, labels={"ann": value, "ben": "yes"}) for value in ("yes", "no")]
    bring_in(engine, Table(given, repeats=Repeats.KEEP))
    assert count(engine, "response") == 1
    assert sorted(label_rows(engine, "rater, value")) == [
        ("ann", "yes"), ("ann#2", "no"), ("ben", "yes"), ("ben#2", "yes"),
    ]  # fmt: skip


@pytest.mark.parametrize("repeats", list(Repeats))
def test_gold_that_contradicts_itself_is_refused(engine: Engine, repeats: Repeats) -> None:
    given = [row(1, golds=(("verdict", value),))._replace(line=line) for line, value in ((2, "yes"), (3, "no"))]
    with pytest.raises(BadInput, match=r"t\.csv:3: gold:verdict is not what line 2 says of the same response"):
        bring_in(engine, Table(given, repeats=repeats))


def test_a_grader_that_judges_a_response_again_is_refused_too(engine: Engine) -> None:
    given = [row(1, labels={"judge": value}, kind=RaterKind.MODEL) for value in ("yes", None)]
    with pytest.raises(BadInput, match="judge answers verdict of a response again"):
        bring_in(engine, Table(given, long=True))


def test_a_renamed_rater_keeps_the_repeats(engine: Engine) -> None:
    given = [rating(2, "ann", "yes"), rating(3, "ann", "no")]
    bring_in(engine, long(*given, repeats=Repeats.KEEP, renamed={"ann": "anna"}))
    assert label_rows(engine, "rater, value") == [("anna", "yes"), ("anna#2", "no")]


def test_a_later_file_corrects_a_label_as_before(engine: Engine) -> None:
    bring_in(engine, long(rating(2, "ann", "yes")))
    tally = bring_in(engine, long(rating(2, "ann", "no")))
    assert (tally.changed_labels, count(engine, "response")) == (1, 1)
