from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.errors import ReviewerError
from reviewer.study_design.decision_policy import Decision, DecisionMethod, DisputeReason, Policy, decide, read_policy

VALUES = st.lists(st.sampled_from(["a", "b", "c", "?"]), max_size=9)
POLICIES = st.one_of(st.just(Policy(unanimous=True)), st.builds(Policy, st.just(False), st.integers(1, 4)))
ABSTAIN = frozenset("?")


def slowly(
    values: list[str], policy: Policy, wanted: int, flagged: bool, decision: Decision | None
) -> tuple[str | None, DecisionMethod, DisputeReason | None]:
    """Say what a unit comes to, in the words of the design, candidate by candidate."""
    if decision is not None:
        return decision.value, DecisionMethod.ADJUDICATED, None
    if flagged:
        return None, DecisionMethod.UNDECIDED, DisputeReason.FLAGGED
    if not values or len(values) < wanted:
        return None, DecisionMethod.UNDECIDED, DisputeReason.TOO_FEW
    for candidate in "abc":
        share = Fraction(values.count(candidate), len(values))
        leads = [values.count(candidate) - values.count(other) for other in "abc?" if other != candidate]
        if policy.unanimous and share == 1:
            return candidate, DecisionMethod.UNANIMOUS, None
        if not policy.unanimous and share > Fraction(1, 2) and min(leads) >= policy.margin:
            return candidate, DecisionMethod.UNANIMOUS if share == 1 else DecisionMethod.MAJORITY, None
    if "?" in values:
        return None, DecisionMethod.UNDECIDED, DisputeReason.CANNOT_TELL
    shares = sorted(values.count(candidate) for candidate in "abc")
    tie = shares[-1] == shares[-2] and len(values) > 2
    return None, DecisionMethod.UNDECIDED, DisputeReason.TIE if tie else DisputeReason.DISAGREE


@given(
    VALUES,
    POLICIES,
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from([None, None, Decision("a"), Decision("z"), Decision(None)]),
)
def test_a_unit_comes_to_what_the_slow_definition_says(
    values: list[str], policy: Policy, wanted: int, flagged: bool, decision: Decision | None
) -> None:
    found = decide(
        values, policy, wanted=wanted, abstentions=ABSTAIN, flagged=flagged, decisions=[decision] if decision else []
    )
    assert (found.value, found.how, found.reason) == slowly(values, policy, wanted, flagged, decision)


@given(VALUES, POLICIES)
def test_the_distribution_counts_every_label(values: list[str], policy: Policy) -> None:
    found = decide(values, policy, wanted=1, abstentions=ABSTAIN)
    assert found.distribution == {value: values.count(value) for value in values}


@given(VALUES, POLICIES, st.randoms())
def test_the_order_of_labels_decides_nothing(values: list[str], policy: Policy, shuffler: random.Random) -> None:
    shuffled = shuffler.sample(values, len(values))
    assert decide(values, policy, wanted=2, abstentions=ABSTAIN) == decide(
        shuffled, policy, wanted=2, abstentions=ABSTAIN
    )


@pytest.mark.parametrize("policy", ["unanimous", "majority:1"])
def test_one_label_where_one_is_wanted_decides(policy: str) -> None:
    assert decide(["a"], read_policy(policy), wanted=1).how is DecisionMethod.UNANIMOUS


def test_raters_who_all_agree_do_not_decide_without_the_margin() -> None:
    assert decide(["a", "a"], Policy(unanimous=False, margin=3), wanted=2).how is DecisionMethod.UNDECIDED


def test_two_who_differ_disagree() -> None:
    assert decide(["a", "b"], read_policy("majority"), wanted=2).reason is DisputeReason.DISAGREE


def test_two_against_two_is_a_tie() -> None:
    assert decide(["a", "b", "b", "a"], read_policy("majority"), wanted=2).reason is DisputeReason.TIE


def test_half_of_the_labels_is_no_majority() -> None:
    assert decide(["a", "a", "b", "c"], read_policy("majority"), wanted=2).value is None


def test_two_of_three_are_a_majority_that_is_not_unanimous() -> None:
    assert decide(["a", "b", "a"], read_policy("majority"), wanted=3).how is DecisionMethod.MAJORITY


def test_one_who_cannot_tell_leaves_the_majority_standing() -> None:
    assert decide(["a", "?", "a"], read_policy("majority"), wanted=3, abstentions=ABSTAIN).value == "a"


def test_all_who_cannot_tell_decide_nothing() -> None:
    assert (
        decide(["?", "?"], read_policy("majority"), wanted=2, abstentions=ABSTAIN).reason is DisputeReason.CANNOT_TELL
    )


def test_an_adjudicator_may_choose_what_nobody_gave_on_a_flagged_unit() -> None:
    found = decide(["a", "a"], read_policy("unanimous"), wanted=2, flagged=True, decisions=[Decision("c")])
    assert (found.value, found.how) == ("c", DecisionMethod.ADJUDICATED)


def test_an_adjudicator_may_decide_that_there_is_no_label() -> None:
    found = decide(["a", "a"], read_policy("unanimous"), wanted=2, decisions=[Decision(None)])
    assert (found.value, found.how) == (None, DecisionMethod.ADJUDICATED)


@pytest.mark.parametrize("text", ["unanimous", "majority:1", "majority:12"])
def test_a_policy_is_written_as_it_is_read(text: str) -> None:
    assert str(read_policy(text)) == text


def test_a_majority_without_a_margin_has_a_margin_of_one() -> None:
    assert str(read_policy("majority")) == "majority:1"


@pytest.mark.parametrize(
    "text", ["", "majority:0", "majority:-1", "majority:x", "majority:²", "unanimous:1", "Majority", "majority:1:2"]
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ReviewerError, match="no such policy"):
        read_policy(text)


ORDER = ("low", "middle", "high")


@pytest.mark.parametrize(
    ("values", "value", "how", "reason"),
    [
        (["low", "low"], "low", DecisionMethod.UNANIMOUS, None),
        (["low", "middle", "middle"], "middle", DecisionMethod.MEDIAN, None),
        (["low", "middle"], None, DecisionMethod.UNDECIDED, DisputeReason.TIE),
        (["low", "high", "low"], None, DecisionMethod.UNDECIDED, DisputeReason.DISAGREE),
        (["low", "low", "?"], "low", DecisionMethod.MAJORITY, None),
    ],
)
def test_labels_within_so_many_ranks_are_decided_as_their_median(
    values: list[str], value: str | None, how: DecisionMethod, reason: DisputeReason | None
) -> None:
    found = decide(values, read_policy("within:1"), wanted=2, abstentions=ABSTAIN, order=ORDER)
    assert (found.value, found.how, found.reason) == (value, how, reason)


def test_ranks_mean_nothing_without_an_order() -> None:
    assert decide(["low", "middle"], read_policy("within:2"), wanted=2).reason is DisputeReason.DISAGREE


def test_a_policy_of_ranks_is_written_as_it_is_read() -> None:
    assert str(read_policy("within:2")) == "within:2"
    with pytest.raises(ReviewerError, match="no such policy"):
        read_policy("within:0")


def test_adjudicators_who_differ_decide_nothing() -> None:
    found = decide(["a", "b"], read_policy("majority"), wanted=2, decisions=[Decision("a"), Decision("b")])
    assert (found.how, found.reason) == (DecisionMethod.UNDECIDED, DisputeReason.ADJUDICATORS)


def test_a_person_overrules_an_import_and_a_later_import_an_earlier() -> None:
    imports = [Decision("a", imported=True), Decision("b", imported=True)]
    assert decide([], read_policy("majority"), wanted=2, decisions=imports).value == "b"
    assert decide([], read_policy("majority"), wanted=2, decisions=[Decision("c"), *imports]).value == "c"


def test_a_newer_label_that_contradicts_a_decision_leaves_it_standing() -> None:
    for newer, reason in ((["a"], None), (["a", "b"], DisputeReason.CONTRADICTED)):
        found = decide(["b"], read_policy("majority"), wanted=1, decisions=[Decision("a")], newer=frozenset(newer))
        assert (found.value, found.how, found.reason) == ("a", DecisionMethod.ADJUDICATED, reason)
