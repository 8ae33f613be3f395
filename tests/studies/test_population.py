"""What graders tell a sampling rule, and which responses a drawn study speaks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from reviewer.errors import NotFound, Refused
from reviewer.model import LabelState, Origin, Rater, RaterKind
from reviewer.store import labels, raters, rubrics, sampling_pools
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.store.studies import Study
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.lead_acts import withdraw
from reviewer.studies.population import population
from tests.support.stories import COMPARING, LEAD, NOW, design, extend, fill, loaded, make_study, rubric

OPTIONS = [{"value": "bad", "label": "Bad", "key": "1"}, {"value": "good", "label": "Good", "key": "2"}]
QUESTION = {"id": "q", "text": "?", "per": "response", "scale": "nominal", "option": OPTIONS}
RATE = {"id": "badness", "question": "q", "of": ["bad"], "worse": "high"}
NEITHER = {"id": "goodness", "question": "q", "of": ["good"], "worse": "neither"}
RUBRIC = rubric("graded", QUESTION, rates=[NEITHER, RATE])


def grade(engine: Engine, grader: str, given: Mapping[str, str | None]) -> None:
    with engine.writing():
        rubrics.ensure(engine, RUBRIC, NOW)
        raters.ensure(engine, Rater(grader, RaterKind.MODEL), NOW)
        new = [
            NewLabel(
                study=None,
                response=response,
                other_response=None,
                item=None,
                question="q",
                rubric=RUBRIC.hash,
                state=LabelState.UNPARSED if value is None else LabelState.LABEL,
                value=value,
                origin=Origin.IMPORTED,
                saved_at=NOW,
                raw="?",
            )
            for response, value in given.items()
        ]
        labels.add(engine, grader, new)


def make(engine: Engine, sample: str, **more: object) -> Study:
    return create_study(engine, StudyPlan("s", design(sample=sample), **more), RUBRIC, LEAD, NOW).study  # type: ignore[arg-type]


@pytest.fixture
def stored(engine: Engine) -> list[str]:
    return fill(engine, prompts=range(20), configurations=["m1", "m2"])


def chances(engine: Engine, study: Study) -> Mapping[str, float]:
    return population(engine, study).chances


def test_a_tail_goes_by_the_worse_end_of_the_rate(engine: Engine, stored: list[str]) -> None:
    worst = set(stored[:4])  # two of each configuration
    grade(engine, "judge", {one: "bad" if one in worst else "good" for one in stored})
    study = make(engine, "tail:10+3")
    assert {one for one, chance in chances(engine, study).items() if chance == 1.0} == worst


def test_a_tail_asks_one_grader(engine: Engine, stored: list[str]) -> None:
    for grader in ("one", "two"):
        grade(engine, grader, dict.fromkeys(stored, "good"))
    with pytest.raises(Refused, match=r"expected one --grader .*one, two"):
        make(engine, "tail:10+3")
    assert make(engine, "tail:10+3", graders=["two"]).design.sample == "tail:10+3"


def test_what_is_no_label_is_no_disagreement(engine: Engine, stored: list[str]) -> None:
    grade(engine, "one", dict.fromkeys(stored, "good"))
    grade(engine, "two", {stored[0]: "bad", stored[1]: None, stored[2]: "good"})
    drawn = chances(engine, make(engine, "disagreement:5+4"))
    assert [one for one, chance in drawn.items() if chance == 1.0] == [stored[0]]
    assert len(drawn) == 5


def test_a_disagreement_takes_two(engine: Engine, stored: list[str]) -> None:
    grade(engine, "one", dict.fromkeys(stored, "good"))
    with pytest.raises(Refused, match="two graders or more; there are: one"):
        make(engine, "disagreement:5+4")


def test_a_grader_that_gave_no_verdict_is_not_found(engine: Engine, stored: list[str]) -> None:
    with pytest.raises(NotFound, match=r"--grader nobody: .*there are: none"):
        make(engine, "tail:10+3", graders=["nobody"])


def test_a_rate_without_a_worse_end_cannot_tell_the_worst(engine: Engine, stored: list[str]) -> None:
    grade(engine, "one", dict.fromkeys(stored, "good"))
    with pytest.raises(NotFound, match=r"--rate goodness: .*there are: badness"):
        make(engine, "tail:10+3", rate="goodness")


def test_a_grader_that_says_nothing_of_the_rate_finds_no_tail(engine: Engine, stored: list[str]) -> None:
    grade(engine, "one", dict.fromkeys(stored))
    with pytest.raises(Refused, match="one gave no verdict that counts in rate badness"):
        make(engine, "tail:10+3")


def test_a_rule_that_asks_no_grader_takes_none(engine: Engine, stored: list[str]) -> None:
    with pytest.raises(Refused, match="asks no grader"):
        make(engine, "random:3", graders=["one"])


def test_a_drawn_study_speaks_for_all_that_it_was_drawn_from(engine: Engine, stored: list[str]) -> None:
    study = make(engine, "random:10", models=["m1"])
    found = population(engine, study)
    assert {one.id for one in found.responses} == set(stored[::2])
    assert set(found.chances.values()) == {0.5}
    assert found.lost is None


def test_what_is_stored_later_was_not_drawn_from(engine: Engine, stored: list[str]) -> None:
    study = make(engine, "random:10")
    fill(engine, prompts=range(20, 25), configurations=["m1"])
    assert len(population(engine, study).responses) == len(stored)


def test_what_is_brought_in_later_is_certain(engine: Engine, stored: list[str]) -> None:
    study = make(engine, "random:10", models=["m1"])
    extend(engine, "s")
    found = population(engine, study)
    assert found.lost is not None
    assert set(found.chances.values()) == {0.5, 1.0}


def test_a_study_of_all_speaks_for_itself(engine: Engine, stored: list[str]) -> None:
    study = make(engine, "all")
    fill(engine, prompts=range(20, 25), configurations=["m1"])
    assert {one.id for one in population(engine, study).responses} == set(stored)


def test_a_study_of_unknown_origin_speaks_for_itself_alone(engine: Engine, stored: list[str]) -> None:
    study = make(engine, "random:10")
    with engine.writing():
        engine.run("update study set drawn_from = null")
    found = population(engine, study)
    assert found.lost is not None
    assert len(found.responses) == 10


def test_what_was_drawn_from_is_kept_with_the_study(engine: Engine, stored: list[str]) -> None:
    make_study(engine, RUBRIC, design(), "first")
    grade(engine, "judge", dict.fromkeys(stored, "good"))
    study = make(engine, "tail:10+3", models=["m2"], source="first")
    kept = sampling_pools.drawn_from(engine, study.number)
    assert kept == sampling_pools.DrawnFrom((), ("m2",), "first", len(stored), ("judge",), "badness")


def test_a_withdrawn_response_counts_as_not_drawn(engine: Engine, stored: list[str]) -> None:
    study = make(engine, "stratified:5")
    drawn = chances(engine, study)
    gone = next(iter(drawn))
    withdraw(engine, study, gone, "private", LEAD, NOW)
    left = population(engine, study)
    assert left.lost is None
    assert left.chances.keys() == drawn.keys() - {gone}
    assert {one.id for one in left.responses} == set(stored)
    with_chance = Counter(round(chance, 9) for chance in left.chances.values())
    assert with_chance == {0.2: 4, 0.25: 5}  # 4 of 20 where one is gone, 5 of 20 of the other configuration


def test_a_study_of_all_speaks_for_what_is_not_withdrawn(engine: Engine, stored: list[str]) -> None:
    study = make(engine, "all")
    withdraw(engine, study, stored[3], "private", LEAD, NOW)
    assert {one.id for one in population(engine, study).responses} == {*stored} - {stored[3]}


def test_drawn_prompts_speak_for_all_prompts_with_responses_to_compare(engine: Engine) -> None:
    two = fill(engine, prompts=range(6), configurations=["m1", "m2"])
    three = fill(engine, prompts=range(6, 10), configurations=["m1", "m2", "m3"])
    fill(engine, prompts=range(10, 13), configurations=["m1"])
    make_study(engine, COMPARING, design(panes=2, sample="random:5"))
    found = population(engine, loaded(engine))
    assert found.lost is None
    assert {one.id for one in found.responses} == {*two, *three}
    assert set(found.chances.values()) == {0.5}


def test_drawn_prompts_that_others_joined_later_are_no_sample_any_more(engine: Engine) -> None:
    fill(engine, prompts=range(6), configurations=["m1", "m2"])
    make_study(engine, COMPARING, design(panes=2, sample="random:3"))
    extend(engine, "s")
    lost = population(engine, loaded(engine)).lost
    assert lost is not None
    assert "drawn from 9 prompts, and what it was drawn from holds 6" in lost
