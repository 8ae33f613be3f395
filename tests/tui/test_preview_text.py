"""Previews against the screens themselves: the same rows, in every width."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from textual.app import App
from textual.widget import Widget

from reviewer.definitions.rubric import Rubric, read_rubric
from reviewer.definitions.suite import read_suite
from reviewer.model import Message, Role, SuitePrompt, prompt_of
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.rubric_trial import STUDY, create_trial, sheet_asking
from reviewer.tui.dialogs import ReadText
from reviewer.tui.preview_text import (
    SMALLEST,
    framed,
    guideline_preview,
    layout_cautions,
    prompt_preview,
    question_preview,
)
from reviewer.tui.prompt_text import flowing
from reviewer.tui.widgets.question_bar import HIGHEST, QuestionBar
from reviewer.tui.widgets.text_pane import TextPane
from tests.support.folders import PROMPTS
from tests.support.hostile_text import HOSTILE_PARTS, harmless
from tests.support.painted import Tester, rows_on_screen
from tests.support.rating_app import begin, press
from tests.support.screens import Asked, app_on, make_study_of, plain_rubric
from tests.support.stories import LEAD, NOW, option, rubric

SIZES = [(80, 24), (99, 30), (100, 30), (107, 25), (111, 33), (112, 40), (160, 48)]


def shipped(name: str) -> Rubric:
    return read_rubric(PROMPTS / "rubrics" / f"{name}.toml")


def rows_of(pilot: Tester, widget: Widget) -> list[str]:
    """Return what the terminal shows of a widget; every row is cut at its left and right edge."""
    region = widget.region
    return [row[region.x : region.right] for row in rows_on_screen(pilot)[region.y : region.bottom]]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_guideline_is_what_its_dialog_shows(size: tuple[int, int]) -> None:
    asked = shipped("refusal")
    preview = guideline_preview(asked, *size)
    app: App[None] = App()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(ReadText(asked.title, flowing(asked.guideline)))
        await pilot.pause()
        shown = rows_of(pilot, app.screen.query_one(TextPane))
    top, *inside, _ = shown
    assert top == framed(preview.rows, asked.title)[0]
    assert len(inside) == preview.in_sight
    assert [row[1:-2] for row in inside][: len(preview.rows)] == list(preview.rows)[: len(inside)]


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=str)
@pytest.mark.parametrize("name", ["refusal", "jailbreak", "preference"])
async def test_each_question_is_what_the_question_bar_shows(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    asked, path = shipped(name), str(tmp_path / "reviews.db")
    with closing(open_for_writing(path)) as engine:
        create_trial(engine, asked, LEAD, NOW)
    app = app_on(path, study=STUDY)
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        for question in asked.questions:
            sheet = sheet_asking(asked, question)
            await press(pilot, app, *["up"] * len(asked.questions))
            for ask in sheet.asks[: sheet.place]:
                value = sheet.value(ask)
                await press(pilot, app, "down" if value is None else ask.question.option(value).key)
            preview = question_preview(asked, sheet, size[0])
            shown = [row.rstrip() for row in rows_of(pilot, app.screen.query_one(QuestionBar))]
            expected = [f" {row}".rstrip() for row in preview.rows]
            assert shown[: len(expected)] == expected
            assert not any(shown[len(expected) :])


@pytest.mark.parametrize("size", [(80, 48), (160, 48)], ids=str)
async def test_a_prompt_is_what_its_pane_shows(tmp_path: Path, size: tuple[int, int]) -> None:
    long = "One sentence that is wrapped wherever the pane ends, whatever its width. " * 3
    path = str(tmp_path / "reviews.db")
    asked = Asked(long, ["r", "s"], severity=1, reference="A reference.", system=long * 4)
    make_study_of(path, plain_rubric(), [asked])
    messages = [Message(Role.SYSTEM, long * 4), Message(Role.USER, long)]
    preview = prompt_preview(SuitePrompt("p", prompt_of(messages), "A reference.", None, 1), size[0])
    app = app_on(path)
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        shown = rows_of(pilot, app.screen.query_one("#prompt", TextPane))
    assert "more characters, = unfolds" in "".join(preview)
    top, *inside, _ = preview
    assert shown[0] == top
    seen = min(len(shown) - 2, len(inside))
    assert [row[:-2] for row in shown[1:][:seen]] == [row[:-2] for row in inside[:seen]]


def narrow(*labels: str) -> Rubric:
    options = [{**option(f"v{n}", str(n)), "label": label} for n, label in enumerate(labels)]
    asked = {"id": "q", "text": "Is it?", "per": "response", "scale": "nominal", "option": options}
    return rubric("any", asked)


def layout_of(asked: Rubric) -> list[str]:
    [question] = asked.questions
    preview = question_preview(asked, sheet_asking(asked, question), SMALLEST)
    return [str(one) for one in layout_cautions(question, preview, 0)]


def test_a_label_that_is_cut_is_said_and_one_that_just_fits_is_not() -> None:
    assert layout_of(narrow("yes", "x" * 73)) == []
    [one] = layout_of(narrow("yes", "x" * 75))
    assert "ends in …" in one


def test_a_question_that_is_higher_than_the_bar_is_said() -> None:
    fits = [f"{n} " + "x" * 50 for n in range(HIGHEST - 2)]
    assert layout_of(narrow(*fits)) == []
    [one] = layout_of(narrow(*fits, "y" * 50))
    assert "it is shown in parts" in one


@pytest.mark.parametrize("path", sorted((PROMPTS / "rubrics").glob("*.toml")), ids=lambda path: path.stem)
def test_the_questions_of_shipped_rubrics_fit(path: Path) -> None:
    asked = read_rubric(path)
    for place, question in enumerate(asked.questions):
        preview = question_preview(asked, sheet_asking(asked, question), SMALLEST)
        assert list(layout_cautions(question, preview, place)) == []


@pytest.mark.parametrize("columns", [10, 80, 300])
def test_previews_are_harmless(columns: int) -> None:
    text = "\n".join(part.replace("\x00", "").replace("\ud800", "") for part in HOSTILE_PARTS)
    hostile = rubric("any", {"id": "q", "text": text, "per": "response", "scale": "text"})
    rows = [
        *guideline_preview(hostile, columns, 24).rows,
        *question_preview(hostile, sheet_asking(hostile, hostile.questions[0]), columns).rows,
        *prompt_preview(SuitePrompt("p", prompt_of([Message(Role.USER, text)]), text), columns),
        *framed(["x" * columns], text),
    ]
    assert all(harmless(row) for row in rows)
    assert any("␛" in row for row in rows)


def test_every_row_of_a_shipped_prompt_has_the_width_of_the_terminal() -> None:
    for member in read_suite(PROMPTS / "suites" / "facts.toml").prompts:
        assert {len(row) for row in prompt_preview(member, 80)} == {80}
