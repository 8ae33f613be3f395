"""Adjudication: what is offered and in which order, what is shown, and what becomes of decisions."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.adjudication.case import Case
from reviewer.adjudication.guideline_feedback import settled_confusions, suggestions
from reviewer.adjudication.queue import AdjudicationSession, AdjudicatorChoice
from reviewer.definitions.rubric import Rubric
from reviewer.errors import Refused
from reviewer.model import Actor
from reviewer.store import adjudications, chain, labels
from reviewer.store.engine import Engine
from reviewer.store.sqlite import open_for_writing
from reviewer.study_design.decision_policy import DecisionMethod, DisputeReason, Ruling
from tests.support.commands import Run
from tests.support.stories import (
    FOLLOWED,
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
    rate_all,
    results,
    row,
    rubric,
    sit,
)

YES, NO = AdjudicatorChoice("yes"), AdjudicatorChoice("no")


def adjudicating(engine: Engine, name: str, clock: Clock, *, second: bool = False) -> AdjudicationSession:
    """Return an adjudicator at work on the study that the database holds by now."""
    return AdjudicationSession(engine, loaded(engine), Actor(name, name), clock, second=second)


def judged(engine: Engine, by: Rubric, *given: dict[str, str], prompts: int = 1, panes: int = 1) -> Clock:
    """Let raters `r0`, `r1` … each answer every item of a study; return their clock, a minute on."""
    clock = Clock()
    fill(engine, prompts=range(prompts), configurations=["secret-m", "secret-n"][:panes])
    make_study(engine, by, design(panes=panes))
    for number, answers in enumerate(given):
        rate_all(sit(engine, f"r{number}", clock), answers)
    clock.forward(1)
    return clock


def disputed(engine: Engine, prompts: int = 1) -> Clock:
    return judged(engine, PLAIN, {"verdict": "yes"}, {"verdict": "no"}, prompts=prompts)


def case(adjudication: AdjudicationSession) -> Case:
    found = adjudication.next_case()
    assert found is not None
    return found


def test_a_decision_settles_the_unit_and_first_opinions_stay(engine: Engine) -> None:
    clock = disputed(engine)
    before = list(labels.of_study(engine, "s"))
    adjudication = adjudicating(engine, "lead", clock)
    verdict = replace(NO, code="slip", note="read it again", clause="2")
    adjudication.decide(case(adjudication), verdict)
    assert adjudication.next_case() is None
    [unit] = results(engine).values()
    assert (unit.outcome.value, unit.outcome.how) == ("no", DecisionMethod.ADJUDICATED)
    assert list(labels.of_study(engine, "s")) == before
    stored = engine.rows("select value, reason, note, clause, state, adjudicator from adjudication")
    assert [tuple(one) for one in stored] == [("no", "slip", "read it again", "2", "decided", "lead")]
    assert all(report.broken is None for report in chain.verify(engine))


def test_a_third_label_may_be_chosen_and_no_other(engine: Engine) -> None:
    adjudication = adjudicating(engine, "lead", disputed(engine))
    with pytest.raises(Refused, match="no option"):
        adjudication.decide(case(adjudication), AdjudicatorChoice("maybe"))
    with pytest.raises(Refused, match="choose a value"):
        adjudication.decide(case(adjudication), AdjudicatorChoice(None))
    adjudication.decide(case(adjudication), AdjudicatorChoice("cannot_tell"))
    [unit] = results(engine).values()
    assert unit.outcome.value == "cannot_tell"


@pytest.mark.parametrize("ruling", [Ruling.BAD_ITEM, Ruling.AMBIGUOUS])
def test_no_label_is_a_decision(engine: Engine, ruling: Ruling) -> None:
    adjudication = adjudicating(engine, "lead", disputed(engine))
    adjudication.decide(case(adjudication), AdjudicatorChoice(None, ruling))
    [unit] = results(engine).values()
    assert unit.outcome.how is DecisionMethod.ADJUDICATED
    assert unit.outcome.decision is not None
    assert unit.outcome.decision.ruling is ruling
    assert adjudication.next_case() is None


def test_what_is_shown_names_neither_raters_nor_configurations(engine: Engine) -> None:
    clock = judged(engine, rubric("of_two", VERDICT), {"verdict": "yes"}, {"verdict": "no"}, panes=2)
    found = case(adjudicating(engine, "lead", clock))
    assert len(found.item.panes) == 2
    assert sorted(column.values["verdict"] for column in found.columns) == ["no", "yes"]
    assert not any(word in repr(found) for word in ("secret-", "r0", "r1", "lab-x"))


def test_columns_are_shuffled_dispute_by_dispute(engine: Engine) -> None:
    adjudication = adjudicating(engine, "lead", disputed(engine, prompts=20))
    firsts = set()
    for _ in range(20):
        found = case(adjudication)
        firsts.add(found.columns[0].values["verdict"])
        adjudication.defer(found)
    assert firsts == {"yes", "no"}


def test_what_is_deferred_comes_last(engine: Engine) -> None:
    adjudication = adjudicating(engine, "lead", disputed(engine, prompts=3))
    first = case(adjudication)
    adjudication.defer(first)
    assert [one.unit for one in adjudication.queue][-1] == first.dispute.unit
    adjudication.look()
    assert [one.unit for one in adjudication.queue][-1] == first.dispute.unit


def test_undo_adds_a_row_and_offers_the_dispute_again(engine: Engine) -> None:
    adjudication = adjudicating(engine, "lead", disputed(engine, prompts=2))
    first = case(adjudication)
    adjudication.decide(first, YES)
    again = adjudicating(engine, "lead", Clock())
    undone = again.undo()
    assert undone is not None
    assert undone.dispute.unit == first.dispute.unit
    assert len(again.queue) == 2
    assert [state for (state,) in engine.rows("select state from adjudication")] == ["decided", "retracted"]
    assert again.undo() is None


def test_adjudicators_who_differ_leave_it_undecided_until_one_changes(engine: Engine) -> None:
    clock = disputed(engine)
    first, second = (adjudicating(engine, name, clock) for name in ("lead", "other"))
    seen_by_both = case(second)
    first.decide(case(first), YES)
    second.decide(seen_by_both, NO)
    [unit] = results(engine).values()
    assert (unit.outcome.how, unit.outcome.reason) == (DecisionMethod.UNDECIDED, DisputeReason.ADJUDICATORS)
    assert len(list(adjudications.standing(engine, "s"))) == 2
    first.look()
    again = case(first)
    assert len(again.decisions) == 2
    first.decide(again, NO)
    [unit] = results(engine).values()
    assert (unit.outcome.value, first.next_case()) == ("no", None)
    assert engine.rows("select count(*) from adjudication") == [(3,)]


def test_what_another_adjudicator_decides_meanwhile_is_not_offered(engine: Engine) -> None:
    clock = disputed(engine, prompts=3)
    first, other = (adjudicating(engine, name, clock) for name in ("lead", "other"))
    taken = case(first)
    first.decide(taken, YES)
    offered = case(other)
    assert offered.dispute.unit != taken.dispute.unit
    assert other.progress == first.progress
    first.decide(case(first), YES)
    first.undo()
    assert case(other).dispute.unit == offered.dispute.unit
    assert (other.progress.left, other.progress.decided) == (2, 1)


def test_a_second_opinion_is_offered_where_it_is_asked_for(engine: Engine) -> None:
    clock = disputed(engine)
    first = adjudicating(engine, "lead", clock)
    first.decide(case(first), YES)
    assert adjudicating(engine, "other", clock).next_case() is None
    second = adjudicating(engine, "other", clock, second=True)
    found = case(second)
    assert (found.dispute.reason, found.decisions) == ("second opinion", ())
    second.decide(found, YES)
    assert second.next_case() is None


def test_a_person_overrules_what_was_imported(engine: Engine) -> None:
    bring_in(engine, Table([row(1, labels={"left": "yes", "right": "no"}, golds=(("verdict", "yes"),))]))
    adjudication = adjudicating(engine, "lead", Clock(), second=True)
    assert adjudication.next_case() is None
    with engine.writing():
        [standing] = adjudications.standing(engine, "s")
        decision = adjudications.NewDecision("s", standing.response, "verdict", PLAIN.hash, "no", "slip", "2027-01-01")
        adjudications.add(engine, "lead", [decision])
    [unit] = results(engine).values()
    assert unit.outcome.value == "no"


def test_a_newer_label_that_contradicts_offers_it_again_and_the_decision_stands(engine: Engine) -> None:
    given = [row(1, labels={"left": "yes", "right": "no"}, golds=(("verdict", "yes"),))]
    bring_in(engine, Table(given))
    engine.run("update label set saved_at = '2027-01-01T00:00:00.000000+00:00' where value = 'no'", {})
    [unit] = results(engine).values()
    assert (unit.outcome.value, unit.outcome.reason) == ("yes", DisputeReason.CONTRADICTED)
    found = case(adjudicating(engine, "lead", Clock()))
    assert (found.dispute.reason, len(found.decisions)) == ("contradicted", 1)


def test_a_response_that_was_never_handed_out_is_shown_alone(engine: Engine) -> None:
    bring_in(engine, Table([row(1, "the text", labels={"left": "yes", "right": "no"})]))
    found = case(adjudicating(engine, "lead", Clock()))
    assert [pane.text for pane in found.item.panes] == ["the text"]
    assert found.ask.panes == (0,)


def test_a_follow_up_in_dispute_is_put_right_after_its_parent(engine: Engine) -> None:
    answers = ({"verdict": "yes", "degree": "mild"}, {"verdict": "no"})
    adjudication = adjudicating(engine, "lead", judged(engine, FOLLOWED, *answers, prompts=3))
    # Where one rater alone was asked the follow-up, that answer decides it.
    adjudication.decide(case(adjudication), YES)
    assert len(adjudication.queue) == 2
    flagged = case(adjudication).item.handed
    with engine.writing():
        labels.add_flag(engine, "r0", study="s", item=flagged.id, response=None, reason="odd", now="2026-01-02")
    first = case(adjudication)
    adjudication.decide(first, YES)
    follow_up = case(adjudication).dispute
    assert (follow_up.response, follow_up.question) == (first.dispute.response, "degree")


def test_without_a_terminal_the_disputes_are_counted_and_listed(run: Run, tmp_path: Path) -> None:
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine:
        disputed(engine, prompts=2)
    said = run("adjudicate", "s").out
    assert "2 disputes" in said
    assert "reviewer adjudicate s" in said
    listed = run("adjudicate", "s", "--json").json()
    assert [one["reason"] for one in listed["disputes"]] == ["disagree", "disagree"]


def test_a_preference_reads_on_screen_by_side(engine: Engine) -> None:
    by = rubric("pairs", PREFERRED)
    clock = judged(engine, by, {"preferred": "first"}, {"preferred": "tie"}, panes=2)
    adjudication = adjudicating(engine, "lead", clock)
    found = case(adjudication)
    assert len(found.ask.panes) == 2
    left = found.item.panes[0].response
    adjudication.decide(found, AdjudicatorChoice("first"))
    [unit] = results(engine).values()
    assert unit.outcome.value == ("first" if left == unit.response else "second")


def test_merged_units_are_counted_and_not_offered(engine: Engine) -> None:
    clock = judged(engine, PLAIN, {"verdict": "yes"}, {"verdict": "yes"}, prompts=3)
    adjudication = adjudicating(engine, "lead", clock)
    assert (adjudication.queue, adjudication.progress.merged) == ([], {"unanimous": 3})


def test_disagreement_weighs_by_severity_and_by_how_it_moves_the_rate(engine: Engine) -> None:
    rows = [
        row(1, labels={"a": "yes", "b": "no", "c": "yes", "d": "yes", "e": "cannot_tell"}, suite="x"),
        row(2, labels={"a": "yes", "b": "no", "c": "cannot_tell"}, suite="x"),
    ]
    bring_in(engine, Table(rows))
    engine.run("update study set policy = 'unanimous'", {})
    weights = [one.weight for one in adjudicating(engine, "lead", Clock()).queue]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > weights[1]


def test_a_choice_is_kept_for_the_adjudicator_who_made_it_until_it_is_saved(engine: Engine) -> None:
    clock = disputed(engine)
    chosen = AdjudicatorChoice("no", code="slip", note="n", clause="c")
    first = adjudicating(engine, "lead", clock)
    first.keep(case(first), chosen)
    again, other = (
        adjudicating(engine, "lead", clock),
        adjudicating(engine, "second", clock),
    )
    assert again.draft(case(again)) == chosen
    assert other.draft(case(other)) == AdjudicatorChoice(None)
    head = case(again)
    again.decide(head, chosen)
    assert again.draft(head) == AdjudicatorChoice(None)


def test_a_preference_is_kept_by_response_and_not_by_pane(engine: Engine) -> None:
    clock = judged(engine, rubric("c", PREFERRED), {"preferred": "first"}, {"preferred": "second"}, panes=2)
    for name in ("lead", "other", "third"):  # whose panes stand in one order or the other
        adjudication = adjudicating(engine, name, clock)
        adjudication.keep(case(adjudication), AdjudicatorChoice("first"))
        assert adjudication.draft(case(adjudication)).value == "first"


def test_what_was_put_off_comes_last_in_a_later_session_too(engine: Engine) -> None:
    clock = disputed(engine, prompts=3)
    adjudication = adjudicating(engine, "lead", clock)
    order = [one.unit for one in adjudication.queue]
    for _ in range(2):
        adjudication.defer(case(adjudication))
        clock.forward(1)
    late = [order[2], order[0], order[1]]
    assert [one.unit for one in adjudicating(engine, "lead", clock).queue] == late
    assert [one.unit for one in adjudicating(engine, "another", clock).queue] == order


def test_what_was_confused_is_told_with_how_it_was_settled(engine: Engine) -> None:
    adjudication = adjudicating(engine, "lead", disputed(engine, prompts=4))
    for verdict in (YES, YES, AdjudicatorChoice("cannot_tell"), AdjudicatorChoice(None, Ruling.AMBIGUOUS)):
        adjudication.decide(case(adjudication), verdict)
    [found] = settled_confusions(engine, loaded(engine))
    assert (found.question, found.given, found.units, found.third) == ("verdict", ("no", "yes"), 4, 1)
    assert found.came_to == {"yes": 2, "cannot_tell": 1, "ambiguous": 1}


def test_reasons_become_suggestions_for_the_guideline(engine: Engine) -> None:
    adjudication = adjudicating(engine, "lead", disputed(engine, prompts=4))
    unclear = replace(YES, code="rubric unclear", clause="2.1")
    for verdict in (replace(unclear, note="says nothing of irony"), unclear, replace(NO, code="slip"), NO):
        adjudication.decide(case(adjudication), verdict)
    first, second = suggestions(engine, loaded(engine))
    assert (first.reason, first.clause, first.decisions, first.notes) == (
        "rubric unclear", "2.1", 2, ("says nothing of irony",)
    )  # fmt: skip
    assert (second.reason, second.decisions) == ("slip", 1)


def test_the_report_opens_no_screen(run: Run, tmp_path: Path) -> None:
    with closing(open_for_writing(str(tmp_path / "reviews.db"))) as engine:
        adjudication = adjudicating(engine, "lead", disputed(engine, prompts=2))
        adjudication.decide(case(adjudication), replace(YES, code="slip", note="read again"))
    told = run("adjudicate", "s", "--report").out
    for words in ("1 dispute, 1 decided", "no / yes", "verdict: slip: 1 decision", "read again"):
        assert words in told, told
    document = run("adjudicate", "s", "--json").json()
    assert document["settled"][0]["came_to"] == {"yes": 1}
    assert document["suggestions"][0]["notes"] == ["read again"]
