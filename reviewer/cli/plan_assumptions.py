"""What a plan expects of the labels to come: what was stated, else what a pilot study says, else what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.errors import ReviewerError

if TYPE_CHECKING:
    from reviewer.agreement.pilot import PilotStudy
    from reviewer.statistics.planning import ExpectedLabels, PlanningWish

USUAL_RATE, USUAL_AGREEMENT = 0.5, 0.7
STATED, ASSUMED = "as stated", "assumed"
NO_ERRORS = "assumed: raters are right"


@dataclass(frozen=True, slots=True)
class StatedFigures:
    """What was typed of the labels to come; None where nothing was."""

    rate: float | None
    agreement: float | None
    correlation: float | None
    per_prompt: float | None


@dataclass(frozen=True, slots=True)
class PlanAssumption:
    """A figure that the plan rests on, and where it is from; `shares` are several."""

    name: str
    values: tuple[float, ...]
    source: str

    @property
    def value(self) -> float:
        """The figure, or the first of the shares."""
        return self.values[0]


def expected_labels(
    wish: PlanningWish, stated: StatedFigures, pilot: PilotStudy | None, study: str | None
) -> tuple[ExpectedLabels, list[PlanAssumption]]:
    """Return what labels the plan expects, and each figure behind it that matters.

    Raises:
        ReviewerError: the pilot study does not say it, or leaves nothing to plan.
    """
    from reviewer.statistics.planning import ExpectedLabels

    known = None if pilot is None else pilot.labels
    source = f"from study {study}"
    shares, agreement = _shares(stated, pilot, source), _agreement(wish, stated, pilot, source)
    together = None if known is None or known.correlation is None else known.correlation
    if together is not None and wish.difference is not None:
        together = min(together, _possible(shares.value, wish.difference))
    correlation = _first("correlation", stated.correlation, together, source, (0.0, ASSUMED))
    per_prompt = _first(
        "per_prompt", stated.per_prompt, None if known is None else known.per_prompt, source, (1.0, ASSUMED)
    )
    values = shares.values if len(shares.values) > 1 else (shares.value, 1.0 - shares.value)
    spread = 0.0 if pilot is None or pilot.rater_spread is None else pilot.rater_spread
    labels = ExpectedLabels(values, agreement.value, correlation.value, per_prompt.value, spread)
    if wish.difference is not None:
        return labels, [shares, agreement, correlation]
    assumed = [shares, agreement, *([correlation, per_prompt] if labels.per_prompt > 1.0 else [])]
    if pilot is not None and pilot.rater_spread is not None:
        assumed.append(PlanAssumption("rater_spread", (spread,), f"{source}, {pilot.labels.raters} raters"))
    return labels, assumed


def _possible(rate: float, difference: float) -> float:
    """Return how much two such rates can go together at most; there may be no second rate, which is said elsewhere."""
    from reviewer.statistics.planning import widest_correlation

    return widest_correlation(rate, rate + difference) if rate + difference < 1.0 else 1.0


def _first(
    name: str, stated: float | None, piloted: float | None, source: str, usual: tuple[float, str]
) -> PlanAssumption:
    if stated is not None:
        return PlanAssumption(name, (stated,), STATED)
    if piloted is not None:
        return PlanAssumption(name, (piloted,), source)
    return PlanAssumption(name, (usual[0],), usual[1])


def _shares(stated: StatedFigures, pilot: PilotStudy | None, source: str) -> PlanAssumption:
    if stated.rate is not None or pilot is None:
        return _first("rate", stated.rate, None, source, (USUAL_RATE, ASSUMED))
    shares, question = pilot.labels.shares, pilot.question.id
    units = f"{pilot.labels.units:,} units"
    if max(shares) >= 1.0 or (pilot.rate is not None and shares[0] <= 0.0):
        raise ReviewerError(f"{source}: all labels of {question} say the same; expected a --rate to plan for")
    if pilot.rate is not None:
        return PlanAssumption("rate", shares[:1], f"{source}, {pilot.rate} of {units}")
    return PlanAssumption("shares", shares, f"{source}, {question} of {units}")


def _agreement(wish: PlanningWish, stated: StatedFigures, pilot: PilotStudy | None, source: str) -> PlanAssumption:
    usual = (USUAL_AGREEMENT, ASSUMED) if wish.figure.of_agreement else (1.0, NO_ERRORS)
    piloted = None if pilot is None else pilot.labels.agreement
    if pilot is not None and stated.agreement is None and (piloted is None or piloted <= 0.0):
        why = "not defined" if piloted is None else f"{piloted:.3f}"
        raise ReviewerError(f"{source}: α of {pilot.question.id} is {why}; expected an --agreement to plan for")
    found = _first("agreement", stated.agreement, piloted, source, usual)
    if wish.figure.of_agreement and found.value >= 1.0:
        raise ReviewerError(
            f"an agreement of 1 ({found.source}) gives an interval without width; expected an --agreement below 1"
        )
    return found
