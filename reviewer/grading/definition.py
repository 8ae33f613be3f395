"""Definitions of graders: `prompts/graders/NAME.toml`, checked against the rubric whose questions they answer.

A judge has a template that a model is sent and a way in which its reply is read; a rule has checks, in the order in
which they are tried. The hash is over the definition, so it changes whenever a verdict could.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, assert_never

from reviewer.definitions.lookup import find_in
from reviewer.definitions.question import Per, Question
from reviewer.definitions.rubric import Rubric, find_rubric
from reviewer.definitions.scale import AnswerForm
from reviewer.definitions.toml_table import TomlTable, check_stem, read_toml, read_version
from reviewer.errors import NotFound
from reviewer.model import RaterKind, canonical, digest
from reviewer.text.secret_leaks import LeakForm

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
PLACEHOLDERS = ("conversation", "response", "reference", "secret", "guideline", "questions", "form")


@dataclass(frozen=True, slots=True)
class GraderTraits:
    """What belongs to a kind of grader.

    `asks_model` says whether a model gives the verdicts, so that they cost something and may differ the next time.
    `rater` is the kind of rater as which they are stored. `compares` says whether it can tell two responses apart, as
    questions of preference ask.
    """

    asks_model: bool
    rater: RaterKind
    compares: bool


class GraderKind(StrEnum):
    """What gives the verdict."""

    JUDGE = "judge"
    RULE = "rule"

    @property
    def traits(self) -> GraderTraits:
        """What belongs to the kind."""
        match self:
            case GraderKind.JUDGE:
                return GraderTraits(asks_model=True, rater=RaterKind.MODEL, compares=True)
            case GraderKind.RULE:
                return GraderTraits(asks_model=False, rater=RaterKind.RULE, compares=False)
            case _:
                assert_never(self)


class ReplyForm(StrEnum):
    """How a judge answers: one JSON object, one letter, or a last line `question: value` for each question."""

    JSON = "json"
    LETTER = "letter"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """One check of a rule: `value` answers `question` where the check holds. Without any condition it always holds.

    `phrases` are looked for without regard to case, within the first `within` characters where that is given;
    `pattern` is a regular expression, tried without a limit of time, so that one with a repeat inside a repeat can take
    for ever on an unlucky text; `leaks` are forms in which the prompt's secret is looked for; `empty` asks for a
    response without text. A check that asks for the secret does not hold where the prompt has none.
    """

    question: str
    value: str
    phrases: tuple[str, ...] = ()
    within: int | None = None
    pattern: re.Pattern[str] | None = None
    leaks: tuple[LeakForm, ...] = ()
    empty: bool = False
    secret: bool | None = None


@dataclass(frozen=True, slots=True)
class Grader:
    """A grader; `template`, `system` and `model` are a judge's, `checks` a rule's.

    `questions` are ids of the rubric's, in its order. `body` is the definition as canonical JSON, `hash` its digest.
    `model` is the configuration that judges where none is named.
    """

    id: str
    version: int
    title: str
    source: str
    kind: GraderKind
    rubric: str
    questions: tuple[str, ...]
    hash: str
    body: str
    reading: ReplyForm = ReplyForm.JSON
    system: str = ""
    template: str = ""
    model: str | None = None
    checks: tuple[RuleCheck, ...] = ()


class _Parts(NamedTuple):
    """What a definition holds for its kind of grader alone; see `Grader`."""

    reading: ReplyForm = ReplyForm.JSON
    system: str = ""
    template: str = ""
    model: str | None = None
    checks: tuple[RuleCheck, ...] = ()


def find_grader(name: str, folders: Sequence[Path], rubrics: Sequence[Path]) -> Grader:
    """Return the grader that `name` means: the id of a file in one of `folders`, else a path to a file."""
    return read_grader(find_in(folders, name, kind="graders"), rubrics)


def read_grader(path: Path, rubrics: Sequence[Path]) -> Grader:
    """Return the grader in the TOML file at `path`; its rubric is looked up in the folders `rubrics`."""
    table = read_toml(path)
    check_stem(table, path)
    version, kind = read_version(table), table.choice("kind", GraderKind)
    rubric = _rubric(table, rubrics)
    questions = _questions(table, rubric, kind)
    name, title, source = table.identifier("id"), table.line("title"), table.prose("source")
    parts = _parts(table, questions, kind)
    table.done()
    # Which model judges is part of the rater's name, not of what it is asked.
    body = canonical({key: value for key, value in table.entries.items() if key != "model"})
    return Grader(
        id=name,
        version=version,
        title=title,
        source=source,
        kind=kind,
        rubric=rubric.id,
        questions=tuple(question.id for question in questions),
        hash=digest("grader", body),
        body=body,
        reading=parts.reading,
        system=parts.system,
        template=parts.template,
        model=parts.model,
        checks=parts.checks,
    )


def _parts(table: TomlTable, questions: Sequence[Question], kind: GraderKind) -> _Parts:
    match kind:
        case GraderKind.JUDGE:
            return _Parts(
                reading=_reading(table, questions),
                system=table.prose("system", ""),
                template=_template(table, questions),
                model=table.line("model", None),
            )
        case GraderKind.RULE:
            return _Parts(checks=_checks(table, questions))
        case _:
            assert_never(kind)


def _rubric(table: TomlTable, rubrics: Sequence[Path]) -> Rubric:
    try:
        return find_rubric(table.identifier("rubric"), rubrics)
    except NotFound as error:
        raise table.wrong("rubric", str(error)) from None


def _questions(table: TomlTable, rubric: Rubric, kind: GraderKind) -> list[Question]:
    names = table.texts("questions")
    known = {question.id: question for question in rubric.questions}
    for name in names:
        if name not in known:
            problem = f"rubric {rubric.id} has no question {name}"
            raise table.wrong("questions", problem, "one of " + ", ".join(known))
        if known[name].scale.traits.distance is None:
            raise table.wrong("questions", f"{name} asks for free text", "questions that have an answer to compare")
        if known[name].per is Per.ITEM and not known[name].scale.traits.compares_pair:
            raise table.wrong(
                "questions", f"{name} is about a whole item", "questions about responses or pairs of them"
            )
        if not kind.traits.compares and known[name].scale.traits.compares_pair:
            able = " or ".join(f"a {one.value}" for one in GraderKind if one.traits.compares)
            raise table.wrong("questions", f"{name} compares two responses", f"{able}, or questions about one response")
    found = [question for question in rubric.questions if question.id in names]
    pairs = {question.scale.traits.compares_pair for question in found}
    if not found or len(pairs) > 1 or len(set(names)) < len(names):
        expected = "one or more, each once, all about one response or all about two"
        raise table.wrong("questions", f"questions are {', '.join(names) or 'none'}", expected)
    return found


def _reading(table: TomlTable, questions: Sequence[Question]) -> ReplyForm:
    reading = table.choice("reading", ReplyForm, ReplyForm.JSON)
    if reading is ReplyForm.LETTER:
        [first, *others] = questions
        if others or first.scale.traits.form is not AnswerForm.ONE or len(first.options) > len(LETTERS):
            raise table.wrong("reading", "a letter answers one question with options", "one such question, or json")
    return reading


def _template(table: TomlTable, questions: Sequence[Question]) -> str:
    template = table.prose("template")
    used = PLACEHOLDER.findall(template)
    for name in used:
        if name not in PLACEHOLDERS:
            known = ", ".join("{{" + one + "}}" for one in PLACEHOLDERS)
            raise table.wrong("template", f"there is no {{{{{name}}}}}", f"one of {known}")
    for needed in ("response", "form"):
        if needed not in used:
            raise table.wrong("template", f"{{{{{needed}}}}} is missing", "it somewhere in the template")
    if "questions" not in used and any(question.options for question in questions):
        raise table.wrong("template", "{{questions}} is missing", "it, so that the judge learns the options")
    return template


def _checks(table: TomlTable, questions: Sequence[Question]) -> tuple[RuleCheck, ...]:
    known = {question.id: question for question in questions}
    checks = tuple(_check(entry, known) for entry in table.tables("check"))
    untold = [name for name in known if name not in {check.question for check in checks}]
    if untold:
        raise table.wrong("questions", f"no check answers {', '.join(untold)}", "a [[check]] for each question")
    return checks


def _check(entry: TomlTable, questions: dict[str, Question]) -> RuleCheck:
    name = entry.text("question")
    if name not in questions:
        raise entry.wrong("question", f"question is {name}", "one of " + ", ".join(questions))
    try:
        value = questions[name].accept(entry.value("value"))
    except ValueError as error:
        raise entry.wrong("value", str(error)) from None
    phrases = entry.texts("phrases", ())
    within = entry.integer("within", None)
    if within is not None and (within < 1 or not phrases):
        raise entry.wrong("within", f"within is {within}", "1 or more, beside phrases")
    if any(not phrase.strip() for phrase in phrases):
        raise entry.wrong("phrases", "a phrase is empty", "text")
    secret = entry.boolean("secret", None)
    leaks = _leaks(entry)
    check = RuleCheck(
        name,
        value,
        tuple(phrase.casefold() for phrase in phrases),
        within,
        _pattern(entry),
        leaks,
        entry.boolean("empty", False),
        secret,
    )
    if sum((bool(phrases), check.pattern is not None, bool(leaks), check.empty, secret is not None)) > 1:
        raise entry.wrong(None, "several conditions", "one of phrases, pattern, leaks, empty and secret, or none")
    entry.done()
    return check


def _leaks(entry: TomlTable) -> tuple[LeakForm, ...]:
    forms = entry.texts("leaks", ())
    for form in forms:
        if form not in list(LeakForm):
            raise entry.wrong("leaks", f"there is no form {form}", "some of " + ", ".join(LeakForm))
    return tuple(LeakForm(form) for form in forms)


def _pattern(entry: TomlTable) -> re.Pattern[str] | None:
    text = entry.text("pattern", None)
    if text is None:
        return None
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise entry.wrong("pattern", f"not a regular expression: {error}") from None
