"""Gold for other programs: what a study decided, unit by unit, with all that bears on it.

Streams: units come in order of their subject, and their evidence is fetched part by part. What is handed on names
configurations, so it is for leads and not for raters; whoever shows it records that, unless the study is closed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import NamedTuple

from reviewer import __version__
from reviewer.adjudication.outcomes import Decider, UnitOutcome, outcomes
from reviewer.definitions.rubric import Rubric
from reviewer.formats.export.record import (
    DecisionRecord,
    DesignRecord,
    FlagRecord,
    GoldRecord,
    LabelRecord,
    PromptRecord,
    ResponseRecord,
    RubricRecord,
    pseudonym,
)
from reviewer.formats.export.reliability_card import CardSubject
from reviewer.model import LabelState, RaterKind
from reviewer.store import adjudications, gold_evidence, labels, raters
from reviewer.store.engine import Engine, Row
from reviewer.store.labels import UnitLabel
from reviewer.store.omissions import omissions
from reviewer.store.studies import Study
from reviewer.study_design.decision_policy import DecisionMethod, Outcome

PART = 1000  # subjects whose evidence is fetched at once
NOT_ASKED = "not asked"

Subject = tuple[str, str, str]

_KINDS = {kind.value: kind for kind in RaterKind}
_STATES = {state.value: state for state in LabelState}


@dataclass(frozen=True, slots=True)
class GoldUnit:
    """One row of `reviewer gold`. A pair has a second response and configuration; an item names neither."""

    unit: UnitOutcome
    configuration: str | None
    other_configuration: str | None


def gold(engine: Engine, study: Study) -> Iterator[GoldUnit]:
    """Yield what was decided of each unit, with the configurations behind it."""
    found = outcomes(engine, study)
    while part := list(islice(found, PART)):
        ids = {name for unit in part for name in (unit.response, unit.other_response) if name}
        names = gold_evidence.configurations_of(engine, sorted(ids))
        for unit in part:
            yield GoldUnit(unit, names.get(unit.response), names.get(unit.other_response))


def records(engine: Engine, study: Study) -> Iterator[GoldRecord]:
    """Yield every unit of the study that has labels or a decision, as exports are written from it."""
    name = study.name
    decisions: dict[tuple[Subject, str], list[DecisionRecord]] = defaultdict(list)
    for one in adjudications.standing(engine, name):
        by = one.adjudicator if one.adjudicator.startswith(adjudications.IMPORTED) else pseudonym(name, one.adjudicator)
        ruled = DecisionRecord(by, one.ruling.value, one.value, one.reason, one.note, one.decided_at, one.clause)
        decisions[(one.response, one.other_response, one.item), one.question].append(ruled)
    flags = [FlagRecord(*flag)._replace(rater=pseudonym(name, flag[0])) for flag in labels.flags(engine, name)]
    subjects = _subjects(engine, study, Decider(engine, study))
    while part := list(islice(subjects, PART)):
        fetched = _Part(engine, study, [rated.subject for rated in part], flags)
        for rated in part:
            yield from fetched.records(study.rubric, rated, decisions)


def about(engine: Engine, study: Study) -> CardSubject:
    """Return what a card says of the study as a whole."""
    name, rubric = study.name, study.rubric
    excluded: Counter[str] = Counter({"flagged": len(labels.flagged(engine, name)), "surplus": 0, "superseded": 0})
    left_out = omissions(engine, name)
    withdrawn, silent = ({act.subject for act in acts} for acts in (left_out.withdrawn, left_out.raters))
    excluded["withdrawn responses"], excluded["raters left out"] = len(withdrawn), len(silent)
    for label in labels.of_study(engine, name):
        gone = label.rater in silent or not withdrawn.isdisjoint((label.response, label.other_response))
        excluded["labels of these"] += gone
        excluded["surplus"] += label.surplus
        excluded["superseded"] += label.supersedes is not None
        excluded[f"{label.state.value} rows"] += label.state is not LabelState.LABEL
    design = study.design
    return CardSubject(
        study=name,
        version=__version__,
        rubric=RubricRecord(rubric.id, rubric.version, rubric.hash),
        guideline=rubric.guideline,
        questions=[(one.id, one.text, one.values) for one in rubric.questions],
        design={
            "state": "open" if study.open else "closed",
            "panes": design.panes,
            "overlap": design.overlap,
            "policy": design.policy,
            "sample": design.sample,
            "seed": design.seed,
            "aids": design.aids,
        },
        excluded={reason: count for reason, count in excluded.items() if count},
    )


class _Rated(NamedTuple):
    """A subject, its labels by question, and what they decide."""

    subject: Subject
    given: dict[str, list[LabelRecord]]
    outcomes: dict[str, Outcome]


def _subjects(engine: Engine, study: Study, decider: Decider) -> Iterator[_Rated]:
    """Yield every subject that has labels or a decision. Repeats are among the labels, and decide nothing."""
    again = raters.repeats(engine)
    for subject, rows in groupby(gold_evidence.standing(engine, study.name), key=itemgetter(0, 1, 2)):
        given: dict[str, list[LabelRecord]] = {}
        units = []
        # Names for all columns: with a star among them a row takes twice as long, and there are as many as labels.
        for (
            response, other, item, question, rater, kind, state, value, confidence, note, raw, decided_at, saved_at,
            shown_at, panes, aids, grader,
        ) in rows:  # fmt: skip
            human = kind == "human"
            one = LabelRecord(
                pseudonym(study.name, rater) if human else rater, _KINDS[kind], _STATES[state], value, confidence, note,
                raw, decided_at, saved_at, shown_at, _panes(panes), aids, grader,
            )  # fmt: skip
            if question in given:
                given[question].append(one)
            else:
                given[question] = [one]
            if value is not None and rater not in again:
                units.append(UnitLabel(response, other, item, question, rater, human, value, saved_at))
        yield _Rated(subject, given, {unit.question: unit.outcome for unit in decider.decide(subject, units)})
    for subject, decided in groupby(decider.rest(), key=attrgetter("response", "other_response", "item")):
        yield _Rated(subject, {}, {unit.question: unit.outcome for unit in decided})


class _Part:
    """The evidence and the labels of some subjects."""

    def __init__(self, engine: Engine, study: Study, subjects: Sequence[Subject], flags: Sequence[FlagRecord]) -> None:
        self._study = study
        self._flags = flags
        self._design = DesignRecord(study.design.panes, study.design.overlap, study.design.policy)
        items = sorted({item for _, _, item in subjects if item})
        self._shown: dict[str, list[str]] = defaultdict(list)
        for item, response in gold_evidence.responses_of_items(engine, items):
            self._shown[item].append(response)
        ids = {name for response, other, _ in subjects for name in (response, other) if name}
        ids |= {response for shown in self._shown.values() for response in shown}
        self._responses: dict[str, tuple[ResponseRecord, PromptRecord]] = {}
        self._fetch_responses(engine, sorted(ids))

    def _fetch_responses(self, engine: Engine, ids: Sequence[str]) -> None:
        rows = gold_evidence.response_rows(engine, self._study.number, ids)
        places: dict[int, Row] = {}
        for prompt, *said in gold_evidence.places_in_suites(engine, sorted({row[0] for row in rows})):
            places.setdefault(prompt, tuple(said))
        prompts: dict[int, PromptRecord] = {}
        for row in rows:
            number = row[0]
            if number not in prompts:
                prompts[number] = _asked(row[1], row[2], places.get(number))
            answered = ResponseRecord._make(row[3:])
            self._responses[answered.id] = (answered, prompts[number])

    def records(
        self,
        rubric: Rubric,
        rated: _Rated,
        decisions: dict[tuple[Subject, str], list[DecisionRecord]],
    ) -> Iterator[GoldRecord]:
        """Yield one subject's units, in the order of the rubric's questions."""
        subject = response, other, item = rated.subject
        names = self._shown[item] if item else [name for name in (response, other) if name]
        found = [self._responses[name] for name in names]
        name = RubricRecord(rubric.id, rubric.version, rubric.hash)
        for question in rubric.questions:
            outcome = rated.outcomes.get(question.id)
            given = rated.given.get(question.id, [])
            if outcome is None and not given:
                continue
            yield GoldRecord(
                study=self._study.name,
                rubric=name,
                question=question,
                item=item or None,
                prompt=found[0][1],
                responses=tuple(answered for answered, _ in found),
                value=None if outcome is None else outcome.value,
                how=(DecisionMethod.UNDECIDED if outcome is None else outcome.how).value,
                reason=NOT_ASKED if outcome is None else outcome.reason and outcome.reason.value,
                distribution={} if outcome is None else dict(sorted(outcome.distribution.items())),
                # The order in which labels were stored is another in every file.
                labels=tuple(given if len(given) == 1 else sorted(given, key=_rater)),
                decisions=tuple(decisions.get((subject, question.id), ())),
                design=self._design,
                dispute=None if outcome is None else outcome.dispute and outcome.dispute.value,
                flags=self._flags_on(found, item) if self._flags else (),
            )

    def _flags_on(self, found: Sequence[tuple[ResponseRecord, PromptRecord]], item: str) -> tuple[FlagRecord, ...]:
        """Return the flags on one of the responses, or on an item that shows one."""
        responses = {answered.id for answered, _ in found}
        items = {answered.item for answered, _ in found} | {item}
        return tuple(
            flag
            for flag in self._flags
            if (flag.item in items if flag.response is None else flag.response in responses)
        )


@lru_cache(maxsize=1024)
def _panes(text: str) -> tuple[str, ...]:
    """Return the response ids that a label row holds as JSON; all labels of an item have the same text."""
    return tuple(json.loads(text))


def _rater(given: LabelRecord) -> str:
    return given.rater


def _asked(identity: str, messages: str, said: Row | None) -> PromptRecord:
    if said is None:
        return PromptRecord(identity, messages)
    suite, evaluation, name, group, reference, secret, severity, tags = said
    return PromptRecord(
        identity,
        messages,
        suite,
        evaluation or None,
        name,
        group,
        reference,
        secret,
        severity,
        tuple(json.loads(tags)),
    )
