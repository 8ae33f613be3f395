"""Agreement in one study as it is looked at on screen, part by part, and the items behind what was confused.

Nothing here writes. What names configurations is asked for apart, so that the caller can record it first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.adjudication.case import Case, Dispute, Viewer, case_of
from reviewer.agreement.rater_figures import RaterFigures, rater_figures
from reviewer.agreement.study_agreement import (
    AgreementByKind,
    QuestionAgreement,
    confused_units,
    consensus,
    intra_rater,
    kinds,
    measured,
    questions_of,
    strengths,
)
from reviewer.agreement.target import target
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.statistics.agreement import ConsensusComparison, SelfAgreement, Strengths
from reviewer.statistics.sample_design import Population
from reviewer.store import disputes, rating_details, ratings, studies
from reviewer.store.engine import Engine
from reviewer.store.omissions import omission_sentence, omissions
from reviewer.store.ratings import Scope
from reviewer.store.studies import Study


@dataclass(frozen=True, slots=True)
class ConfusionCases:
    """The units on which two values were confused: those that may be looked at, and how many still wait for labels."""

    values: tuple[str, str]
    disputes: tuple[Dispute, ...]
    waiting: int


class AgreementView:
    """What one person looks at; to be used on the thread that owns the engine."""

    def __init__(self, engine: Callable[[], Engine], study: Study, viewer: str) -> None:
        """Look at `study`; `engine` is asked each time, since it may be opened anew meanwhile."""
        self._engine = engine
        self._viewer = viewer
        self._study = study
        self.study = study.name
        self.rubric: Rubric = study.rubric
        self.questions: tuple[Question, ...] = tuple(questions_of(study.rubric, None))

    def is_open(self) -> bool:
        """Tell whether the study is still blind."""
        return self._now().open

    def latest(self) -> tuple[int, int, int, int]:
        """Return what changes with every label, decision and flag that comes in."""
        return rating_details.latest(self._engine())

    def measured(self, question: Question) -> QuestionAgreement:
        """Return the coefficients of a question and what was confused."""
        return measured(self._engine(), self._scope(question), question)

    def consensus(self, question: Question) -> ConsensusComparison | None:
        """Return majority beside the model."""
        return consensus(self._engine(), self._scope(question), question)

    def raters(self, question: Question) -> list[RaterFigures]:
        """Return what is known of each rater."""
        return rater_figures(self._engine(), self._scope(question), question)

    def intra_rater(self, question: Question) -> list[SelfAgreement]:
        """Return the raters who labelled units again against their first labels."""
        return intra_rater(self._engine(), self._scope(question), question)

    def target(self, question: Question) -> Population:
        """Return what the figures of a question are of."""
        return target(self._engine(), self._now(), [question])

    def kinds(self, question: Question) -> AgreementByKind:
        """Return people with people beside people with graders."""
        return kinds(self._engine(), self._scope(question), question)

    def left_out(self) -> str:
        """Return in a sentence what is left out of the figures, "" where nothing is."""
        return omission_sentence(omissions(self._engine(), self.study))

    def by_evaluation(self, question: Question) -> list[tuple[str, QuestionAgreement]]:
        """Return the coefficients of each evaluation alone."""
        return [
            (name, measured(self._engine(), Scope(self._now(), question.id, None, name), question))
            for name in ratings.evaluations(self._engine(), self.study)
        ]

    def by_configuration(self, question: Question) -> list[tuple[str, QuestionAgreement]]:
        """Return the coefficients of each configuration alone. It names them."""
        return [
            (name, measured(self._engine(), Scope(self._now(), question.id, name), question))
            for name in ratings.configurations(self._engine(), self.study)
        ]

    def strengths(self, question: Question) -> Strengths | None:
        """Return the strengths of configurations by preference. It names them."""
        return strengths(self._engine(), self._scope(question), question)

    def confusion_cases(self, question: Question, values: tuple[str, str]) -> ConfusionCases:
        """Return the units on which two values were confused."""
        found = confused_units(self._engine(), self._scope(question), question, values)
        found_disputes = []
        for subject in found.subjects:
            given: dict[str, int] = {}
            for said in disputes.answers_on(self._engine(), self.study, *subject):
                if said.question == question.id:
                    given[said.value] = given.get(said.value, 0) + 1
            found_disputes.append(Dispute(*subject, question.id, " / ".join(values), given, 0.0))
        return ConfusionCases(values, tuple(found_disputes), found.waiting)

    def case(self, confusion: ConfusionCases, place: int) -> Case:
        """Return one of the units behind a confusion as raters saw it, what they said without names."""
        viewer = Viewer(self._viewer, place + 1, len(confusion.disputes))
        return case_of(self._engine(), self._study, confusion.disputes[place], viewer)

    def _now(self) -> Study:
        return studies.reload(self._engine(), self._study)

    def _scope(self, question: Question) -> Scope:
        return Scope(self._now(), question.id)
