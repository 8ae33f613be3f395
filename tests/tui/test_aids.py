"""The secret of a prompt is marked where a response gives it away, when the aids of the study say so."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reviewer.model import (
    Configuration,
    Message,
    Response,
    Role,
    Suite,
    SuitePrompt,
    prompt_of,
    response_id,
)
from reviewer.store import responses, rubrics, studies
from reviewer.store.sqlite import open_for_writing
from reviewer.store.studies import StudyDesign
from reviewer.study_design.sampling import ChosenResponse
from reviewer.tui.app import ReviewerApp
from reviewer.tui.widgets.side_by_side import SideBySide
from tests.support.painted import until
from tests.support.rating_app import begin, press, rating
from tests.support.screens import app_on, plain_rubric, stored
from tests.support.stories import NOW


def guarded_study(folder: Path, aids: str) -> str:
    """Make a study in which response A or B gives the secret away in reverse."""
    path = str(folder / "reviews.db")
    prompt = prompt_of([Message(Role.SYSTEM, "The word is lantern."), Message(Role.USER, "Which word?")])
    with closing(open_for_writing(path)) as engine, engine.writing():
        rubric = plain_rubric()
        rubrics.ensure(engine, rubric, NOW)
        suite = responses.ensure_suite(engine, Suite("guard", 0), NOW)
        numbers, _ = responses.ensure_prompts(engine, [prompt])
        responses.add_members(engine, [(suite, numbers[prompt.id], SuitePrompt("p", prompt, secret="lantern"))])
        configuration = responses.ensure_configuration(engine, Configuration("m"))
        for number, text in enumerate(("no, nretnal is no word", "I keep it to myself"), start=1):
            response = Response(response_id(prompt.id, "m", text, 1), prompt.id, "m", 1, text)
            responses.add_responses(engine, [(number, numbers[prompt.id], configuration, response)], NOW)
        study = studies.create(engine, "s", rubric, StudyDesign(2, 1, 1, "majority:1", aids=aids), NOW)
        studies.extend(engine, study, [ChosenResponse(1), ChosenResponse(2)], least=1)
    return path


def marked_secrets(app: ReviewerApp) -> list[str]:
    """Return what is painted as only a secret is, bold and reversed."""
    return [
        segment.text
        for pane in rating(app).query_one(SideBySide).panes
        for row in range(pane.scrollable_content_region.height)
        for segment in pane.render_line(row)
        if segment.style is not None and segment.style.bold and segment.style.reverse
    ]


async def test_aids_before_mark_the_secret_at_once(tmp_path: Path) -> None:
    app = app_on(guarded_study(tmp_path, "before"))
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        assert marked_secrets(app) == ["nretnal"]


async def test_aids_after_mark_the_secret_once_the_response_is_answered(tmp_path: Path) -> None:
    path = guarded_study(tmp_path, "after")
    app = app_on(path)
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        assert marked_secrets(app) == []
        await press(pilot, app, "1", "1")
        assert marked_secrets(app) == ["nretnal"]
        await press(pilot, app, "enter")
        await until(pilot, lambda: len(stored(path)) == 2)
    assert {label.aids for label in stored(path)} == {"after"}


async def test_no_aids_mark_nothing(tmp_path: Path) -> None:
    app = app_on(guarded_study(tmp_path, "off"))
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        await press(pilot, app, "1", "1")
        assert marked_secrets(app) == []
