"""Grading as a use case: on what a grader has not given its verdict, and how one is stored. Calls nothing itself.

A grader is one more rater: `GRADER@CONFIGURATION`, a rule `GRADER` alone, a repeat with `#2`, `#3` … behind it. A reply
that is no verdict is kept as it is and asked for again, `TRIES` times in all; what it then still is stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from reviewer.definitions.model_config import Setup
from reviewer.definitions.rubric import Rubric
from reviewer.errors import Refused
from reviewer.grading import rule
from reviewer.grading.definition import Grader
from reviewer.grading.judge_prompt import JudgePrompt, ask
from reviewer.grading.judge_reply import JudgeReply, read
from reviewer.grading.material import GraderVerdict, Material
from reviewer.grading.verdict_bait import bait
from reviewer.model import LabelState, Origin, Rater, canonical, digest, repeat_name
from reviewer.providers.calls import AnsweredRequest, Outcome, Request
from reviewer.providers.token_estimate import AnswerLengths
from reviewer.store import grading_replies, labels, raters, responses
from reviewer.store.engine import Engine
from reviewer.store.grading_replies import GradingAttempt, Unit
from reviewer.store.labels import NewLabel
from reviewer.store.studies import Study
from reviewer.text.visible import storable

TRIES = 3
PART = 100  # units whose texts are fetched at once


@dataclass(frozen=True, slots=True)
class GradingTask:
    """A grader in a study, and the units that it is to judge."""

    study: Study
    grader: Grader
    units: tuple[Unit, ...]

    @property
    def rubric(self) -> Rubric:
        """The rubric as the study has it."""
        return self.study.rubric


def task(engine: Engine, study: Study, grader: Grader) -> GradingTask:
    """Return what `grader` has to do in `study`.

    Raises:
        Refused: the grader answers another rubric, or questions and options that the study's version has not.
    """
    rubric = study.rubric
    if rubric.id != grader.rubric:
        raise Refused(f"grader {grader.id} answers rubric {grader.rubric}, and study {study.name} asks {rubric.id}")
    known = {question.id: question for question in rubric.questions}
    for name in grader.questions:
        if name not in known:
            raise Refused(
                f"grader {grader.id} answers {name}, which rubric {rubric.id} of study {study.name} does not ask"
            )
    for check in grader.checks:
        try:
            known[check.question].accept(check.value)
        except ValueError as error:
            raise Refused(f"grader {grader.id}: {error} (rubric {rubric.id} of study {study.name})") from None
    compares = known[grader.questions[0]].scale.traits.compares_pair
    if compares:
        units = grading_replies.pairs(engine, study.number)
        if not units:
            raise Refused(f"study {study.name} has no two responses to one prompt, so there is nothing to compare")
    else:
        units = [(response, "") for response in grading_replies.responses(engine, study.number)]
    return GradingTask(study, grader, tuple(units))


def rater_name(grader: Grader, configuration: str | None, repeat: int = 1) -> str:
    """Return the name under which a grader's verdicts are stored."""
    name = grader.id if configuration is None else f"{grader.id}@{configuration}"
    return repeat_name(name, repeat)


@dataclass(slots=True)
class MissingVerdicts:
    """What a judge is to be asked: of `total` verdicts those that are missing, as (unit, repeat, replies so far).

    `fetch` returns the material of some units. `asked` holds what is under way, by the key of its request. `earlier` is
    how long this judge's replies were.
    """

    setup: Setup
    task: GradingTask
    seed: int
    total: int
    missing: tuple[tuple[Unit, int, int], ...]
    fetch: Callable[[Sequence[Unit]], dict[Unit, Material]]
    earlier: AnswerLengths = field(default_factory=AnswerLengths)
    asked: dict[str, tuple[Unit, int, JudgePrompt, str | None]] = field(default_factory=dict)

    def requests(self) -> Iterator[Request]:
        """Yield a request for each missing verdict."""
        grader, rubric = self.task.grader, self.task.rubric
        for first in range(0, len(self.missing), PART):
            part = self.missing[first : first + PART]
            material = self.fetch([unit for unit, _, _ in part])
            for unit, repeat, tried in part:
                shown = material[unit]
                asked = ask(grader, rubric, shown, seed=self.seed, repeat=repeat)
                key = f"{digest('grading', grader.hash, *unit)}-{repeat}-{tried}"
                planted = [found for text in shown.responses if (found := bait(grader, rubric, text))]
                self.asked[key] = (unit, repeat, asked, planted[0] if planted else None)
                schema = asked.schema if self.setup.structured else None
                yield Request(key, (asked.messages,), (repeat - 1) * TRIES + tried + 1, schema)


def materials(engine: Engine, units: Sequence[Unit]) -> dict[Unit, Material]:
    """Return what a grader is shown of each of `units`."""
    shown = grading_replies.shown(engine, sorted({name for unit in units for name in unit if name}))
    found = {}
    for unit in units:
        names = [name for name in unit if name]
        first = shown[names[0]]
        texts = tuple(shown[name].text for name in names)
        found[unit] = Material("+".join(names), first.messages, texts, first.reference, first.secret)
    return found


def survey(
    engine: Engine,
    work: GradingTask,
    setup: Setup,
    *,
    repeats: Sequence[int],
    seed: int,
    fetch: Callable[[Sequence[Unit]], dict[Unit, Material]],
) -> MissingVerdicts:
    """Return which verdicts of a judge are missing, the first of every unit before any second one. Changes nothing.

    `repeats` are the numbers of those that are asked for, from 1.

    Raises:
        Refused: the configuration's name is stored with other settings.
    """
    responses.check_configuration(engine, setup.configuration)
    missing: list[tuple[Unit, int, int]] = []
    for repeat in repeats:
        name = rater_name(work.grader, setup.name, repeat)
        replied = grading_replies.replies(engine, work.grader.hash, name)
        unread = grading_replies.not_understood(engine, work.grader.hash, name)
        for unit in work.units:
            tried = replied.get(unit, 0)
            if not tried or (unit in unread and tried < TRIES):
                missing.append((unit, repeat, tried))
    told = grading_replies.lengths(engine, work.grader.hash, rater_name(work.grader, setup.name))
    total = len(repeats) * len(work.units)
    return MissingVerdicts(setup, work, seed, total, tuple(missing), fetch, AnswerLengths(*told))


def prepare(engine: Engine, work: GradingTask, setup: Setup | None, repeats: Sequence[int], now: str) -> None:
    """Store the grader's definition, its raters and its configuration, where they are new.

    Raises:
        Refused: a name is taken by a rater of another kind, or by a configuration with other settings.
    """
    grader = work.grader
    with engine.writing():
        grading_replies.ensure_grader(engine, grader.hash, grader.id, grader.version, grader.body, now)
        if setup is not None:
            responses.ensure_configuration(engine, setup.configuration)
        name = None if setup is None else setup.name
        for repeat in repeats:
            raters.ensure(engine, Rater(rater_name(grader, name, repeat), grader.kind.traits.rater), now)


class GradedUnit(NamedTuple):
    """What a grader gave on one unit: how it came about, its verdicts, and its reply as text."""

    grading: GradingAttempt
    verdicts: list[GraderVerdict]
    raw: str


def store(engine: Engine, wanted: MissingVerdicts, outcomes: Sequence[Outcome], now: str) -> int:
    """Store what came of requests, in one transaction; return on how many units there are verdicts now."""
    by_repeat: dict[int, list[GradedUnit]] = {}
    for outcome in outcomes:
        repeat, one = _graded(wanted, outcome)
        by_repeat.setdefault(repeat, []).append(one)
    with engine.writing():
        for repeat, given in by_repeat.items():
            _add(engine, wanted.task, rater_name(wanted.task.grader, wanted.setup.name, repeat), given, now)
    return sum(bool(one.verdicts) for given in by_repeat.values() for one in given)


def _graded(wanted: MissingVerdicts, outcome: Outcome) -> tuple[int, GradedUnit]:
    unit, repeat, asked, planted = wanted.asked.pop(outcome.request.key)
    orders = canonical({"options": asked.options, "swapped": asked.swapped})
    if not isinstance(outcome, AnsweredRequest):
        failure = storable(f"{outcome.failure.reason.value}: {outcome.failure.message}").text
        return repeat, GradedUnit(GradingAttempt(unit, orders, planted, failure=failure), [], "")
    [turn] = outcome.turns
    said = JudgeReply(turn.reply.text, turn.reply.refusal, turn.reply.stop_reason)
    # As ASCII JSON: escapes keep even what text columns cannot.
    grading = GradingAttempt(unit, orders, planted, reply=json.dumps(asdict(turn), separators=(",", ":")))
    verdicts = read(wanted.task.grader, wanted.task.rubric, asked, said)
    return repeat, GradedUnit(grading, verdicts, storable(said.text or said.refusal or "").text)


def grade_by_rule(engine: Engine, work: GradingTask, now: str, advance: Callable[[int], None]) -> int:
    """Store the verdicts of a rule on units that it has not judged, part by part; return how many units were new.

    `advance` is called with how many units are done.
    """
    name = rater_name(work.grader, None)
    done = grading_replies.replies(engine, work.grader.hash, name)
    missing = [unit for unit in work.units if unit not in done]
    for first in range(0, len(missing), PART):
        part = materials(engine, missing[first : first + PART])
        given = []
        for unit, material in part.items():
            planted = bait(work.grader, work.rubric, material.responses[0])
            given.append(
                GradedUnit(GradingAttempt(unit, "{}", planted, reply=""), rule.verdicts(work.grader, material), "")
            )
        with engine.writing():
            _add(engine, work, name, given, now)
        advance(first + len(part))
    return len(missing)


def _add(engine: Engine, work: GradingTask, rater: str, given: Sequence[GradedUnit], now: str) -> None:
    grading_replies.add(engine, work.grader.hash, rater, [one.grading for one in given], now)
    _add_labels(engine, work, rater, [one for one in given if one.grading.failure is None], now)


def _add_labels(engine: Engine, work: GradingTask, rater: str, given: Sequence[GradedUnit], now: str) -> None:
    """Add verdicts to the rater's chain, in place of what the rater said before; call inside `engine.writing()`.

    A question that was answered before, and is not asked any more, is taken back.
    """
    firsts = sorted({one.grading.unit[0] for one in given})
    before = {
        (one.unit, one.question): one for one in grading_replies.standing(engine, rater, work.rubric.hash, firsts)
    }
    new = []
    for unit, verdicts, raw in ((one.grading.unit, one.verdicts, one.raw) for one in given):
        said = {verdict.question: verdict for verdict in verdicts}
        for question in work.grader.questions:
            verdict, old = said.get(question), before.get((unit, question))
            if verdict is None and (old is None or old.state is LabelState.RETRACTED):
                continue
            new.append(
                NewLabel(
                    study=None,
                    response=unit[0],
                    other_response=unit[1] or None,
                    item=None,
                    question=question,
                    rubric=work.rubric.hash,
                    state=LabelState.RETRACTED if verdict is None else verdict.state,
                    value=None if verdict is None else verdict.value,
                    origin=Origin.GRADED,
                    saved_at=now,
                    raw=raw or None,
                    supersedes=None if old is None else old.id,
                    grader=work.grader.hash,
                )
            )
    labels.add(engine, rater, new)
