"""One question of the evidence as codes, which is what is counted."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.definitions.question import Question
from reviewer.definitions.scale import AnswerForm
from reviewer.model import LabelState
from reviewer.statistics import grader_error
from reviewer.statistics.grader_error import AlternativeTest, GraderComparison, JudgedUnits, LatentErrors
from reviewer.validation.evidence import AnswerState, GraderEvidence


class CodedQuestion:
    """What one question is asked about, as codes: places in `values`, behind them verdicts that are no label.

    Attributes:
        values: the options, or for several choices the sets that were said.
        numbers: on an ordered scale, where each stands.
        people: who labelled.
        open: units drawn for review that have no gold; `no_label`, those settled without a value.
    """

    def __init__(self, evidence: GraderEvidence, question: Question) -> None:
        self._evidence = evidence
        self._question = question
        self._subjects, self._design = evidence.units(question)
        self.values = self._sets() if question.scale.traits.form is AnswerForm.SEVERAL else list(question.values)
        positions = question.positions()
        self.numbers = [positions.get(value) for value in self.values] if question.scale.traits.ordered else None
        self._codes = {value: place for place, value in enumerate(self.values)}
        self.people = sorted({name for given in evidence.people.values() for name in given.get(question.id, ())})
        gold = [evidence.gold.get(subject, {}).get(question.id) for subject in self._subjects]
        drawn = self._design.seen.tolist()
        standings = [one and one.status for one, mine in zip(gold, drawn, strict=True) if mine]
        self.open = sum(standing in (None, AnswerState.OPEN) for standing in standings)
        self.no_label = sum(standing is AnswerState.NOTHING for standing in standings)
        self._gold = [None if one is None or one.value is None else self._codes[one.value] for one in gold]

    def _sets(self) -> list[str]:
        every = (one for said in (self._evidence.gold, *self._evidence.verdicts.values()) for one in said.values())
        found = {one[self._question.id].value for one in every}
        return sorted(value for value in found if value is not None)

    def _verdicts(self, grader: str) -> list[int | None]:
        found: list[int | None] = []
        for subject in self._subjects:
            one = self._evidence.verdicts[grader].get(subject, {}).get(self._question.id)
            if one is None or one.status in (AnswerState.OPEN, AnswerState.NOTHING):
                found.append(None)
            elif one.value is not None:
                found.append(self._codes[one.value])
            else:
                found.append(len(self.values) + (one.state is LabelState.REFUSED))
        return found

    def lacking(self, grader: str) -> int:
        """Return how many units have gold and no verdict."""
        said = self._verdicts(grader)
        return sum(gold is not None and verdict is None for gold, verdict in zip(self._gold, said, strict=True))

    def judged(self, grader: str, also: str | None = None) -> JudgedUnits:
        """Return the units with gold and a verdict of `grader`, and of `also` where that is named."""
        gold = self._gold
        if also is not None:
            other = self._verdicts(also)
            gold = [one if verdict is not None else None for one, verdict in zip(gold, other, strict=True)]
        members = {value: self._question.selected(value) for value in self.values}
        return grader_error.judged_units(
            self._design, self.values, members, self._question.values, gold, self._verdicts(grader)
        )

    def compared(self, grader: str, other: str) -> GraderComparison | None:
        """Return the grader beside another on the units that both judged, None where there is none."""
        first, second = self.judged(grader, other), self.judged(other, grader)
        return grader_error.compare(first, second.verdict) if first.units else None

    def alternative(self, grader: str, epsilon: float) -> AlternativeTest:
        """Return the alternative annotator test on the units that were drawn for review."""
        drawn, kept = self._drawn(grader)
        codes = self._codes | {
            value: len(self._codes) + len(grader_error.NO_LABELS) + place
            for place, value in enumerate(
                sorted({value for given, _ in drawn for value in given.values()} - self._codes.keys())
            )
        }
        places = None
        if self.numbers is not None:
            places = [float("nan") if number is None else number for number in self.numbers]
            places += [float("nan")] * len(grader_error.NO_LABELS)
        return grader_error.alternative_test(
            [verdict for _, verdict in drawn],
            [[codes.get(given.get(name, ""), -1) for name in self.people] for given, _ in drawn],
            self.people,
            self._design.take(kept),
            epsilon=epsilon,
            places=places,
        )

    def latent(self, grader: str) -> LatentErrors | None:
        """Return the errors of people and grader without gold; None where several options may be chosen."""
        if self._question.scale.traits.form is AnswerForm.SEVERAL:
            return None
        drawn, kept = self._drawn(grader)
        return grader_error.latent_errors(
            [verdict for _, verdict in drawn],
            [[self._codes.get(given.get(name, ""), -1) for name in self.people] for given, _ in drawn],
            self.people,
            self.values,
            {place for place, value in enumerate(self.values) if self._question.abstains(value)},
            self._design.take(kept),
        )

    def _drawn(self, grader: str) -> tuple[list[tuple[Mapping[str, str], int]], list[int]]:
        """Return what people and the grader said of each unit drawn for review that it judged, and their places."""
        said, seen = self._verdicts(grader), self._design.seen.tolist()
        kept = [place for place, verdict in enumerate(said) if seen[place] and verdict is not None]
        people = self._evidence.people
        return [
            (people.get(self._subjects[place], {}).get(self._question.id, {}), said[place] or 0) for place in kept
        ], kept
