"""What `reviewer validate` says of the probabilities that a grader gave to its values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from reviewer.cli.terminal import counted, say, say_sentence, table
from reviewer.statistics.estimate_text import cells, interval

if TYPE_CHECKING:
    from reviewer.statistics.grader_error import Calibration
    from reviewer.validation.probability import EventCalibration, ProbabilityCheck


def probability_document(found: ProbabilityCheck) -> dict[str, object]:
    """Return the probabilities of a question as `--json` prints them."""
    second = None if found.second is None else {"value": found.value} | _event(found.second)
    return {"no_probability": found.lacking, "right": _event(found.right), "second_value": second}


def _event(event: EventCalibration) -> dict[str, object]:
    return {"all": _document(event.all), "by_model": {name: _document(own) for name, own in event.by_model.items()}}


def _document(found: Calibration) -> dict[str, object]:
    return {
        "n": found.units,
        "brier": found.brier.plain(),
        "parts": None if found.parts is None else asdict(found.parts),
        "calibration_error": found.error,
        "calibration_error_if_calibrated": found.error_if_calibrated,
        "curve": [
            {"low": one.low, "high": one.high, "n": one.units, "stated": one.stated, "share": one.share.plain()}
            for one in found.curve
        ],
    }


def tell_probability(found: ProbabilityCheck | None, grader: str) -> None:
    """Say how good the probabilities are; nothing where none were given."""
    if found is None:
        return
    lacking = f"; without one: {counted(found.lacking, 'unit')} with gold and a value" if found.lacking else ""
    say()
    say_sentence(f"Probabilities that {grader} gave, on {counted(found.right.all.units, 'unit')} with gold{lacking}")
    _tell_event("that its value is the gold", found.right)
    if found.second is not None:
        _tell_event(f"of {found.value}", found.second)


def _tell_event(what: str, event: EventCalibration) -> None:
    every = event.all
    if every.brier.value is None:
        say_sentence(f"  Probability {what}: undefined ({every.brier.undefined}).")
        return
    say_sentence(
        f"  Probability {what}: Brier score {interval(every.brier)}, expected calibration error {_number(every.error)};"
        f" a perfectly calibrated grader would show an error of {_number(every.error_if_calibrated)} on so many units."
    )
    if every.brier.warning is not None:
        say_sentence(f"  {every.brier.warning[0].upper()}{every.brier.warning[1:]}.")
    rows = [["  stated", "units", "mean", "came true", ""]]
    rows += [
        [
            f"  {one.low:.1f} to {one.high:.1f}",
            f"{one.units:,}",
            f"{one.stated:.3f}",
            interval(one.share),
            cells(one.share)[2],
        ]
        for one in every.curve
    ]
    table(rows, right=frozenset({1, 2}), keys=1, drawn=True)
    if len(event.by_model) > 1:
        rows = [["  configuration", "units", "Brier score", "error", "if calibrated"]]
        rows += [
            [f"  {name}", f"{own.units:,}", interval(own.brier), _number(own.error), _number(own.error_if_calibrated)]
            for name, own in event.by_model.items()
        ]
        table(rows, right=frozenset({1, 3, 4}), keys=1)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
