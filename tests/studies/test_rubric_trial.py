from __future__ import annotations

import pytest

from reviewer.definitions.rubric import Rubric, read_rubric
from reviewer.model import Nothing
from reviewer.store.engine import Engine
from reviewer.studies.rating import RatingSession
from reviewer.studies.rubric_trial import CONFIGURATIONS, STUDY, create_trial, sheet_asking
from tests.support.folders import PROMPTS
from tests.support.stories import COMPARING, FULL, LEAD, NOW, PLAIN, Clock

RUBRICS = [read_rubric(path) for path in sorted((PROMPTS / "rubrics").glob("*.toml"))]


@pytest.mark.parametrize("rubric", [*RUBRICS, FULL], ids=lambda rubric: rubric.id)
def test_every_question_can_be_come_to(rubric: Rubric) -> None:
    for question in rubric.questions:
        ask = sheet_asking(rubric, question).ask
        assert ask is not None
        assert ask.question == question


def test_only_what_leads_to_a_question_is_answered() -> None:
    sheet = sheet_asking(FULL, FULL.question("degree"))
    assert [(question, answer.value) for (_, question), answer in sheet.draft.answers.items()] == [("verdict", "yes")]
    assert sheet_asking(FULL, FULL.question("difficult")).draft.answers == {}


@pytest.mark.parametrize("rubric", [PLAIN, COMPARING, FULL], ids=lambda rubric: rubric.id)
def test_a_trial_has_items_of_two_responses_that_say_that_they_are_examples(engine: Engine, rubric: Rubric) -> None:
    session = RatingSession(engine, create_trial(engine, rubric, LEAD, NOW), "you", Clock())
    session.enter("session", "host", 1)
    assert session.name == STUDY
    seen = 0
    while not isinstance(item := session.next_item(), Nothing):
        assert len(item.panes) == len(CONFIGURATIONS)
        assert all(pane.text.startswith("An example response. ") for pane in item.panes)
        assert any(message.content.startswith("An example prompt. ") for message in item.messages)
        session.skip(item)
        seen += 1
        if seen == item.total:
            break
    assert seen == 3
