"""Cells of labels and gold to values that a rubric's question accepts."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from reviewer.definitions.option_spelling import OptionSpelling, plain
from reviewer.definitions.question import Question
from reviewer.definitions.scale import AnswerForm
from reviewer.formats.mapping.cells import Fields, Get, Notes, Step, WrongCell, spelled, stored
from reviewer.formats.mapping.probabilities import ReadProbability
from reviewer.formats.mapping.row import RowLabel
from reviewer.formats.tables.json_table import missing_constant
from reviewer.model import RaterKind, canonical
from reviewer.text.missing_values import is_missing_value

GRADERS_ONLY = "a grader, by --rater-kind NAME=model or NAME=rule; people have confidences of their own"

Read = Callable[[Fields, Notes], "LabelCell | None"]


class LabelCell(NamedTuple):
    """A label cell that is not blank: its stored value, or None with the `problem`; and the cell as text."""

    value: str | None
    raw: str
    problem: str = ""


class WideLabels(NamedTuple):
    """A column of one rater's labels, and where a grader's probabilities stand beside them what reads those."""

    question: str
    rater: str
    kind: RaterKind
    read: Read
    probability: ReadProbability | None = None


class LongLabels(NamedTuple):
    """A column of labels by whomever the row names, with probabilities as in `WideLabels`."""

    question: str
    read: Read
    probability: ReadProbability | None = None


def answer_reader(question: Question, field: str, get: Get, values: Mapping[str, str]) -> Read:
    """Return what reads a cell of answers to `question`, with `values` as the options that raw cells stand for.

    Raises:
        ValueError: one of `values` is no answer to the question.
    """
    known = {plain(raw): question.accept(value) for raw, value in values.items()}
    several = question.scale.traits.form is AnswerForm.SEVERAL
    if not several:
        known = {option: option for option in question.values} | known
    # Of several options each stands for itself, and for more where the profile says so.
    spelling = OptionSpelling({option: option for option in question.values} | dict(values))

    def read(fields: Fields, notes: Notes) -> LabelCell | None:
        value = get(fields)
        if value is None:
            return None
        raw = canonical(value) if isinstance(value, list) else spelled(value, field)
        text = raw.strip()
        if text in known:
            return LabelCell(known[text], raw)
        if not text or text == "[]" or (is_missing_value(text) and not spelling.names(text)):
            return None
        raw = stored(raw, field, notes)
        try:
            answer = _choices(raw.strip(), spelling) if several else spelling.option(raw.strip())
            return LabelCell(question.accept(answer), raw)
        except ValueError as error:
            return LabelCell(None, raw, str(error))

    return read


def wide_step(columns: list[WideLabels], replies: Collection[str]) -> Step:
    """Return the step that reads the labels of a table with a column for each rater.

    The cells of the graders in `replies` are their replies as they came.
    """

    def step(fields: Fields, notes: Notes) -> tuple[RowLabel, ...]:
        labels = []
        for question, rater, kind, read, probability in columns:
            answer = read(fields, notes)
            stated = _stated(question, answer, probability, fields)
            if answer is not None:
                labels.append(_label(question, rater, kind, answer, replies, stated))
        return tuple(labels)

    return step


def long_step(columns: list[LongLabels], rater: Step, kinds: Mapping[str, RaterKind], replies: Collection[str]) -> Step:
    """Return the step that reads the labels of a table with a row for each rating."""

    def step(fields: Fields, notes: Notes) -> tuple[RowLabel, ...]:
        given = []
        for question, read, probability in columns:
            answer = read(fields, notes)
            stated = _stated(question, answer, probability, fields)
            if answer is not None:
                given.append((question, answer, stated))
        if not given:
            return ()
        name = str(rater(fields, notes))
        kind = kinds.get(name, RaterKind.HUMAN)
        return tuple(_label(question, name, kind, answer, replies, stated) for question, answer, stated in given)

    return step


def gold_step(columns: list[LongLabels]) -> Step:
    """Return the step that reads decided labels. Somebody decided them, so one that is no option is a mistake."""

    def step(fields: Fields, notes: Notes) -> tuple[tuple[str, str], ...]:
        golds = []
        for question, read, _ in columns:
            answer = read(fields, notes)
            if answer is None:
                continue
            if answer.value is None:
                raise WrongCell(f"gold:{question}: {answer.problem}", "")
            golds.append((question, answer.value))
        return tuple(golds)

    return step


def _stated(
    question: str, answer: LabelCell | None, probability: ReadProbability | None, fields: Fields
) -> float | None:
    """Return the probability beside an answer."""
    stated = None if probability is None else probability(fields)
    if stated is not None and answer is None:
        raise WrongCell(f"a probability of {stated:g} beside no label of {question}", "the label, or no probability")
    return stated


def _label(
    question: str, rater: str, kind: RaterKind, answer: LabelCell, replies: Collection[str], stated: float | None
) -> RowLabel:
    if stated is not None and kind is RaterKind.HUMAN:
        raise WrongCell(f"a probability of {stated:g} beside label:{question} of {rater}, who is human", GRADERS_ONLY)
    if answer.value is None and kind is RaterKind.HUMAN:
        raise WrongCell(f"label:{question}:{rater}: {answer.problem}", "")
    if answer.value is None and rater not in replies:
        # Whoever made the table may have written it otherwise: that is no error of the grader.
        hint = f"--replies {rater}, where the cells are what this grader replied"
        raise WrongCell(f"label:{question}:{rater}: {answer.problem}, or {hint}", "")
    raw = None if answer.raw == answer.value else answer.raw
    # What a reply that is no label was held probable for is not known.
    return RowLabel(question, rater, kind, answer.value, raw, None if answer.value is None else stated)


def _choices(text: str, spelling: OptionSpelling) -> object:
    """Return what a cell says, with each of several choices as the option that it stands for."""
    parts: object = text.split("|")
    if text.startswith("["):
        try:
            parts = json.loads(text, parse_constant=missing_constant)
        except (ValueError, RecursionError):
            return text
    if not isinstance(parts, list):
        return text
    return [
        spelling.option(part.strip() if isinstance(part, str) else json.dumps(part))
        if isinstance(part, str | int | float) and not isinstance(part, bool)
        else part
        for part in parts
    ]
