"""Foreign tables in: which rows are new, what becomes of their labels, what is refused before anything is stored."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from reviewer.adjudication.outcomes import overview
from reviewer.definitions.lookup import find
from reviewer.definitions.rubric import Rubric, read_rubric
from reviewer.formats.mapping.profile import Profile, read_profile
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.formats.mapping.row_reader import rows
from reviewer.formats.tables.table_file import read_table
from reviewer.importing import responses as importing_responses
from reviewer.importing.check import TableCheck, prepare_study
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.importing.responses import store
from reviewer.store import adjudications, chain, labels, responses, studies
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from reviewer.study_design.decision_policy import DecisionMethod
from tests.support import xstest
from tests.support.databases import count
from tests.support.folders import DATA
from tests.support.imported_tables import MODEL, plain, totals
from tests.support.stories import LEAD, NOW, PLAIN, Table, bring_in, label_rows, loaded, results, row


def samples(engine: Engine) -> list[tuple[str, int]]:
    return engine.rows("select text, sample from response order by number")


# Rows


def test_the_nth_equal_row_is_sample_n(engine: Engine) -> None:
    bring_in(engine, plain(row(1, "a"), row(1, "b"), row(1, "a")))
    assert samples(engine) == [("a", 1), ("b", 1), ("a", 2)]


def test_equal_texts_of_other_models_or_prompts_are_other_responses(engine: Engine) -> None:
    bring_in(engine, plain(row(1), row(2), row(1, model="n")))
    assert [sample for _, sample in samples(engine)] == [1, 1, 1]


def test_the_same_file_again_adds_nothing(engine: Engine) -> None:
    table = Table([row(1, labels={"left": "yes"}, golds=(("verdict", "yes"),)), row(1), row(2, tags=("x",))])
    bring_in(engine, table)
    before = totals(engine)
    tally = bring_in(engine, table)
    assert totals(engine) == before
    assert (tally.responses, tally.known_responses, tally.labels, tally.known_labels) == (0, 3, 0, 1)
    assert (tally.golds, tally.known_golds, tally.prompts) == (0, 1, 0)


def test_a_third_equal_row_in_a_later_file_adds_one(engine: Engine) -> None:
    bring_in(engine, plain(row(1), row(1)))
    bring_in(engine, plain(row(1), row(1), row(1), file="later.csv"))
    assert samples(engine) == [("t", 1), ("t", 2), ("t", 3)]


def test_rows_of_different_raters_are_one_response_in_a_long_file(engine: Engine) -> None:
    table = Table([row(1, labels={rater: "yes"}) for rater in ("left", "right")], long=True)
    bring_in(engine, table)
    assert samples(engine) == [("t", 1)]
    assert sorted(label_rows(engine, "rater, value")) == [("left", "yes"), ("right", "yes")]


def test_a_long_file_again_adds_nothing(engine: Engine) -> None:
    table = Table([row(1, labels={rater: "yes"}) for rater in ("left", "right")], long=True)
    bring_in(engine, table)
    before = totals(engine)
    bring_in(engine, table)
    assert totals(engine) == before


@pytest.mark.parametrize("part", [1, 2, 3])
def test_the_size_of_the_parts_makes_no_difference(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    given = [row(number % 3, labels={"left": "yes"}, golds=(("verdict", "no"),)) for number in range(8)]
    bring_in(engine, Table(given))
    whole = (totals(engine), samples(engine), label_rows(engine))
    monkeypatch.setattr(importing_responses, "PART", part)
    with closing(open_for_writing(str(tmp_path / "other.db"))) as other:
        bring_in(other, Table(given))
        assert (totals(other), samples(other), label_rows(other)) == whole


def test_an_import_that_was_stopped_goes_on_when_given_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing_responses, "PART", 2)
    table = Table([row(number // 2, labels={"left": "yes"}) for number in range(7)])
    target = ImportTarget(table.file, "t", table.by, table.study, gold=True, long=False)
    study = prepare_study(engine, target, TableCheck(7, [], frozenset({"left"})), LEAD, NOW)
    stopped = store(engine, table.rows, target, study, lambda: NOW)
    next(stopped)
    del stopped
    assert count(engine, "response") == 2
    bring_in(engine, table)
    assert (count(engine, "response"), count(engine, "label"), studies.extent(engine, 1).responses) == (7, 7, 7)


def test_prompts_alone_are_stored_in_their_suite(engine: Engine) -> None:
    alone = Row(2, row(1).messages, suite="hierarchy", evaluation="instruction_hierarchy", severity=2, secret="s")
    bring_in(engine, plain(alone))
    assert totals(engine)["response"] == 0
    assert engine.rows("select id, version, evaluation from suite") == [("hierarchy", 0, "instruction_hierarchy")]
    assert engine.rows("select severity, secret from suite_prompt") == [(2, "s")]


def test_what_a_suite_says_of_a_prompt_first_stays(engine: Engine) -> None:
    bring_in(engine, plain(row(1, reference="first")))
    tally = bring_in(engine, plain(row(1, reference="second"), file="later.csv"))
    assert engine.rows("select reference from suite_prompt") == [("first",)]
    assert [line.startswith("later.csv:2: another reference") for line in tally.differing] == [True]


def test_what_a_suite_did_not_say_of_a_prompt_is_added(engine: Engine) -> None:
    bring_in(engine, plain(row(1)))
    bring_in(engine, plain(row(1, reference="r")))
    assert engine.rows("select reference from suite_prompt") == [("r",)]


def test_a_response_keeps_where_it_came_from(engine: Engine) -> None:
    bring_in(engine, plain(row(1, source_id="row-1", reasoning="why", stop_reason="stop")))
    stored = engine.rows("select source, source_id, reasoning, stop_reason from response")
    assert stored == [("t.csv", "row-1", "why", "stop")]


def test_what_cannot_be_stored_is_replaced_and_recorded(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"prompt": "p", "response": "a\\u0000b\\ud800", "model": "m"}\n')
    bring_in(engine, plain(*read(path, Profile(), None)))
    assert engine.rows("select text, replaced from response") == [("a\ufffdb\ufffd", '{"response":[[1,0],[3,55296]]}')]


def test_what_was_stored_fits_its_ids(engine: Engine) -> None:
    bring_in(engine, plain(row(1, "a\nb"), row(1, "é\u2028\U0001f469"), row(2, "")))
    assert list(responses.mismatches(engine)) == []


# Labels


def test_a_changed_label_supersedes_the_one_before(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"left": "yes"})]))
    tally = bring_in(engine, Table([row(1, labels={"left": "no"})]))
    assert label_rows(engine, "id, value, supersedes") == [("left#1", "yes", None), ("left#2", "no", "left#1")]
    assert (tally.labels, tally.changed_labels) == (0, 1)


def test_a_label_that_changes_back_is_the_first_again(engine: Engine) -> None:
    for value in ("yes", "no", "yes"):
        bring_in(engine, Table([row(1, labels={"left": value})]))
    assert [unit.value for unit in labels.standing_in_study(engine, "s")] == ["yes"]


def test_a_label_that_is_missing_from_a_later_file_stands(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"left": "yes"})]))
    bring_in(engine, Table([row(1)]))
    assert [unit.value for unit in labels.standing_in_study(engine, "s")] == ["yes"]


def test_a_cell_that_is_no_option_is_kept_as_unparsed(engine: Engine) -> None:
    tally = bring_in(engine, Table([row(1, labels={"g": None}, kind=MODEL)]))
    assert label_rows(engine, "state, value, raw") == [("unparsed", None, "gibberish")]
    assert (tally.unparsed, tally.labels) == (1, 0)


def test_an_unparsed_cell_that_is_understood_later_is_superseded(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"g": None}, kind=MODEL)]))
    bring_in(engine, Table([row(1, labels={"g": "yes"}, kind=MODEL)]))
    assert label_rows(engine, "state, supersedes") == [("unparsed", None), ("label", "g#1")]


def test_another_unparsed_cell_is_another_row(engine: Engine) -> None:
    for raw in ("gibberish", "nonsense"):
        bring_in(engine, Table([row(1)._replace(labels=(RowLabel("verdict", "g", MODEL, None, raw),))]))
    assert label_rows(engine, "raw") == [("gibberish",), ("nonsense",)]


def test_labels_of_people_belong_to_a_study_and_are_left_out_without_one(engine: Engine) -> None:
    tally = bring_in(engine, Table([row(1, labels={"left": "yes"}, golds=(("verdict", "yes"),))], study=None))
    assert (tally.left_out, count(engine, "label"), count(engine, "adjudication")) == (2, 0, 0)


def test_labels_of_graders_are_kept_without_a_study(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"g": "yes"}, kind=MODEL)], study=None))
    assert label_rows(engine, "rater, study") == [("g", None)]


def test_labels_of_a_grader_are_known_whatever_the_study(engine: Engine) -> None:
    given = [row(1, labels={"g": "yes"}, kind=MODEL)]
    bring_in(engine, Table(given, study=None))
    assert bring_in(engine, Table(given, study="s")).known_labels == 1
    assert overview(engine, loaded(engine)).labels == 1


def test_imported_labels_take_no_place_of_an_item_that_wants_more_raters(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"left": "yes"}), row(2, labels={"right": "yes"})]))
    assert engine.rows("select places, taken from item") == [(2, 0), (2, 0)]


def test_imported_labels_decide(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"left": "yes", "right": "yes"})]))
    [unit] = results(engine).values()
    assert (unit.outcome.value, unit.outcome.how) == ("yes", DecisionMethod.UNANIMOUS)


def test_imported_labels_hang_on_the_response(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"left": "yes"})]))
    assert label_rows(engine, "origin, item, panes, shown_at, decided_at") == [("imported", None, "[]", None, None)]


def test_chains_hold_after_an_import(engine: Engine) -> None:
    for value in ("yes", "no"):
        bring_in(engine, Table([row(1, labels={"left": value, "right": "yes"}, golds=(("verdict", value),))]))
    assert [report.broken for report in chain.verify(engine)] == [None, None, None, None]


# Gold


def gold(*values: str, **more: object) -> Table:
    return Table([row(1, golds=(("verdict", value),), **more) for value in values])  # type: ignore[arg-type]


def decisions(engine: Engine) -> list[tuple[str, str | None]]:
    return [(one.adjudicator, one.value) for one in adjudications.standing(engine, "s")]


def test_gold_is_a_decision_by_the_file(engine: Engine) -> None:
    bring_in(engine, gold("yes"))
    assert decisions(engine) == [("imported:t.csv", "yes")]


def test_gold_can_be_left_out(engine: Engine) -> None:
    given = gold("yes")
    tally = bring_in(engine, Table(given.rows, gold=False))
    assert (decisions(engine), tally.left_out) == ([], 0)


def test_the_gold_of_a_later_file_is_what_counts(engine: Engine) -> None:
    for value in ("yes", "no", "yes"):
        bring_in(engine, gold(value))
        [unit] = results(engine).values()
        assert unit.outcome.value == value


def decide_over(engine: Engine, value: str) -> None:
    """Let a person decide in place of the file."""
    [standing] = adjudications.standing(engine, "s")
    decision = NewDecision("s", standing.response, "verdict", PLAIN.hash, value, "because", NOW, standing.id)
    with engine.writing():
        adjudications.add(engine, "lead", [decision])


def test_the_same_gold_again_leaves_what_a_person_decided_since(engine: Engine) -> None:
    bring_in(engine, gold("yes"))
    decide_over(engine, "no")
    bring_in(engine, gold("yes"))
    [unit] = results(engine).values()
    assert unit.outcome.value == "no"


# The published data


def read(path: Path, profile: Profile, by: Rubric | None) -> list[Row]:
    table = read_table(path)
    found = list(rows(table, profile, by, str(path), columns=table.columns))
    assert [one for one in found if not isinstance(one, Row)] == []
    return [one for one in found if isinstance(one, Row)]


def published(engine: Engine, path: Path, name: str, *sets: str) -> ImportTally:
    """Bring in a file of the original data, where it is at hand."""
    if not path.is_file():
        pytest.skip("the original data are not here")
    profile = read_profile(find("profiles", name)).with_flags(sets=sets)
    assert profile.rubric is not None
    by = read_rubric(find("rubrics", profile.rubric))
    return bring_in(engine, Table(read(path, profile, by), by=by, file=path.name))


def test_gptfuzz_loses_no_row_though_many_are_equal(engine: Engine) -> None:
    path = DATA / "gptfuzz_jailbreak" / "evaluate.csv"
    tally = published(engine, path, "gptfuzz")
    assert (tally.rows, tally.responses, tally.labels, tally.prompts) == (1540, 1540, 1540, 20)


def test_gptfuzz_again_adds_nothing(engine: Engine) -> None:
    path = DATA / "gptfuzz_jailbreak" / "evaluate.csv"
    published(engine, path, "gptfuzz")
    before = totals(engine)
    published(engine, path, "gptfuzz")
    assert totals(engine) == before


@pytest.mark.parametrize("with_texts", [False, True])
def test_xstest_comes_whole_and_once_with_people_gold_and_graders(
    engine: Engine, tmp_path: Path, with_texts: bool
) -> None:
    def whole() -> None:
        for model in xstest.MODELS:
            path = xstest.original(model) if with_texts else xstest.completions(tmp_path, model)
            published(engine, path, "xstest", f"model={model}")

    whole()
    expected = totals(engine)
    assert (expected["prompt"], expected["response"]) == (450, 2250)
    assert (expected["label"], expected["adjudication"]) == (4500, 2250)
    whole()
    assert totals(engine) == expected
    tallies = [
        published(
            engine,
            xstest.original(model, grader) if with_texts else xstest.graded(tmp_path, model, grader),
            "xstest",
            f"model={model}",
        )
        for model in xstest.MODELS
        for grader in xstest.GRADERS
    ]
    assert (sum(one.labels for one in tallies), sum(one.unparsed for one in tallies)) == (4489, 11)
    assert sum(one.responses + one.changed_labels for one in tallies) == 0
    [question] = overview(engine, loaded(engine)).questions
    assert (question.labels, question.disputes, question.gold) == (8989, 0, 2250)
    assert {report.broken for report in chain.verify(engine)} == {None}


# Another text under a known id


def test_another_text_for_a_known_id_is_told_and_both_stay(engine: Engine) -> None:
    bring_in(engine, plain(row(1, "Lma", source_id="7"), row(2, "4", source_id="8")))
    tally = bring_in(engine, plain(row(1, "Lima", source_id="7"), row(2, "4", source_id="8")))
    [told] = tally.differing
    assert told.startswith("t.csv:2: another text for the response with id 7; the one before, response 1, stays")
    assert count(engine, "response") == 3


def test_another_text_that_differs_in_its_line_ends_is_told_as_such(engine: Engine) -> None:
    bring_in(engine, plain(row(1, "a\r\nb", source_id="7")))
    [told] = bring_in(engine, plain(row(1, "a\nb", source_id="7"))).differing
    assert "id 7, by its line ends alone;" in told


def test_a_further_sample_is_none_however_the_file_is_cut(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(engine, plain(row(1, "a", source_id="7")))
    monkeypatch.setattr(importing_responses, "PART", 1)
    for table in ([row(1, "a", source_id="7"), row(1, "b", source_id="7")], [row(1, x, source_id="7") for x in "cab"]):
        assert bring_in(engine, plain(*table)).differing == []


@pytest.mark.parametrize(
    "later",
    [
        [row(1, "a", source_id="7")],
        [row(1, "a", source_id="7"), row(1, "b", source_id="7")],
        [row(1, "b", source_id="7", model="n")],
        [row(1, "b", source_id="8")],
        [row(3, "b", source_id="7")],
        [row(1, "b", source_id="7", sample=2)],
    ],
    ids=["the same", "a further sample", "another model", "another id", "another prompt", "a numbered sample"],
)
def test_what_is_no_other_text_of_the_same_is_not_told(engine: Engine, later: list[Row]) -> None:
    bring_in(engine, plain(row(1, "a", source_id="7")))
    assert bring_in(engine, plain(*later)).differing == []
