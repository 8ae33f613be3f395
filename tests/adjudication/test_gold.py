from __future__ import annotations

from reviewer.adjudication.gold import about, gold, records
from reviewer.adjudication.outcomes import outcomes
from reviewer.formats.export.csv import gold_csv, labels_csv
from reviewer.formats.export.grader_task import task
from reviewer.formats.export.jsonl import gold_row, label_rows
from reviewer.formats.export.reliability_card import card
from reviewer.formats.export.reliability_card_text import markdown
from reviewer.store import acts, studies
from reviewer.store.acts import Unblinding
from reviewer.store.engine import Engine
from reviewer.studies.unblinding import record_unblinding
from tests.support.stories import FULL, LEAD, NOW, Clock, design, fill, loaded, make_study, rate_all, sit


def rated(engine: Engine, clock: Clock) -> None:
    fill(engine, prompts=range(3), configurations=["m1", "m2"])
    make_study(engine, FULL, design(panes=2))
    for rater in ("ann", "bob"):
        rate_all(sit(engine, rater, clock))


def test_responses_pairs_and_items_are_units(engine: Engine, clock: Clock) -> None:
    rated(engine, clock)
    found = list(records(engine, loaded(engine)))
    by_question: dict[str, list[int]] = {}
    for one in found:
        by_question.setdefault(one.question.id, []).append(len(one.responses))
        assert len(one.labels) == 2
        assert len({label.rater for label in one.labels}) == 2
    assert by_question == {"verdict": [1] * 6, "comment": [1] * 6, "preferred": [2] * 3, "difficult": [2] * 3}
    assert {one.item is not None for one in found if one.question.id == "difficult"} == {True}
    assert len({one.unit for one in found}) == len(found)


def test_every_format_takes_every_unit(engine: Engine, clock: Clock) -> None:
    rated(engine, clock)
    found = list(records(engine, loaded(engine)))
    assert len(list(gold_csv(found))) == len(found) + 1
    assert len(list(labels_csv(found))) == len(list(label_rows(found))) + 1 == 2 * len(found) + 1
    assert all(gold_row(one)["responses"] and task(one) for one in found)
    assert "`difficult`" in markdown(card(about(engine, loaded(engine)), found, {}))


def test_gold_is_what_outcomes_say_with_configurations(engine: Engine, clock: Clock) -> None:
    rated(engine, clock)
    study = loaded(engine)
    found = list(gold(engine, study))
    assert [one.unit for one in found] == list(outcomes(engine, study))
    pair = next(one for one in found if one.unit.other_response)
    assert {pair.configuration, pair.other_configuration} == {"m1", "m2"}


def test_only_of_an_open_study_it_is_recorded_who_saw_configurations(engine: Engine, clock: Clock) -> None:
    rated(engine, clock)
    record_unblinding(engine, loaded(engine), LEAD, NOW, "a test")
    with engine.writing():
        studies.close(engine, loaded(engine).number, NOW)
    record_unblinding(engine, loaded(engine), LEAD, NOW, "a test")
    assert acts.unblindings(engine, "s") == [Unblinding("lead", "login", NOW, "a test")]
