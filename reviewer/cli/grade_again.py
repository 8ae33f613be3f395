"""`reviewer grade --again`: a judge judges the units with gold once more, as a repeat with a date of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reviewer.adjudication.outcomes import outcomes
from reviewer.errors import Refused
from reviewer.grading.tasks import GradingTask, rater_name
from reviewer.model import utc
from reviewer.store import grading_replies

if TYPE_CHECKING:
    from reviewer.grading.definition import Grader
    from reviewer.store.engine import Engine

GOES_ON = timedelta(days=1)  # one that was stopped goes on within a day; later, what it judges is another time


def anchors(engine: Engine, work: GradingTask) -> GradingTask:
    """Return the task of judging the units with gold alone.

    Raises:
        Refused: there is none.
    """
    decided = {
        (unit.response, unit.other_response)
        for unit in outcomes(engine, work.study)
        if unit.outcome.value is not None and unit.question in work.grader.questions
    }
    units = tuple(unit for unit in work.units if unit in decided)
    if not units:
        raise Refused(f"study {work.study.name} has no gold that {work.grader.id} could be held against again")
    return replace(work, units=units)


def repeat_to_ask(engine: Engine, work: GradingTask, configuration: str, now: datetime) -> int:
    """Return the number of the repeat that is asked for now: the next, or the last where that was just begun.

    Raises:
        Refused: the judge has not judged a first time.
    """
    number, done = 0, None
    while (begun := _begun(engine, work.grader, configuration, number + 1)) is not None:
        number += 1
        done = begun
    if done is None:
        first = rater_name(work.grader, configuration)
        raise Refused(f"{first} has judged nothing of {work.study.name} yet; grade it once without --again")
    replies = grading_replies.replies(engine, work.grader.hash, rater_name(work.grader, configuration, number))
    lacking = any(unit not in replies for unit in work.units)
    return number if number > 1 and lacking and done > utc(now - GOES_ON) else number + 1


def _begun(engine: Engine, grader: Grader, configuration: str, number: int) -> str | None:
    """Return when a repeat gave its first reply, None where it gave none."""
    return grading_replies.first_reply(engine, rater_name(grader, configuration, number))
