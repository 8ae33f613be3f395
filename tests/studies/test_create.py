"""How a study is made: what it draws from, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewer.definitions.lookup import folders
from reviewer.definitions.rubric import Rubric, find_rubric
from reviewer.errors import NotFound, Refused, ReviewerError
from reviewer.model import Suite, SuitePrompt
from reviewer.store import acts, responses, studies
from reviewer.store.engine import Engine
from reviewer.store.studies import StudyExtent
from reviewer.studies.create import StudyPlan, create_study, fewest_responses
from reviewer.studies.lead_acts import close_study
from tests.support.stories import COMPARING, LEAD, NOW, PLAIN, Clock, design, fill, make_study, prompt, rate_all, sit


def create(engine: Engine, plan: StudyPlan, by: Rubric = PLAIN) -> StudyExtent:
    return create_study(engine, plan, by, LEAD, NOW).extent


@pytest.fixture
def stored(engine: Engine) -> list[str]:
    return fill(engine, prompts=range(6), configurations=["m1", "m2"])


def test_a_study_holds_every_response_where_nothing_is_said(engine: Engine, stored: list[str]) -> None:
    assert create(engine, StudyPlan("s", design(panes=2))) == StudyExtent(
        responses=12, items=6, pairs=6, configurations=2
    )


def test_a_study_may_hold_the_responses_of_some_models(engine: Engine, stored: list[str]) -> None:
    assert create(engine, StudyPlan("s", design(), models=["m2"])) == StudyExtent(6, 6, 0, 1)


def test_a_study_may_hold_the_responses_of_a_suite(engine: Engine, stored: list[str]) -> None:
    with engine.writing():
        members = tuple(SuitePrompt(f"p{number}", prompt(number)) for number in (1, 2))
        responses.ensure_suite(engine, Suite("two", 1, prompts=members), NOW)
    assert create(engine, StudyPlan("s", design(), suites=["two"])).responses == 4


def test_a_study_may_hold_the_responses_of_another_study(engine: Engine, stored: list[str]) -> None:
    create(engine, StudyPlan("s", design(sample="random:3")))
    assert create(engine, StudyPlan("t", design(), source="s")).responses == 3


def test_suites_models_and_studies_all_have_to_fit(engine: Engine, stored: list[str]) -> None:
    create(engine, StudyPlan("s", design(), models=["m1"]))
    with pytest.raises(NotFound, match="no stored response fits"):
        create(engine, StudyPlan("t", design(), models=["m2"], source="s"))


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (StudyPlan("s", design(), models=["m9"]), "--model m9: .*stored are: m1, m2"),
        (StudyPlan("s", design(), suites=["none"]), "--suite none"),
        (StudyPlan("s", design(), source="none"), "no study none"),
    ],
    ids=["model", "suite", "study"],
)
def test_what_is_not_stored_is_not_found(engine: Engine, stored: list[str], plan: StudyPlan, message: str) -> None:
    with pytest.raises(NotFound, match=message):
        create(engine, plan)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (StudyPlan(" ", design()), "name"),
        (StudyPlan("a\nb", design()), "name"),
        (StudyPlan("s", design(panes=0)), "--panes 0"),
        (StudyPlan("s", design(panes=9)), "--panes 9"),
        (StudyPlan("s", design(overlap=0)), "--overlap 0"),
        (StudyPlan("s", design(policy="most")), "no such policy"),
        (StudyPlan("s", design(sample="some")), "no such rule"),
        (StudyPlan("s", design(sample="random:0")), "numbers of 1 or more"),
        (StudyPlan("s", design(sample="random:-1")), "no such rule"),
        (StudyPlan("s", design(sample="all:3")), "no such rule"),
        (StudyPlan("s", design(overlap=2, policy="majority:3")), "majority:3"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_design_that_cannot_work_is_refused(engine: Engine, stored: list[str], plan: StudyPlan, message: str) -> None:
    with pytest.raises(ReviewerError, match=message):
        create(engine, plan)


def test_a_study_that_is_refused_leaves_nothing_behind(engine: Engine, stored: list[str]) -> None:
    with pytest.raises(NotFound):
        create(engine, StudyPlan("s", design(), source="none", assignments=[("left", None)]))
    assert [engine.rows(f"select count(*) from {table}") for table in ("study", "rubric", "rater")] == [[(0,)]] * 3


def test_a_name_that_is_taken_is_refused(engine: Engine, stored: list[str]) -> None:
    create(engine, StudyPlan("s", design()))
    with pytest.raises(Refused, match="exists already"):
        create(engine, StudyPlan("s", design()))


def test_a_rubric_that_only_compares_needs_two_panes(engine: Engine, stored: list[str]) -> None:
    with pytest.raises(Refused, match="--panes 2"):
        create(engine, StudyPlan("s", design(panes=1)), COMPARING)


def test_a_design_comes_back_as_it_was_given(engine: Engine, stored: list[str]) -> None:
    given = replace(design(panes=3, overlap=4, seed=-5, policy="unanimous"), aids="before", assigned=True)
    create(engine, StudyPlan("s", given))
    assert studies.load(engine, "s").design == given


def test_assigned_raters_have_their_quotas(engine: Engine, stored: list[str]) -> None:
    plan = StudyPlan("s", replace(design(), assigned=True), assignments=[("left", 2), ("right", None)])
    create(engine, plan)
    assert [len(rate_all(sit(engine, rater, Clock()))) for rater in ("left", "right")] == [2, 12]


def test_studies_are_listed_in_the_order_made(engine: Engine, stored: list[str]) -> None:
    for name in ("b", "a"):
        make_study(engine, PLAIN, design(), name)
    assert [study.name for study in studies.every(engine)] == ["b", "a"]


@pytest.mark.parametrize(("name", "expected"), [("preference", 2), ("refusal", 1)])
def test_one_response_is_least_unless_the_rubric_only_compares(name: str, expected: int) -> None:
    assert fewest_responses(find_rubric(name, folders("rubrics"))) == expected


def unblinded(engine: Engine, name: str) -> list[tuple[str, str]]:
    return [(one.who, one.shown_by) for one in acts.unblindings(engine, name)]


def test_a_study_over_one_configuration_of_an_open_study_unblinds_that(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m1", "m2"])
    make_study(engine, PLAIN, design(panes=2))
    made = create_study(engine, StudyPlan("t", design(), models=["m2"]), PLAIN, LEAD, NOW)
    assert made.unblinded == ("s",)
    assert unblinded(engine, "s") == [("lead", "study create t")]


def test_a_study_over_all_configurations_of_an_open_study_unblinds_nothing(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m1", "m2"])
    make_study(engine, PLAIN, design(panes=2))
    assert create_study(engine, StudyPlan("t", design(), source="s"), PLAIN, LEAD, NOW).unblinded == ()


def test_a_study_over_one_configuration_of_a_closed_study_unblinds_nothing(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m1", "m2"])
    close_study(engine, make_study(engine, PLAIN, design(panes=2)), LEAD, NOW)
    assert create_study(engine, StudyPlan("t", design(), models=["m2"]), PLAIN, LEAD, NOW).unblinded == ()


def test_a_study_is_unblinded_by_one_that_was_there_over_some_of_its_configurations(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m1", "m2"])
    create_study(engine, StudyPlan("t", design(), models=["m2"]), PLAIN, LEAD, NOW)
    made = create_study(engine, StudyPlan("s", design(panes=2)), PLAIN, LEAD, NOW)
    assert made.unblinded == ("s",)
    assert unblinded(engine, "s") == [("lead", "study t")]


def test_studies_without_a_common_response_unblind_nothing(engine: Engine) -> None:
    fill(engine, prompts=[1, 2], configurations=["m1", "m2"])
    create_study(engine, StudyPlan("t", design(), models=["m2"]), PLAIN, LEAD, NOW)
    assert create_study(engine, StudyPlan("s", design(), models=["m1"]), PLAIN, LEAD, NOW).unblinded == ()
