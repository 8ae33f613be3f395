"""May this grader replace a rater? The alternative annotator test (Calderon, Reichart and Dror, ACL 2025).

Each person in turn is left out, and both the person and the grader are compared with the others, item by item. The
grader wins over a person if it is nearer to the others at least as often, up to an allowance ε for what people cost. It
may replace them where it wins over half of them or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reviewer.statistics.agreement.table import MISSING
from reviewer.statistics.arrays import Codes, Floats
from reviewer.statistics.estimate import NEAR_ZERO
from reviewer.statistics.interval import t_below
from reviewer.statistics.linear_variance import linear_variance
from reviewer.statistics.sample_design import SampleDesign

FEWEST_ITEMS = 30  # of a person, else the person is not tested
ADVISED_PEOPLE = 3
FALSE_DISCOVERIES = 0.05
PASSES = 0.5  # the share of people to win over


@dataclass(frozen=True, slots=True)
class PersonComparison:
    """The grader against one person.

    Attributes:
        items: that the person and another one labelled; below 30 the person is not tested.
        advantage: share of them on which the grader is as near to the others as the person, or nearer.
        behind: how much more often the person is, from -1 to 1; `spread`, the standard deviation of that over items.
        p: of the test that the person is better by ε or more; None where not tested.
        wins: whether the grader does, after the correction for many tests.
    """

    person: str
    items: int
    advantage: float
    behind: float
    spread: float
    p: float | None
    wins: bool


@dataclass(frozen=True, slots=True)
class AlternativeTest:
    """The result of the test. `undefined` says why nobody could be tested; `advice`, what makes it weak."""

    epsilon: float
    people: tuple[PersonComparison, ...]
    winning_rate: float | None
    advantage: float | None
    passes: bool | None
    undefined: str | None
    advice: str | None


def alternative_test(
    verdict: Sequence[int],
    people: Sequence[Sequence[int]],
    names: Sequence[str],
    design: SampleDesign,
    *,
    epsilon: float,
    places: Sequence[float] | None = None,
) -> AlternativeTest:
    """Test the grader against each person.

    Args:
        verdict: shape (items,); what the grader said, a code that no person uses where that is no label.
        people: shape (items, people); -1 where one said nothing.
        names: of the people.
        design: how the items were drawn; all of them were. Items count for as many as they stand for, and those of one
            prompt go together.
        epsilon: the allowance: 0.2 against experts, 0.15 trained people, 0.1 the crowd.
        places: on an ordered scale where each code stands, nan for none; then nearness is by the root mean square
            distance, else by the share of others who say the same.
    """
    said, given = np.asarray(verdict, np.int64), np.asarray(people, np.int64).reshape(len(verdict), len(names))
    stands = None if places is None else np.asarray(places, np.float64)
    found = [_against(said, given, place, name, stands, design, epsilon) for place, name in enumerate(names)]
    tested = [one for one in found if one.p is not None]
    if not tested:
        most = max((one.items for one in found), default=0)
        why = f"{most} items were labelled by two people and judged; the test needs {FEWEST_ITEMS} of a person"
        return AlternativeTest(epsilon, tuple(found), None, None, None, why, None)
    won = _discoveries([one.p for one in tested if one.p is not None])
    winners = {one.person for one, wins in zip(tested, won, strict=True) if wins}
    rate = len(winners) / len(tested)
    advice = None
    if len(tested) < ADVISED_PEOPLE:
        advice = f"{len(tested)} people were tested; {ADVISED_PEOPLE} or more are advised"
    return AlternativeTest(
        epsilon,
        tuple(replace(one, wins=one.person in winners) for one in found),
        rate,
        float(np.mean([one.advantage for one in tested])),
        rate >= PASSES,
        None,
        advice,
    )


def threshold(people: int) -> float:
    """Return the largest p by which half of that many people can be won over, if all of those have it."""
    needed = -(-people // 2)
    return needed / people * FALSE_DISCOVERIES / _harmonic(people)


def _against(
    verdict: Codes,
    people: Codes,
    left_out: int,
    name: str,
    places: Floats | None,
    design: SampleDesign,
    epsilon: float,
) -> PersonComparison:
    others = np.delete(people, left_out, axis=1)
    kept = (people[:, left_out] != MISSING) & (others != MISSING).any(axis=1)
    items = int(kept.sum())
    if not items:
        return PersonComparison(name, 0, float("nan"), float("nan"), float("nan"), None, wins=False)
    of_grader = _nearness(verdict[kept], others[kept], places)
    of_person = _nearness(people[kept, left_out], others[kept], places)
    as_near, nearer = of_grader >= of_person - NEAR_ZERO, of_person >= of_grader - NEAR_ZERO
    behind = nearer.astype(np.float64) - as_near
    own = design.take(kept)
    weights = own.weights
    mean, advantage = (float(weights @ values / weights.sum()) for values in (behind, as_near.astype(np.float64)))
    spread, p = _test(behind, own, mean, epsilon)
    return PersonComparison(name, items, advantage, mean, spread, p if items >= FEWEST_ITEMS else None, wins=False)


def _test(behind: Floats, design: SampleDesign, mean: float, epsilon: float) -> tuple[float, float | None]:
    """Return the standard deviation over items that the mean's error says, and p that the person is ahead by ε."""
    items = len(behind)
    if items < 2:
        return 0.0, None
    if np.ptp(behind) <= NEAR_ZERO:
        # All items say the same: no chance is left, and t is not defined.
        return 0.0, 0.0 if mean < epsilon else 1.0
    if design.equal and not design.repeated:
        spread = float(behind.std(ddof=1))
        return spread, t_below((mean - epsilon) / (spread / items**0.5), items - 1)
    found = linear_variance((behind - mean) / float(design.weights.sum()), design)
    if found is None or found.total <= 0.0:
        return 0.0, None
    error = found.total**0.5
    return error * items**0.5, t_below((mean - epsilon) / error, found.degrees)


def _nearness(said: Codes, others: Codes, places: Floats | None) -> Floats:
    """Return how near what was `said` is to the others of each item, shape (items,), higher being nearer."""
    given = others != MISSING
    if places is None:
        alike: Floats = ((others == said[:, None]) & given).sum(axis=1) / given.sum(axis=1)
        return alike
    apart = (places[others] - places[said][:, None]) ** 2
    known = given & ~np.isnan(places[others])
    distance = np.where(known, apart, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    # Who says nothing that has a place is further away than anybody.
    return np.where(np.isnan(places[said]), -np.inf, -np.sqrt(distance))


def _discoveries(chances: list[float]) -> list[bool]:
    """Return which of the tests reject, with false discoveries kept below 5 % (Benjamini and Yekutieli 2001)."""
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    limit = FALSE_DISCOVERIES / _harmonic(len(chances)) / len(chances)
    last = max((rank for rank, place in enumerate(order, 1) if chances[place] <= rank * limit), default=0)
    return [place in order[:last] for place in range(len(chances))]


def _harmonic(number: int) -> float:
    return sum(1.0 / rank for rank in range(1, number + 1))
