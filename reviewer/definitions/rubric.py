"""Rubrics: the questions of a study, when each is asked, and the rates that reports count from the answers.

A rubric is checked whole when it is read, so no code above has to doubt it. Knows nothing of raters, labels or screens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reviewer.definitions.lookup import find_in
from reviewer.definitions.question import Condition, Per, Question, check_values, read_condition, read_questions
from reviewer.definitions.toml_table import TomlSource, TomlTable, check_stem, json_table, read_toml, read_version
from reviewer.errors import NotFound
from reviewer.model import canonical, digest


class Worse(StrEnum):
    """Which end of a rate is the bad one, for rankings."""

    HIGH = "high"
    LOW = "low"
    NEITHER = "neither"


MATTERS = 0.05  # the smallest difference of a rate that matters, where the rubric says none


@dataclass(frozen=True, slots=True)
class Share:
    """The share of responses whose answer is one of `of`, out of those whose answer is one of `among`.

    `matters` is the smallest difference between two configurations that matters.
    """

    id: str
    worse: Worse
    question: str
    of: tuple[str, ...]
    among: tuple[str, ...]
    matters: float = MATTERS


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean over ordinal `questions`, each rescaled to 0..1 by its ends; 0 wherever `zero` holds.

    `matters` is the smallest difference between two configurations that matters.
    """

    id: str
    worse: Worse
    questions: tuple[str, ...]
    zero: Condition | None = None
    matters: float = MATTERS


Rate = Share | Mean


@dataclass(frozen=True, slots=True)
class Rubric:
    """A versioned list of questions with guideline and rates.

    `body` is the canonical JSON of the definition and `hash` its digest: comments and layout change neither.
    """

    id: str
    version: int
    title: str
    guideline: str
    questions: tuple[Question, ...]
    rates: tuple[Rate, ...]
    hash: str
    body: str

    def question(self, name: str) -> Question:
        """Return the question with the id `name`.

        Raises:
            NotFound: names the questions that exist.
        """
        for question in self.questions:
            if question.id == name:
                return question
        existing = ", ".join(question.id for question in self.questions)
        raise NotFound(f"rubric {self.id} has no question {name}; there are: {existing}")


def asked(rubric: Rubric, per: Per, answers: Mapping[str, str]) -> list[Question]:
    """Return the questions of `per` that are asked, in order, given the stored `answers` to the same subject.

    A follow-up is asked if its condition holds on a question that is itself asked: an answer left over from a branch
    that was since abandoned opens nothing.
    """
    found: dict[str, Question] = {}
    for question in rubric.questions:
        if question.per is not per:
            continue
        parent = None if question.when is None else found.get(question.when.question)
        if question.when is None or (parent is not None and _holds(question.when, parent, answers)):
            found[question.id] = question
    return list(found.values())


def rate_of(rubric: Rubric, rate: Rate, answers: Mapping[str, str]) -> float | None:
    """Return what one response with these stored `answers` adds to `rate`, from 0 to 1; None if it does not count."""
    if isinstance(rate, Mean):
        return _mean_of(rubric, rate, answers)
    if rate.question not in answers:
        return None
    chosen = set(rubric.question(rate.question).selected(answers[rate.question]))
    if chosen.isdisjoint(rate.among):
        return None
    return 0.0 if chosen.isdisjoint(rate.of) else 1.0


def worst_end(rate: Rate) -> bool | None:
    """Return whether a high value is the bad end of a graded rate; None where the worst tenth is not shown.

    Of a share of yes and no, the worst tenth says only whether a tenth are bad.
    """
    return rate.worse is Worse.HIGH if isinstance(rate, Mean) and rate.worse is not Worse.NEITHER else None


def questions_of(rate: Rate) -> tuple[str, ...]:
    """Return the ids of the questions whose answers `rate` counts."""
    if isinstance(rate, Share):
        return (rate.question,)
    return rate.questions if rate.zero is None else (*rate.questions, rate.zero.question)


def lost_options(old: Rubric, new: Rubric) -> list[str]:
    """Return as `question/option` what `old` offers and `new` does not; a rubric in use may lose none."""
    kept = {(question.id, value) for question in new.questions for value in question.values}
    return [
        f"{question.id}/{value}"
        for question in old.questions
        for value in question.values
        if (question.id, value) not in kept
    ]


def find_rubric(name: str, folders: Sequence[Path]) -> Rubric:
    """Return the rubric that `name` means: the id of a file in one of `folders`, else a path to a file."""
    return read_rubric(find_in(folders, name, kind="rubrics"))


def read_rubric(path: Path) -> Rubric:
    """Return the rubric in the TOML file at `path`, whose name must be the rubric's id."""
    table = read_toml(path)
    check_stem(table, path)
    return _rubric(table)


def rubric_from_json(body: str) -> Rubric:
    """Return the rubric whose `body` that is."""
    table = json_table(body, TomlSource("stored rubric"))
    return _rubric(TomlTable(table.entries, TomlSource(f"rubric {table.text('id')}")))


def _holds(condition: Condition, question: Question, answers: Mapping[str, str]) -> bool:
    stored = answers.get(condition.question)
    return stored is not None and not set(condition.values).isdisjoint(question.selected(stored))


def _mean_of(rubric: Rubric, rate: Mean, answers: Mapping[str, str]) -> float | None:
    if rate.zero is not None and _holds(rate.zero, rubric.question(rate.zero.question), answers):
        return 0.0
    parts = []
    for name in rate.questions:
        positions = rubric.question(name).positions()
        position = positions.get(answers.get(name, ""))
        if position is None:
            return None
        low, high = min(positions.values()), max(positions.values())
        parts.append((position - low) / (high - low))
    return sum(parts) / len(parts)


def _rubric(table: TomlTable) -> Rubric:
    name = table.identifier("id")
    version = read_version(table)
    title = table.line("title")
    guideline = table.prose("guideline")
    questions = read_questions(table.tables("question"))
    if not questions:
        raise table.wrong(None, "no question", "one or more [[question]]")
    rates: dict[str, Rate] = {}
    for entry in table.tables("rate"):
        rate = _rate(entry, {question.id: question for question in questions})
        if rate.id in rates:
            raise entry.wrong("id", f"a second rate {rate.id}", "an id of its own")
        rates[rate.id] = rate
    table.done()
    body = canonical(table.entries)
    return Rubric(name, version, title, guideline, questions, tuple(rates.values()), digest("rubric", body), body)


def _rate(table: TomlTable, questions: Mapping[str, Question]) -> Rate:
    rate = _mean(table, questions) if "mean" in table.entries else _share(table, questions)
    table.done()
    return rate


def _share(table: TomlTable, questions: Mapping[str, Question]) -> Share:
    name = table.text("question")
    if name not in questions:
        raise table.wrong("question", f"there is no question {name}", "one of " + ", ".join(questions))
    question = questions[name]
    _check_counted(table, "question", question)
    of = table.texts("of")
    check_values(table, "of", of, question)
    among = table.texts("among", tuple(option.value for option in question.options if not option.abstain))
    check_values(table, "among", among, question)
    for value in of:
        if value not in among:
            raise table.wrong("of", f"{value} is not among the values counted", "one of " + ", ".join(among))
    return Share(table.identifier("id"), table.choice("worse", Worse), name, of, among, _matters(table))


def _mean(table: TomlTable, questions: Mapping[str, Question]) -> Mean:
    names = table.texts("mean")
    if not names:
        raise table.wrong("mean", "mean is empty", "one or more questions")
    if len(set(names)) < len(names):
        raise table.wrong("mean", "mean names a question twice", "each question once")
    for name in names:
        if name not in questions:
            raise table.wrong("mean", f"there is no question {name}", "one of " + ", ".join(questions))
        question = questions[name]
        _check_counted(table, "mean", question)
        if not question.scale.traits.ordered or len(set(question.positions().values())) < 2:
            raise table.wrong("mean", f"{name} has no two ends", "ordinal questions with two options or more")
    condition = table.table("zero", None)
    zero = None if condition is None else read_condition(condition, questions)
    if condition is not None and zero is not None:
        _check_counted(condition, "question", questions[zero.question])
    return Mean(table.identifier("id"), table.choice("worse", Worse), names, zero, _matters(table))


def _matters(table: TomlTable) -> float:
    found = table.number("matters", MATTERS)
    if not 0.0 < found < 1.0:
        raise table.wrong("matters", f"a difference of {found:g} cannot matter", "a number above 0 and below 1")
    return found


def _check_counted(table: TomlTable, key: str, question: Question) -> None:
    """Refuse a rate over a question about the item: a rate is counted per configuration, from its responses."""
    if question.per is not Per.RESPONSE:
        raise table.wrong(key, f"question {question.id} is asked per {question.per}", 'one with per = "response"')
