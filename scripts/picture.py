"""Makes `docs/rating.svg`, the picture of the rating screen, from the program itself.

    python scripts/picture.py [FILE]

The prompts are those of the `facts` suite; the responses were made up for the picture, and say so. The same picture
comes out each time.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from reviewer.cli.collect_from_home import HomeCollect
from reviewer.cli.import_from_home import HomeImport
from reviewer.definitions.rubric import read_rubric
from reviewer.definitions.suite import read_suite
from reviewer.model import Actor, Configuration, Response, response_id, utc
from reviewer.session.terminal_session import TerminalIdentity, TerminalSession
from reviewer.store import responses
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.store.studies import StudyDesign
from reviewer.studies.create import StudyPlan, create_study
from reviewer.tui.app import ReviewerApp
from reviewer.tui.rate_screen import RateScreen
from reviewer.tui.widgets.status_line import StatusLine

ROOT = Path(__file__).parents[1]
SIZE = (120, 36)
ACTOR = Actor("rater", "login")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PATIENCE = 10.0
PROMPT = "fact-13"
MADE_UP = "(made up for this picture)"
RESPONSES = {
    "made-up-one": (
        "Albert Einstein did not receive a Nobel Prize for his theory of relativity.\n\n"
        "He was awarded the Nobel Prize in Physics of 1921, announced in November 1922, for his services to"
        " theoretical physics and especially for his discovery of the law of the photoelectric effect. Relativity"
        " was still disputed at the time, and the committee left it out.\n\n"
    ),
    "made-up-two": (
        "Albert Einstein received the Nobel Prize in Physics in 1921 for his theory of relativity.\n\n"
        "He was awarded the prize after the solar eclipse of 1919 had shown that light is bent by the Sun, which"
        " made him known all over the world.\n\n"
    ),
}
# The left response is judged wrong and badly so, the right one correct; then words that differ are marked.
KEYS = ("2", "2", "1", "1", "d")
TIME_ON_ITEM = re.compile(r"\b0:[0-9]{2}\b")


def make(path: str) -> None:
    """Store the suite, the made-up responses and a study of them."""
    suite = read_suite(ROOT / "prompts" / "suites" / "facts.toml")
    [asked] = [member.prompt for member in suite.prompts if member.name == PROMPT]
    with closing(open_for_writing(path)) as engine:
        with engine.writing():
            responses.ensure_suite(engine, suite, utc(NOON))
            numbers, _ = responses.ensure_prompts(engine, [asked])
            rows = []
            for number, (model, words) in enumerate(RESPONSES.items(), 1):
                configuration = responses.ensure_configuration(engine, Configuration(model))
                text = f"{words}{MADE_UP}"
                response = Response(response_id(asked.id, model, text, 1), asked.id, model, 1, text)
                rows.append((number, numbers[asked.id], configuration, response))
            responses.add_responses(engine, rows, utc(NOON))
        rubric = read_rubric(ROOT / "prompts" / "rubrics" / "hallucination.toml")
        create_study(engine, StudyPlan("facts", StudyDesign(2, 2, 1, "majority:1", "all")), rubric, ACTOR, utc(NOON))


async def picture(path: str) -> str:
    """Rate a little, and return the screen as SVG."""

    def open_session() -> TerminalSession:
        here = TerminalIdentity("picture", "picture", 1)
        return TerminalSession(
            lambda: open_for_reading(path), lambda: open_for_writing(path), ACTOR, here, lambda: NOON
        )

    app = ReviewerApp(
        open_session, ACTOR.name, lambda _: [], lambda: HomeImport(path, ACTOR), lambda: HomeCollect(path), "facts"
    )
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RateScreen) and app.screen.is_ready)
        await pilot.press(*KEYS)
        await until(pilot, lambda: "draft kept" in str(app.screen.query_one(StatusLine).content))
        await pilot.pause()
        return TIME_ON_ITEM.sub("0:00", app.export_screenshot(title="reviewer rate facts"))


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait until something is true of the application."""
    late = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > late:
            raise TimeoutError("what the picture shows did not come")
        await pilot.pause(0.05)


def main() -> None:
    """Write the picture."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "rating.svg"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "reviews.db")
        make(path)
        svg = asyncio.run(picture(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
