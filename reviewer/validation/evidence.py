"""What gold and a grader say of every response that a study speaks for, before anything is counted.

A question is open where gold is undecided or the grader gave no verdict; settled, with a value or without one, where it
is decided, decided to have no label, or not asked. What a grader said that is no label is neither.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from reviewer.adjudication.outcomes import outcomes
from reviewer.definitions.question import Per, Question
from reviewer.definitions.rubric import Rate, Rubric, questions_of, rate_of
from reviewer.errors import NotFound, Refused
from reviewer.model import LabelState
from reviewer.statistics.sample_design import DrawChance, RateTarget, SampleDesign, sample_design
from reviewer.store import labels, raters, responses, sampling_pools, verdicts
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.store.verdicts import StoredVerdict
from reviewer.studies.item_sheet import compares
from reviewer.studies.population import population
from reviewer.study_design.blinding import rank
from reviewer.study_design.decision_policy import DecisionMethod, Outcome
from reviewer.study_design.sampling import Candidate, read_rule

Subject = tuple[str, str]  # a response, and the other one where a pair is compared, else empty


class AnswerState(StrEnum):
    """How far a question is answered."""

    KNOWN = "known"
    NOTHING = "nothing"  # settled without a value: decided to have no label, or not asked
    NO_LABEL = "no label"  # the grader's reply was unparsed or a refusal
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What is said to one question; `value` where known, `state` where the grader's reply was no label."""

    status: AnswerState
    value: str | None = None
    state: LabelState | None = None


OPEN = KnownAnswer(AnswerState.OPEN)
Answers = Mapping[str, KnownAnswer]


@dataclass(frozen=True, slots=True)
class GraderEvidence:
    """What graders say and what they are compared with.

    Attributes:
        study: what is graded, with its rubric.
        subjects: the responses that the study speaks for; `design` has the same places.
        pairs: the pairs of responses that gold compares, with a design of their own.
        gold: of each subject or pair.
        verdicts: of each grader, of each subject or pair.
        people: of each subject or pair, what people said to each question, by rater.
        truth: the whole gold, where only a sample of it is used; else empty.
        labs: of the configurations of `design.names`.
    """

    study: Study
    subjects: tuple[Subject, ...]
    design: SampleDesign
    pairs: tuple[Subject, ...]
    paired: SampleDesign
    gold: Mapping[Subject, Answers]
    verdicts: Mapping[str, Mapping[Subject, Answers]]
    people: Mapping[Subject, Mapping[str, Mapping[str, str]]]
    truth: Mapping[Subject, Answers]
    labs: tuple[str | None, ...]

    @property
    def rubric(self) -> Rubric:
        """The rubric of the study."""
        return self.study.rubric

    def units(self, question: Question) -> tuple[tuple[Subject, ...], SampleDesign]:
        """Return what `question` is asked about."""
        compared = compares(self.rubric, question)
        return (self.pairs, self.paired) if compared else (self.subjects, self.design)


def read_evidence(engine: Engine, study: Study, graders: Sequence[str]) -> GraderEvidence:
    """Read what gold, people and `graders` say in `study`.

    Raises:
        NotFound: no verdict of a grader under its rubric.
    """
    rubric = study.rubric
    _check_known(engine, study, graders)
    found = population(engine, study)
    subjects = tuple((one.id, "") for one in found.responses)
    gold = _outcomes(engine, study)
    pairs = tuple(subject for subject in gold if subject[1])
    prompts = responses.prompts_of(engine, [one.id for one in found.responses])
    numbers = {number: name for name, number in responses.configuration_numbers(engine).items()}
    names = tuple(sorted({numbers[one.configuration] for one in found.responses}))
    labs = responses.labs(engine)
    people = _people(engine, study.name)
    whole = DrawChance(0, len(subjects), len(subjects))
    return GraderEvidence(
        study,
        subjects,
        sample_design(
            [prompts[one.id] for one in found.responses],
            [names.index(numbers[one.configuration]) for one in found.responses],
            names,
            # Of a population that is not there any more nothing can be said: figures are of the sample itself.
            [whole] * len(subjects) if found.lost else _chances(engine, study, found.responses),
            [_raters_of(people, subject) for subject in subjects],
            lost=found.lost,
        ),
        pairs,
        sample_design(
            [prompts[one] for one, _ in pairs],
            [-1] * len(pairs),
            names,
            [DrawChance(0, len(pairs), len(pairs))] * len(pairs),
            [_raters_of(people, pair) for pair in pairs],
        ),
        {subject: _answers(rubric, _from_gold(gold.get(subject, {}))) for subject in (*subjects, *pairs)},
        {grader: _verdicts(engine, rubric, grader) for grader in graders},
        people,
        {},
        tuple(labs.get(name) for name in names),
    )


def _outcomes(engine: Engine, study: Study) -> Mapping[Subject, Mapping[str, Outcome]]:
    found: dict[Subject, dict[str, Outcome]] = defaultdict(dict)
    for unit in outcomes(engine, study):
        if not unit.item:
            found[unit.response, unit.other_response][unit.question] = unit.outcome
    return found


def _check_known(engine: Engine, study: Study, graders: Sequence[str]) -> None:
    known = [grader for grader, _ in verdicts.graders(engine, study.rubric.hash)]
    for grader in graders:
        if grader not in known:
            there = ", ".join(known) or f"none yet; `reviewer grade {study.name} --grader G --model CONFIG` runs one"
            raise NotFound(f"no verdict of grader {grader} under rubric {study.rubric.id}; there are: {there}")


def with_less_gold(evidence: GraderEvidence, asked: Sequence[Question], number: int, seed: int) -> GraderEvidence:
    """Return the evidence with a simple random sample of its gold, the rest as if it had none.

    It speaks for the responses with gold to every question of `asked`, and only for them.

    Raises:
        Refused: there is not so much gold.
    """
    drawn = evidence.design.seen.tolist()
    whole = [
        place
        for place, subject in enumerate(evidence.subjects)
        if drawn[place]
        and all(evidence.gold[subject][question.id].status is not AnswerState.OPEN for question in asked)
    ]
    if not 1 <= number <= len(whole):
        raise Refused(f"--gold-sample {number}: expected 1 to {len(whole):,}: so many have gold to what is checked")
    kept = set(heapq.nsmallest(number, whole, key=lambda place: rank(seed, "gold", evidence.subjects[place][0])))
    chance = DrawChance(0, number, len(whole))
    design = evidence.design
    return replace(
        evidence,
        subjects=tuple(evidence.subjects[place] for place in whole),
        design=sample_design(
            design.clusters[whole].tolist(),
            design.configurations[whole].tolist(),
            design.names,
            [chance if place in kept else None for place in whole],
            design.people[whole].tolist(),
            target=RateTarget.THESE,
        ),
        gold={evidence.subjects[place]: evidence.gold[evidence.subjects[place]] for place in kept},
        truth=evidence.gold,
        pairs=(),
        paired=sample_design([], [], design.names, []),
    )


def gradable(rubric: Rubric) -> list[Question]:
    """Return the questions that a grader can be checked on: with options, about a response or a pair."""
    return [
        question
        for question in rubric.questions
        if question.options and (question.per is Per.RESPONSE or compares(rubric, question))
    ]


def rate_contribution(rubric: Rubric, rate: Rate, answers: Answers | None) -> float | None:
    """Return what a response adds to `rate`: nan where it does not count, None where that is open.

    A verdict that is no label adds 0 and counts.
    """
    if answers is None:
        return None
    known = {question: said.value for question, said in answers.items() if said.value is not None}
    value = rate_of(rubric, rate, known)
    if value is not None:
        return value
    standings = {answers[question].status for question in questions_of(rate)}
    if AnswerState.NO_LABEL in standings:
        return 0.0
    return None if AnswerState.OPEN in standings else float("nan")


def _answers(rubric: Rubric, own: Callable[[Question], KnownAnswer]) -> dict[str, KnownAnswer]:
    """Return what is said to each question; a follow-up of what is not settled with a fitting value is as that is."""
    found: dict[str, KnownAnswer] = {}
    for question in rubric.questions:
        parent = None if question.when is None else found[question.when.question]
        if parent is None or question.when is None:
            found[question.id] = own(question)
        elif parent.value is None:
            found[question.id] = parent
        else:
            chosen = rubric.question(question.when.question).selected(parent.value)
            met = not set(chosen).isdisjoint(question.when.values)
            found[question.id] = own(question) if met else KnownAnswer(AnswerState.NOTHING)
    return found


def _from_gold(decided: Mapping[str, Outcome]) -> Callable[[Question], KnownAnswer]:
    def own(question: Question) -> KnownAnswer:
        outcome = decided.get(question.id)
        if outcome is None or outcome.how is DecisionMethod.UNDECIDED:
            return OPEN
        return (
            KnownAnswer(AnswerState.NOTHING) if outcome.value is None else KnownAnswer(AnswerState.KNOWN, outcome.value)
        )

    return own


def _verdicts(engine: Engine, rubric: Rubric, grader: str) -> dict[Subject, Answers]:
    found = verdicts.standing(engine, rubric.hash, grader)
    return {
        subject: _answers(rubric, _from_verdicts(given))
        for subject, given in groupby(found, key=lambda one: (one.response, one.other_response))
    }


def _from_verdicts(given: Iterable[StoredVerdict]) -> Callable[[Question], KnownAnswer]:
    by_question = {one.question: one for one in given}

    def own(question: Question) -> KnownAnswer:
        verdict = by_question.get(question.id)
        if verdict is None:
            return OPEN
        if verdict.value is None:
            return KnownAnswer(AnswerState.NO_LABEL, state=verdict.state)
        return KnownAnswer(AnswerState.KNOWN, verdict.value)

    return own


def _people(engine: Engine, study: str) -> dict[Subject, dict[str, dict[str, str]]]:
    found: dict[Subject, dict[str, dict[str, str]]] = {}
    again = raters.repeats(engine)
    for label in labels.standing_in_study(engine, study):
        if label.human and not label.item and label.rater not in again:
            subject = (label.response, label.other_response)
            found.setdefault(subject, {}).setdefault(label.question, {})[label.rater] = label.value
    return found


def _raters_of(people: Mapping[Subject, Mapping[str, Mapping[str, str]]], subject: Subject) -> int:
    """Return how many people said anything of a subject."""
    return len({name for given in people.get(subject, {}).values() for name in given})


def _chances(engine: Engine, study: Study, members: Sequence[Candidate]) -> list[DrawChance | None]:
    """Return with what chance each of `members` came into the study.

    Strata are known by their sizes, and by configuration where the rule draws from each.
    """
    rule = read_rule(study.design.sample)
    drawn = {one.response: one for one in sampling_pools.chosen(engine, study.number, rule)}
    strata: dict[tuple[int, int, int], int] = {}
    chances: list[DrawChance | None] = []
    for member in members:
        one = drawn.get(member.number)
        if one is None:
            chances.append(None)
            continue
        sizes = (1, 1) if one.drawn is None or one.pool is None else (one.drawn, one.pool)
        stratum = strata.setdefault((member.configuration if rule.kind.by_configuration else -1, *sizes), len(strata))
        chances.append(DrawChance(stratum, *sizes))
    return chances
