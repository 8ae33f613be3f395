"""Figures of a study from its stored labels: whom and what they are of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviewer.agreement.study_agreement import intra_rater, kinds, measured
from reviewer.agreement.target import target
from reviewer.definitions.rubric import Rubric
from reviewer.model import LabelState, Origin, Rater, RaterKind
from reviewer.statistics.sample_design import Population
from reviewer.store import labels, raters
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.store.ratings import Scope
from reviewer.store.studies import Study
from tests.support.stories import NOW, PLAIN, VERDICT, design, fill, loaded, make_study, option, rubric

SEVERAL = rubric(
    "several",
    VERDICT | {"id": "faults", "scale": "multi", "option": [option(one, one) for one in ("a", "b", "h")]},
)


def say(engine: Engine, by: Rubric, rater: str, said: dict[str, str], kind: RaterKind = RaterKind.HUMAN) -> None:
    """Store what a rater says of responses, by id."""
    study = "s" if kind is RaterKind.HUMAN else None
    origin = Origin.RATED if kind is RaterKind.HUMAN else Origin.GRADED
    question = by.questions[0].id
    new = [
        NewLabel(study, response, None, None, question, by.hash, LabelState.LABEL, value, origin, NOW)
        for response, value in said.items()
    ]
    with engine.writing():
        raters.ensure(engine, Rater(rater, kind), NOW)
        labels.add(engine, rater, new)


def drawn(engine: Engine, study: Study) -> Iterator[tuple[str, str]]:
    """Yield the id of each response of the study, and its configuration."""
    yield from engine.rows(
        "select response.id, configuration.name from study_response"
        " join response on response.number = study_response.response"
        " join configuration on configuration.number = response.configuration where study = :study order by 1",
        {"study": study.number},
    )


@pytest.mark.parametrize("repeated", [False, True])
def test_a_unit_counts_for_as_many_as_it_stands_for(engine: Engine, repeated: bool) -> None:
    fill(engine, prompts=range(40), configurations=["large"])
    fill(engine, prompts=range(0 if repeated else 100, 10 if repeated else 110), configurations=["small"])
    make_study(engine, PLAIN, design(sample="stratified:10"))
    study = loaded(engine)
    of = dict(drawn(engine, study))
    say(engine, PLAIN, "ann", dict.fromkeys(of, "yes"))
    say(engine, PLAIN, "bob", {response: "yes" if name == "large" else "no" for response, name in of.items()})
    question = PLAIN.questions[0]
    found = measured(engine, Scope(study, question.id), question).agreement
    assert found is not None
    # Ten of forty and ten of ten: those of `large` stand for four each.
    assert found.metrics["percent_agreement"].value == pytest.approx(40 / 50)
    assert found.shares["yes"] == pytest.approx(90 / 100)
    assert (found.units, found.weighted) == (20, True)
    assert target(engine, study, [question]) is Population.STUDY
    alone = measured(engine, Scope(study, question.id, "small"), question).agreement
    assert alone is not None
    assert (alone.metrics["percent_agreement"].value, alone.weighted) == (0.0, False)


def test_what_is_withdrawn_counts_as_not_drawn(engine: Engine) -> None:
    fill(engine, prompts=range(40), configurations=["large"])
    fill(engine, prompts=range(100, 110), configurations=["small"])
    make_study(engine, PLAIN, design(sample="stratified:10"))
    study = loaded(engine)
    of = dict(drawn(engine, study))
    gone = [response for response, name in of.items() if name == "large"][:2]
    with engine.writing():
        engine.run_many(
            "update study_response set withdrawn = 1 where response = (select number from response where id = :id)",
            [{"id": response} for response in gone],
        )
    say(engine, PLAIN, "ann", {response: "yes" for response in of if response not in gone})
    say(engine, PLAIN, "bob", {one: "yes" if name == "large" else "no" for one, name in of.items() if one not in gone})
    found = measured(engine, Scope(study, "verdict"), PLAIN.questions[0]).agreement
    assert found is not None
    assert found.units == 18
    assert found.metrics["percent_agreement"].value == pytest.approx(40 / 50)


def test_a_census_is_of_its_labelled_units(engine: Engine) -> None:
    ids = fill(engine, prompts=range(12), configurations=["m"])
    make_study(engine, PLAIN, design())
    for name in ("ann", "bob"):
        say(engine, PLAIN, name, dict.fromkeys(ids, "yes"))
    study = loaded(engine)
    found = measured(engine, Scope(study, "verdict"), PLAIN.questions[0]).agreement
    assert found is not None
    assert not found.weighted
    assert target(engine, study, PLAIN.questions) is Population.SAMPLE


def test_a_second_sitting_is_no_further_person(engine: Engine) -> None:
    ids = fill(engine, prompts=range(12), configurations=["m"])
    make_study(engine, PLAIN, design())
    say(engine, PLAIN, "ann", dict.fromkeys(ids, "yes"))
    say(engine, PLAIN, "bob", {response: "yes" if place else "no" for place, response in enumerate(ids)})
    say(engine, PLAIN, "ann#2", {response: "yes" if place > 2 else "no" for place, response in enumerate(ids)})
    scope, question = Scope(loaded(engine), "verdict"), PLAIN.questions[0]
    found = measured(engine, scope, question)
    assert found.raters == ("ann", "bob")
    assert found.agreement is not None
    assert found.agreement.metrics["percent_agreement"].value == pytest.approx(11 / 12)
    people = kinds(engine, scope, question).human_human
    assert people is not None
    assert people.percent_agreement.value == pytest.approx(11 / 12)
    [again] = intra_rater(engine, scope, question)
    assert (again.rater, again.units) == ("ann", 12)
    assert again.percent_agreement.value == pytest.approx(9 / 12)


def test_a_name_with_a_number_sign_alone_is_a_person(engine: Engine) -> None:
    ids = fill(engine, prompts=range(3), configurations=["m"])
    make_study(engine, PLAIN, design())
    for name in ("bob#2", "ann"):
        say(engine, PLAIN, name, dict.fromkeys(ids, "yes"))
    scope, question = Scope(loaded(engine), "verdict"), PLAIN.questions[0]
    assert measured(engine, scope, question).raters == ("ann", "bob#2")
    assert intra_rater(engine, scope, question) == []


def test_people_and_graders_are_compared_by_one_distance(engine: Engine) -> None:
    ids = fill(engine, prompts=range(12), configurations=["m"])
    make_study(engine, SEVERAL, design())
    sets = ['["a"]', '["a","b"]', '["b"]', '["a","b","h"]'] * 3
    near = ['["a"]', '["a"]', '["b"]', '["a","b"]'] * 3
    say(engine, SEVERAL, "ann", dict(zip(ids, sets, strict=True)))
    say(engine, SEVERAL, "bob", dict(zip(ids, near, strict=True)))
    say(engine, SEVERAL, "judge", dict(zip(ids, near, strict=True)), RaterKind.MODEL)
    found = kinds(engine, Scope(loaded(engine), "faults"), SEVERAL.questions[0])
    assert found.human_human is not None
    assert found.human_human.percent_agreement.value == pytest.approx(0.5)
    kappa = found.human_human.mean_kappa.value
    assert kappa is not None
    # Sets that share an option agree in part: more than by equality alone, which is (.5 - .1875) / (1 - .1875).
    assert kappa > 0.3846
    mean = found.human_grader["judge"].mean_kappa.value
    assert mean is not None
    assert kappa < mean < 1.0
