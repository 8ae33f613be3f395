"""Long prompts: folded and unfolded by key, and scrolled where they do not fit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.model import Configuration, Message, Response, Role, canonical, prompt_of, response_id
from reviewer.store import responses, rubrics, studies
from reviewer.store.sqlite import open_for_writing
from reviewer.store.studies import StudyDesign
from reviewer.study_design.sampling import ChosenResponse
from reviewer.tui.app import ReviewerApp
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.painted import SMALL, WIDE, rows_on_screen, until
from tests.support.rating_app import begin, press, rating
from tests.support.screens import app_on, make_study, plain_rubric
from tests.support.stories import NOW

RULES = "\n".join(f"rule {number}" for number in range(8))
CALLS = canonical([{"name": "search", "arguments": json.dumps({"words": "rye " * 100, "end": "of the call"})}])
SYSTEM = (Message(Role.SYSTEM, RULES), Message(Role.USER, "Which flour?"))
TOOLS = (
    Message(Role.USER, "Look it up."),
    Message(Role.ASSISTANT, "", CALLS),
    Message(Role.TOOL, "rye: 70 %"),
    Message(Role.USER, "Which flour?"),
)
TURNS = (
    Message(Role.USER, "Be brief."),
    Message(Role.ASSISTANT, f"Gladly. {RULES}"),
    Message(Role.USER, "Which flour?"),
)


def study_of(folder: Path, messages: Sequence[Message]) -> str:
    """Make a database with one study of one prompt, answered by two configurations."""
    path = str(folder / "reviews.db")
    rubric = plain_rubric()
    with closing(open_for_writing(path)) as engine, engine.writing():
        prompt = prompt_of(messages)
        numbers, _ = responses.ensure_prompts(engine, [prompt])
        for place, name in enumerate(("m0", "m1"), start=1):
            configuration = responses.ensure_configuration(engine, Configuration(name))
            response = Response(response_id(prompt.id, name, "rye", 1), prompt.id, name, 1, "rye")
            responses.add_responses(engine, [(place, numbers[prompt.id], configuration, response)], NOW)
        rubrics.ensure(engine, rubric, NOW)
        study = studies.create(engine, "s", rubric, StudyDesign(2, 1, 1, "majority:1"), NOW)
        studies.extend(engine, study, [ChosenResponse(1), ChosenResponse(2)], least=1)
    return path


def prompt(app: ReviewerApp) -> TextPane:
    return rating(app).query_one("#prompt", TextPane)


@pytest.mark.parametrize("size", [SMALL, WIDE])
@pytest.mark.parametrize(
    ("messages", "hidden", "kept"),
    [
        (SYSTEM, "rule 7", ["system: rule 0\nrule 1 … (", "user: Which flour?"]),
        (TOOLS, "of the call", ["assistant: \n(tool calls) [{", "tool: rye: 70 %", "user: Which flour?"]),
        (TURNS, "rule 7", ["user: Be brief.", "assistant: Gladly. rule 0\nrule 1 … (", "user: Which flour?"]),
    ],
    ids=["system message", "tool calls", "several turns"],
)
async def test_what_is_long_before_the_question_is_folded_until_a_key_unfolds_it(
    tmp_path: Path, messages: Sequence[Message], hidden: str, kept: Sequence[str], size: tuple[int, int]
) -> None:
    app = app_on(study_of(tmp_path, messages))
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        folded = prompt(app).visible_text
        assert hidden not in folded
        assert [words for words in kept if words not in folded] == []
        assert "more characters, = unfolds)" in folded
        assert any(kept[0].split("\n")[0].strip() in row for row in rows_on_screen(pilot))
        await press(pilot, app, "equals_sign")
        assert hidden in prompt(app).visible_text
        assert "= unfolds" not in prompt(app).visible_text
        await press(pilot, app, "equals_sign")
        assert prompt(app).visible_text == folded


async def test_on_a_low_screen_the_prompt_takes_what_it_needs_and_the_responses_the_rest(tmp_path: Path) -> None:
    app = app_on(study_of(tmp_path, SYSTEM))
    async with app.run_test(size=SMALL) as pilot:
        await begin(pilot)
        assert prompt(app).outer_size.height == 5
        await press(pilot, app, "equals_sign")
        await until(pilot, lambda: prompt(app).outer_size.height == 6)
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: prompt(app).outer_size.height > 6)
        await pilot.resize_terminal(*SMALL)
        await until(pilot, lambda: prompt(app).outer_size.height == 6)


@pytest.mark.parametrize(("size", "told"), [(SMALL, True), (WIDE, False)])
async def test_a_prompt_that_does_not_fit_says_how_to_scroll_it(
    tmp_path: Path, size: tuple[int, int], told: bool
) -> None:
    app = app_on(study_of(tmp_path, [Message(Role.USER, RULES)]))
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        assert any("[ ] scroll" in row for row in rows_on_screen(pilot)) is told
        if told:
            await press(pilot, app, "right_square_bracket")
            await until(pilot, lambda: prompt(app).scroll_offset.y > 0)


async def test_a_prompt_that_fits_says_nothing_of_scrolling(tmp_path: Path) -> None:
    app = app_on(make_study(tmp_path, plain_rubric()))
    async with app.run_test(size=SMALL) as pilot:
        await begin(pilot)
        assert not any("[ ] scroll" in row for row in rows_on_screen(pilot))
