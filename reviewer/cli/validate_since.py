"""`reviewer validate --since`: whether a grader still says what it said of the same anchors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from reviewer.cli.options import next_command, reading
from reviewer.cli.terminal import counted, say, say_json, say_sentence, table

if TYPE_CHECKING:
    from reviewer.statistics.grader_error.drift import GraderDrift, ScoreShift
    from reviewer.validation.drift import QuestionDrift

_TAKEN = frozenset({"study", "grader", "question", "as_json"})  # what goes with --since


def since_option(command: Callable[..., None]) -> Callable[..., int]:
    """Give `reviewer validate` the option --since, with which a grader is held against itself and not against gold."""

    @click.option(
        "--since",
        metavar="DATE|TIMES",
        help="Whether the grader drifted: verdicts since DATE, or from the one of that number on, against those before."
        " The status is 0 for the same, 1 for drifted, 2 where it cannot be told.",
    )
    @wraps(command)
    def chosen(ctx: click.Context, *, since: str | None, **given: Any) -> int:
        if since is None:
            command(ctx, **given)
            return 0
        for name, value in given.items():
            if name not in _TAKEN and value is not None and _was_typed(ctx, name):
                raise click.UsageError(f"--since holds the grader against itself; leave out --{name.replace('_', '-')}")
        return tell_since(ctx, given["study"], given["grader"], since, given["question"], as_json=given["as_json"])

    return chosen


def _was_typed(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def tell_since(ctx: click.Context, study: str, grader: str, text: str, question: str | None, *, as_json: bool) -> int:
    """Say how far the grader moved since then; return 0 where it is the same, 1 where it drifted, 2 for neither."""
    from reviewer.store import studies
    from reviewer.validation.drift import grader_drift, read_since, worst

    since = read_since(text)
    with reading(ctx) as engine:
        found = grader_drift(engine, studies.load(engine, study), grader, since, question)
    status = worst(found)
    if as_json:
        document = {"study": study, "grader": grader, "since": since.moment or since.number}
        say_json(document | {"status": _word(status.name), "questions": [_document(one) for one in found]})
        return int(status)
    for one in found:
        _tell(one, grader, since.text)
    if all(not one.found.anchors for one in found):
        say(f"Next, the grader judges the anchors again: {next_command('grade', study, '--grader', 'G', '--again')}")
    return int(status)


def _document(one: QuestionDrift) -> dict[str, object]:
    found = one.found
    return {
        "question": one.question.id,
        "status": _word(found.status.name),
        "anchors": found.anchors,
        "prompts": found.prompts,
        "unjudged": one.unjudged,
        "flips": found.flips,
        "p": found.p,
        "more_prompts": found.more,
        "scores": {
            shift.score: {"before": shift.before, "after": shift.after, "shift": shift.shift.plain()}
            for shift in found.shifts
        },
    }


def _tell(one: QuestionDrift, grader: str, since: str) -> None:
    from reviewer.statistics.grader_error.drift import MARGIN

    found = one.found
    say_sentence(f"{one.question.id}: {_verdict(found, grader, since, MARGIN)}")
    say_sentence(
        f"  {counted(found.anchors, 'anchor')} of {counted(found.prompts, 'prompt')} judged both times,"
        f" {counted(found.flips, 'label flip')}"
        + (f"; {counted(one.unjudged, 'unit')} with gold not judged at both" if one.unjudged else "")
    )
    if found.more:
        say_sentence(
            f"  About {counted(found.more, 'more prompt')} with gold, judged both times, would tell if all goes on"
            " as it does."
        )
    if found.shifts:
        rows = [["  score", "before", "after", "shift", "90 % interval"]]
        rows += [_row(shift) for shift in found.shifts]
        table(rows, right=frozenset({1, 2, 3}))
    say()


def _verdict(found: GraderDrift, grader: str, since: str, margin: float) -> str:
    from reviewer.statistics.grader_error.drift import DriftStatus

    match found.status:
        case DriftStatus.SAME:
            return f"{grader} is the same since {since}: no score moved by {margin:.0%} or more"
        case DriftStatus.DRIFTED:
            return f"{grader} drifted since {since}: its scores moved by more than chance (p = {found.p or 0.0:.4f})"
        case DriftStatus.CANNOT_TELL:
            return f"whether {grader} drifted since {since} cannot be told from so few anchors"


def _row(one: ScoreShift) -> list[str]:
    low, high = one.shift.low, one.shift.high
    ends = "" if low is None or high is None else f"[{low:+.3f}, {high:+.3f}]"
    return [f"  {one.score}", f"{one.before:.3f}", f"{one.after:.3f}", f"{one.after - one.before:+.3f}", ends]


def _word(name: str) -> str:
    return name.lower().replace("_", " ")
