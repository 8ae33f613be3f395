"""A profile made into steps for one set of columns, so that a row costs a few calls and no decisions.

Whatever can be known before the first row is checked here: FIELDs that are missing or exclude each other, questions
that the rubric does not have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from reviewer.definitions.question import Per
from reviewer.definitions.rubric import Rubric
from reviewer.errors import BadInput, NotFound
from reviewer.formats.mapping.binding import bind
from reviewer.formats.mapping.cells import (
    Get,
    Notes,
    Step,
    Translate,
    WrongCell,
    name_step,
    number_step,
    optional_step,
    prompt_step,
    remembered,
    tags_step,
)
from reviewer.formats.mapping.fields import GoldField, LabelField, ProbabilityField, answer_field, nearest
from reviewer.formats.mapping.labels import (
    GRADERS_ONLY,
    LongLabels,
    Read,
    WideLabels,
    answer_reader,
    gold_step,
    long_step,
    wide_step,
)
from reviewer.formats.mapping.messages import messages_step, response_step, tool_calls_step
from reviewer.formats.mapping.probabilities import ReadProbability, probability_reader
from reviewer.formats.mapping.profile import Profile
from reviewer.formats.mapping.row import Row
from reviewer.formats.tables.record import Record
from reviewer.model import RaterKind, canonical

_SLOTS = {name: place for place, name in enumerate(Row._fields[1:])}
# The FIELDs that fill one attribute of a row each, from one cell.
_ATTRIBUTES = {
    "reasoning": "reasoning",
    "stop_reason": "stop_reason",
    "model": "model",
    "provider": "provider",
    "lab": "lab",
    "sample": "sample",
    "id": "source_id",
    "suite": "suite",
    "evaluation": "evaluation",
    "group": "group",
    "reference": "reference",
    "secret": "secret",
    "severity": "severity",
}


@dataclass(frozen=True, slots=True)
class RowPlanInput:
    """What a plan is made from, whatever the columns.

    `translations` are the lookups of the profile, by FIELD. In a `sparse` table each record names its own columns.
    """

    profile: Profile
    rubric: Rubric | None
    translations: Mapping[str, Translate]
    file: str
    sparse: bool


@dataclass(frozen=True, slots=True)
class RowPlan:
    """How a row is made of a record: what is the same in all, and the steps that fill the other attributes."""

    constants: list[Any]  # in the order of the attributes of `Row`, and of as many types
    steps: tuple[tuple[int, Step], ...]
    used: frozenset[str]
    has_response: bool

    def row(self, record: Record) -> Row:
        """Return what `record` says.

        Raises:
            WrongCell: one of its cells is not what its FIELD takes.
        """
        attributes = self.constants.copy()
        notes: Notes = {}
        for slot, step in self.steps:
            attributes[slot] = step(record.fields, notes)
        if notes:
            attributes[_SLOTS["replaced"]] = canonical(notes)
        return Row(record.line, *attributes)


def make_plan(setting: RowPlanInput, columns: Sequence[str]) -> RowPlan:
    """Return the plan for records that have `columns`.

    Raises:
        WrongCell: these columns are not enough.
        BadInput: profile, rubric and columns do not fit together; other records would be no better.
    """
    constants: list[Any] = [Row._field_defaults.get(name) for name in Row._fields[1:]]
    binding = bind(setting.profile, columns, answers=setting.rubric is not None, sparse=setting.sparse)
    gets = {name: _get(setting, name, names[0]) for name, names in binding.items()}
    for name, value in setting.profile.constants.items():
        gets[name] = _constant(value)
        if name in _ATTRIBUTES:
            constants[_SLOTS[_ATTRIBUTES[name]]] = _attribute_step(name, gets[name])({}, {})
    if "response" in gets and "model" not in gets:
        raise WrongCell("no model", "a column mapped to it, or --set model=NAME")
    steps = {"messages": _messages(setting, gets, columns)}
    for name, attribute in _ATTRIBUTES.items():
        if name in binding:
            steps[attribute] = _attribute_step(name, gets[name])
    if "response" in gets:
        steps |= _response(setting, gets)
    if "tag" in gets:
        steps["tags"] = tags_step(
            [itemgetter(column) for column in binding["tag"]] if "tag" in binding else [gets["tag"]]
        )
    if setting.rubric is not None:
        answers = _answers(setting, setting.rubric, gets)
        if answers and "response" not in gets:
            raise WrongCell("labels without a response", "a column mapped to response")
        steps |= answers
    used = frozenset(column for names in binding.values() for column in names)
    return RowPlan(constants, tuple((_SLOTS[slot], step) for slot, step in steps.items()), used, "response" in gets)


def check_values(profile: Profile, rubric: Rubric, file: str) -> None:
    """Refuse options of the profile that no question of `rubric` has.

    Raises:
        BadInput: names the option, and what was expected.
    """
    for question, values in profile.values.items():
        _reader(rubric, file, f"value {question}", question, itemgetter(question), values)


def _get(setting: RowPlanInput, name: str, column: str) -> Get:
    get: Get = itemgetter(column)
    translate = setting.translations.get(name)
    return get if translate is None else lambda cells: translate(cells[column])


def _constant(value: str) -> Get:
    return lambda _cells: value


def _attribute_step(name: str, get: Get) -> Step:
    match name:
        case "model":
            return name_step(name, get)
        case "sample":
            return number_step(name, get, 1, None)
        case "severity":
            return number_step(name, get, 0, 3)
        case _:
            return optional_step(name, get)


def _messages(setting: RowPlanInput, gets: Mapping[str, Get], columns: Sequence[str]) -> Step:
    prompt, system, messages = (gets.get(name) for name in ("prompt", "system", "messages"))
    if messages is not None:
        if prompt is not None:
            raise BadInput(setting.file, 1, "prompt and messages both say what was asked", "one of them")
        return remembered(messages_step(messages, system), [messages] if system is None else [messages, system])
    if prompt is None:
        listed = nearest("prompt", columns)
        raise WrongCell("no prompt", f"a column mapped to prompt or to messages; the columns are: {listed}")
    return remembered(prompt_step(prompt, system), [prompt] if system is None else [prompt, system])


def _response(setting: RowPlanInput, gets: Mapping[str, Get]) -> dict[str, Step]:
    """Return the steps that read what was answered, by attribute."""
    calls = gets.get("tool_calls")
    steps = {"text": response_step(gets["response"], calls)}
    if calls is not None or setting.sparse:  # the cells of other tables are text
        steps["tool_calls"] = tool_calls_step(gets["response"], calls)
    return steps


def _answers(setting: RowPlanInput, rubric: Rubric, gets: Mapping[str, Get]) -> dict[str, Step]:
    """Return the steps that read labels and gold, by attribute."""
    kinds = setting.profile.raters
    wide: list[WideLabels] = []
    long: list[LongLabels] = []
    golds: list[LongLabels] = []
    for name, get in gets.items():
        field = answer_field(name)
        if field is None or isinstance(field, ProbabilityField):
            continue
        read = _reader(rubric, setting.file, name, field.question, get, setting.profile.values.get(field.question, {}))
        match field:
            case GoldField(question):
                golds.append(LongLabels(question, read))
            case LabelField(question, None):
                long.append(LongLabels(question, read))
            case LabelField(question, str() as rater, said):
                kind = kinds.get(rater, RaterKind.HUMAN) if said is None else said
                wide.append(WideLabels(question, rater, kind, read))
    if wide and long:
        expected = "label:QUESTION:RATER alone, or label:QUESTION with rater"
        raise BadInput(setting.file, 1, "labels both in a column a rater and in a row a rating", expected)
    beside = _probabilities(gets, [*wide, *long])
    wide = [column._replace(probability=beside.get(place)) for place, column in enumerate(wide)]
    long = [column._replace(probability=beside.get(place)) for place, column in enumerate(long)]
    steps: dict[str, Step] = {}
    if wide:
        _check_kinds(setting, wide)
        steps["labels"] = wide_step(wide, setting.profile.replies)
    if long:
        if "rater" not in gets:
            raise WrongCell(f"label:{long[0].question} without a rater", "a column mapped to rater")
        steps["labels"] = long_step(long, name_step("rater", gets["rater"]), kinds, setting.profile.replies)
    elif "rater" in gets:
        raise WrongCell("a rater without labels", "a column mapped to label:QUESTION")
    if golds:
        steps["golds"] = gold_step(golds)
    return steps


def _probabilities(gets: Mapping[str, Get], columns: Sequence[WideLabels | LongLabels]) -> dict[int, ReadProbability]:
    """Return what reads the probabilities beside each of `columns`, all of one kind, by its place."""
    found: dict[int, ReadProbability] = {}
    for name, get in gets.items():
        field = answer_field(name)
        if not isinstance(field, ProbabilityField):
            continue
        fitting = {
            place: column
            for place, column in enumerate(columns)
            if field.question in (None, column.question)
            and (field.rater is None or (isinstance(column, WideLabels) and column.rater == field.rater))
        }
        people = {
            place: column.rater
            for place, column in fitting.items()
            if isinstance(column, WideLabels) and column.kind is RaterKind.HUMAN
        }
        if people and len(people) == len(fitting):
            raise WrongCell(f"{name} is beside the labels of {min(people.values())}, who is human", GRADERS_ONLY)
        places = fitting.keys() - people.keys()
        if len(places) != 1:
            fits = "none fits" if not places else f"{len(places)} fit"
            expected = "one: probability:QUESTION, or beside label:QUESTION:RATER probability:QUESTION:RATER"
            raise WrongCell(f"{name} belongs to a column of a grader's labels, and {fits}", expected)
        [place] = places
        if place in found:
            raise WrongCell(f"{name} is not the only column of probabilities beside its labels", "one")
        found[place] = probability_reader(name, get)
    return found


def _check_kinds(setting: RowPlanInput, wide: Sequence[WideLabels]) -> None:
    """Refuse a kind for a rater who gave no labels: a slip there would make a grader a human."""
    declared = [answer_field(name) for name in setting.profile.columns]
    named = {field.rater for field in declared if isinstance(field, LabelField)} | {column.rater for column in wide}
    for rater in setting.profile.raters:
        if not setting.sparse and rater not in named:
            listed = ", ".join(sorted(str(name) for name in named))
            raise BadInput(setting.file, 1, f"rater {rater} has a kind and no labels", f"one of: {listed}")


def _reader(rubric: Rubric, file: str, field: str, name: str, get: Get, values: Mapping[str, str]) -> Read:
    try:
        question = rubric.question(name)
    except NotFound as error:
        raise BadInput(file, 1, f"{field}: {error}") from None
    if question.per is Per.ITEM or question.scale.traits.compares_pair:
        problem = f"{field}: the question compares responses, and each row of a table holds one"
        raise BadInput(file, 1, problem, "a question that is asked of one response")
    try:
        return answer_reader(question, field, get, values)
    except ValueError as error:
        raise BadInput(file, 1, f"a value for {name}: {error}") from None
