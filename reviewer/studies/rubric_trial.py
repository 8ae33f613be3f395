"""A rubric asked of made-up responses: as a sheet to be looked at, or as a study to be tried out."""

from __future__ import annotations

from reviewer.definitions.examples import example_prompts, example_suite
from reviewer.definitions.question import Question
from reviewer.definitions.rubric import Rubric
from reviewer.model import Actor, Configuration, Draft, Message, Response, Role, response_id
from reviewer.store import responses
from reviewer.store.assignment import AssignedItem
from reviewer.store.engine import Engine
from reviewer.store.studies import Study, StudyDesign
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.item_sheet import AskedQuestion, Item, ItemSheet, Pane
from reviewer.study_design.blinding import alias

STUDY = "trial"
CONFIGURATIONS = ("example-first", "example-second")
PANES = 2


def sheet_asking(rubric: Rubric, question: Question) -> ItemSheet:
    """Return the sheet of an item of two responses on which `question` is asked now, for the first time.

    What must be answered for it to be asked is answered, and nothing else.
    """
    sheet = ItemSheet(rubric, _item(), Draft())
    for parent, value in _way_to(rubric, question):
        sheet = sheet.answer(_first(sheet, parent), parent.accept(value), "")
    return sheet.at(sheet.asks.index(_first(sheet, question)))


def create_trial(engine: Engine, rubric: Rubric, actor: Actor, now: str) -> Study:
    """Store the examples and make the study `STUDY` of them, in a database that holds nothing else."""
    examples = example_prompts()
    with engine.writing():
        responses.ensure_suite(engine, example_suite(), now)
        numbers, _ = responses.ensure_prompts(engine, [example.member.prompt for example in examples])
        rows: list[tuple[int, int, int, Response]] = []
        for example in examples:
            prompt = example.member.prompt.id
            for name, text in zip(CONFIGURATIONS, example.responses, strict=True):
                configuration = responses.ensure_configuration(engine, Configuration(name))
                response = Response(response_id(prompt, name, text, 1), prompt, name, 1, text)
                rows.append((len(rows) + 1, numbers[prompt], configuration, response))
        responses.add_responses(engine, rows, now)
    plan = StudyPlan(STUDY, StudyDesign(PANES, overlap=1, seed=0, policy="majority"))
    return create_study(engine, plan, rubric, actor, now).study


def _item() -> Item:
    panes = tuple(
        Pane(alias(place), name, "", reasoning=None, tool_calls=None, cut_short=False)
        for place, name in enumerate(CONFIGURATIONS)
    )
    return Item(
        AssignedItem(0, "", 0, ""),
        messages=(Message(Role.USER, ""),),
        panes=panes,
        reference=None,
        secret=None,
        aids="off",
        severity=None,
        number=1,
        total=1,
    )


def _way_to(rubric: Rubric, question: Question) -> list[tuple[Question, str]]:
    """Return the questions that `question` follows up, from the first, each with an answer that leads to it."""
    way = []
    while question.when is not None:
        parent = rubric.question(question.when.question)
        way.append((parent, question.when.values[0]))
        question = parent
    return way[::-1]


def _first(sheet: ItemSheet, question: Question) -> AskedQuestion:
    return next(ask for ask in sheet.asks if ask.question is question)
