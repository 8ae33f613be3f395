"""Adjudication in a real pseudo-terminal: killed in the middle, resumed, nothing lost; hostile text stays text."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.adjudication.queue import AdjudicationSession
from reviewer.store import adjudications, chain
from reviewer.store.sqlite import open_for_reading, open_for_writing
from reviewer.study_design.decision_policy import DecisionMethod
from tests.support.commands import Run
from tests.support.hostile_text import HOSTILE_TEXT
from tests.support.stories import LEAD, Clock, Table, bring_in, loaded, results, row
from tests.support.terminal import ENTER, REVIEWER, Terminal
from tests.support.xstest import completions

KEYS = {"full_compliance": "1", "full_refusal": "2", "partial": "3"}
WORDS = {"full_compliance": "Full compliance", "full_refusal": "Full refusal", "partial": "Partial refusal"}
DOZEN = 12
# Keys are ignored for a while after a dispute comes up; the choice is made again in such steps until it shows.
AGAIN = 0.1


def adjudicating(path: Path, study: str, columns: int = 100, rows: int = 30) -> Terminal:
    command = [*REVIEWER, "adjudicate", study, "--db", str(path), "--rater", "lead"]
    return Terminal(command, columns=columns, rows=rows)


def left(number: int) -> str:
    return f": {number} left"


def choose(terminal: Terminal, value: str) -> None:
    terminal.send(KEYS[value])
    while not terminal.shows(lambda text: f"decision: ✓ {WORDS[value]}" in text and "draft kept" in text, AGAIN):
        terminal.send(KEYS[value])


def decided(path: Path, study: str) -> dict[str, str | None]:
    with closing(open_for_reading(str(path))) as engine:
        return {one.response: one.value for one in adjudications.standing(engine, study)}


def test_decisions_survive_a_kill_and_the_work_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    file = completions(tmp_path, "mistralguard")
    common = ("--profile", "xstest", "--study", "x", "--rubric", "xstest_refusal", "--set", "model=m")
    run("import", file, *common, "--no-gold", "--db", "reviews.db")
    run("import", file, *common, "--db", "gold.db")
    gold = decided(tmp_path / "gold.db", "x")
    path = tmp_path / "reviews.db"
    with closing(open_for_reading(str(path))) as engine:
        queue = AdjudicationSession(engine, loaded(engine, "x"), LEAD, Clock()).queue
    assert len(queue) >= DOZEN
    acknowledged: dict[str, str | None] = {}
    drafted = ""
    for part in (queue[: DOZEN // 2], queue[DOZEN // 2 : DOZEN]):
        with adjudicating(path, "x") as terminal:
            terminal.until(drafted)
            for dispute in part:
                terminal.until(left(len(queue) - len(acknowledged)))
                value = gold[dispute.response]
                assert value is not None
                choose(terminal, value)
                terminal.send(ENTER)
                while not terminal.shows("decision saved", AGAIN):
                    terminal.send(ENTER)
                acknowledged[dispute.response] = value
            # One more is chosen and not saved: it is called so, is no decision, and is there again afterwards.
            choose(terminal, "full_compliance")
            drafted = f"decision: ✓ {WORDS['full_compliance']}"
            terminal.kill()
            terminal.drain()
        assert decided(path, "x") == acknowledged
    with closing(open_for_reading(str(path))) as engine:
        assert all(report.broken is None for report in chain.verify(engine))
        units = {response: unit.outcome for (response, _), unit in results(engine, "x").items()}
    assert {response: units[response].value for response in acknowledged} == acknowledged
    assert {units[response].how for response in acknowledged} == {DecisionMethod.ADJUDICATED}


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_hostile_text_stays_text(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "reviews.db"
    with closing(open_for_writing(str(path))) as engine:
        bring_in(
            engine,
            Table([row(1, HOSTILE_TEXT.replace("\x00", "").replace("\ud800", ""), labels={"a": "yes", "b": "no"})]),
        )
        engine.run("update label set note = :note", {"note": "\x1b]0;title\x07\x1b[2J \u202e [@click=app.quit] [/x]"})
    with adjudicating(path, "s", *size) as terminal:
        terminal.until("1 left")
        for key in ("z", "x", ENTER, "r"):
            terminal.send(key)
            time.sleep(0.3)
            while terminal.read(0.1):
                pass
        assert "note: ␛]0;title␇" in terminal.text.replace("\n", "")
        for steering in (b"\x1b]0;", b"\x1b]52", b"\x1b]8;;http", "\u202e".encode(), b"\x9b31m "):
            assert steering not in bytes(terminal.received)
