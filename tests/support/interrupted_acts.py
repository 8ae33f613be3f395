"""The five acts that write, each as a real process that is killed, or whose disk becomes full, in the midst of it.

An act remembers what the program acknowledged: *saved*, read on the screen of a pseudo-terminal, and rows and answers
reported as stored. `audit` holds the database against that. Acts are worked in the folder that the process is in.
"""

from __future__ import annotations

import json
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Protocol

from reviewer.store.engine import Row
from reviewer.store.sqlite import open_for_reading, open_for_writing
from tests.support.collection_files import write_models, write_suite
from tests.support.commands import write_rubric
from tests.support.full_disks import Disk
from tests.support.fuzzing import call
from tests.support.judges import definition, grader_in
from tests.support.llm_server import ASKING, KEY, Asked, Given, LLMServer, answer, chat
from tests.support.rating_terminal import Pressed, Rated, rate, rating
from tests.support.screens import make_study, stored
from tests.support.stories import PLAIN, Table, bring_in, row
from tests.support.terminal import DOWN, ENTER, OPEN, REVIEWER, TOP, Ended, Terminal

BACKSPACE = "\x7f"
# Keys are ignored for a while on a new item; what is pressed is pressed again in such steps until it shows.
AGAIN = 0.06
FULL = re.compile(r"the disk is full|the disk reported\s+an error")
WIDE = 250  # columns, so that no message is broken
# How many rows, and how many answers, are said to be stored.
TOLD_ROWS = re.compile(r"([\d,]+) rows; |interrupted: ([\d,]+) of")
TOLD = re.compile(r"^chat +([\d,]+) +[\d,]+ |chat: ([\d,]+) answers stored|stored before that: ([\d,]+)", re.MULTILINE)
VERDICT = '{"verdict": "yes"}'
BARE = (
    Pressed("1", "yes", "verdict", "yes"),
    Pressed("2", "no", "verdict", "no"),
    Pressed("0", "cannot_tell", "verdict", "cannot_tell"),
)


@dataclass(frozen=True, slots=True)
class Audit:
    """What a database holds beside what was acknowledged since the last audit: sets, decisions, rows or answers."""

    acknowledged: int
    lost: int = 0
    double: int = 0
    half: int = 0

    @property
    def holds(self) -> bool:
        """Whether all that was acknowledged is there, once and whole."""
        return not (self.lost or self.double or self.half)


class InterruptedAct(Protocol):
    """One act; `database` is the path of the one that it wrote last, or is about to write."""

    database: str

    def live(self, chance: Random) -> None:
        """Start the command anew, and kill it at a random moment."""

    def audit(self) -> Audit:
        """Hold the database against what was acknowledged."""

    def fill_up(self, disk: Disk) -> None:
        """Let the disk become full in the midst of the act, make room, and go on.

        Raises:
            AssertionError: it was not said, or the act could not go on.
            TimeoutError: what should be said on the screen never was.
        """


@contextmanager
def killed_after(terminal: Terminal, seconds: float) -> Iterator[None]:
    """Kill the program behind a terminal after some time; what is pressed meanwhile ends there."""
    killer = threading.Timer(seconds, terminal.kill)
    killer.start()
    try:
        yield
    except Ended:
        pass
    finally:
        killer.join()


def found(database: str, sql: str) -> list[Row]:
    """Return what a database holds; nothing where there is none yet."""
    if not Path(database).exists() or not Path(database).stat().st_size:
        return []
    with closing(open_for_reading(database)) as engine:
        return engine.rows(sql)


def counted(database: str, sql: str) -> int:
    """Return a number that a database holds."""
    rows = found(database, sql)
    return int(rows[0][0]) if rows else 0


def press_until(terminal: Terminal, keys: str, seen: Callable[[str], bool] | str) -> None:
    """Press keys again and again until something shows."""
    terminal.send(keys)
    while not terminal.shows(seen, AGAIN):
        terminal.send(keys)


def says_full(text: str) -> bool:
    """Tell whether a notice on the screen says that there is no room."""
    notices = [line.partition("▌")[2].strip(" ▌│╮╯─") for line in text.split("\n") if "▌" in line]
    return FULL.search(" ".join(notices)) is not None


class RatingAct:
    """Rating item after item of two panes in the application."""

    def __init__(self, folder: Path, items: int) -> None:
        self.database = make_study(folder, PLAIN, prompts=items)
        self._pressed: list[list[str]] = []
        self._known = 0
        self._acknowledged = 0

    def live(self, chance: Random) -> None:
        """Rate on from where the study stands."""
        with self._at_work() as terminal, killed_after(terminal, chance.uniform(0, 2)):
            while True:
                self._answer(terminal, chance)
                self._save(terminal)

    def audit(self) -> Audit:
        """Compare item by item."""
        sets = [list(one) for _, one in groupby(stored(self.database), key=lambda label: label.item)]
        values = [
            [label.value for label in sorted(one, key=lambda label: label.panes.index(label.response or ""))]
            for one in sets
        ]
        double = len(sets) - len({one[0].item for one in sets})
        double += sum(label.supersedes is not None for one in sets for label in one)
        half = sum(len(one) != 2 for one in values)
        lost = max(self._acknowledged - len(sets), 0)
        lost += sum(here != pressed for here, pressed in zip(values, self._pressed, strict=False))
        # One more may have been committed than could be told.
        double += max(len(sets) - self._acknowledged - 1, 0)
        audit = Audit(self._acknowledged - self._known, lost, double, half)
        self._known = self._acknowledged = len(sets)
        del self._pressed[len(sets) :]
        return audit

    def fill_up(self, disk: Disk) -> None:
        """Answer, and save, on a full disk."""
        chance = Random(1)
        with self._at_work() as terminal:
            self._answer(terminal, chance)
            self._save(terminal)
            disk.fill(terminal.process, self.database)
            press_until(terminal, TOP + "1", "the last answer could not be kept")
            terminal.until(says_full)
            disk.make_room(terminal.process)
            self._answer(terminal, chance)
            terminal.until("draft kept")
            disk.fill(terminal.process, self.database)
            terminal.send(ENTER)
            answers = terminal.until("not saved")
            assert "A ✓" in answers and "B ✓" in answers, answers  # noqa: PT018
            disk.make_room(terminal.process)
            self._save(terminal)

    @contextmanager
    def _at_work(self) -> Iterator[Terminal]:
        with rating(self.database) as terminal:
            number = f": item {self._known + 1} of"
            if number not in terminal.until(lambda text: "enter: close" in text or number in text):
                terminal.send(ENTER)
                terminal.until(number)
            # A draft may be there of what was not saved.
            press_until(terminal, TOP + BACKSPACE + DOWN + BACKSPACE + TOP, lambda text: OPEN(text) is not None)
            yield terminal

    def _answer(self, terminal: Terminal, chance: Random) -> None:
        panes = [[chance.choice(BARE)], [chance.choice(BARE)]]
        del self._pressed[self._acknowledged :]
        self._pressed.append([answers[0].value for answers in panes if isinstance(answers[0].value, str)])
        rate(terminal, Rated(panes))

    def _save(self, terminal: Terminal) -> None:
        saved = f"item {self._acknowledged + 1} saved"
        terminal.send(ENTER)
        try:
            terminal.until(saved)
        except Ended:
            self._acknowledged += saved in terminal.text
            raise
        self._acknowledged += 1


class AdjudicatingAct:
    """Deciding dispute after dispute in the application."""

    def __init__(self, folder: Path, disputes: int) -> None:
        self.database = str(folder / "reviews.db")
        rows = [row(number, labels={"ann": "yes", "bob": "no"}) for number in range(disputes)]
        with closing(open_for_writing(self.database)) as engine:
            bring_in(engine, Table(rows))
        self._acknowledged: list[object] = []
        self._known = 0
        self._last: Pressed | None = None

    def live(self, chance: Random) -> None:
        """Decide on from where the queue stands."""
        with self._at_work() as terminal, killed_after(terminal, chance.uniform(0, 2)):
            while True:
                self._choose(terminal, chance)
                self._save(terminal)

    def audit(self) -> Audit:
        """Compare decision by decision."""
        rows = found(self.database, "select response, value, supersedes from adjudication order by number")
        values = [value for _, value, _ in rows]
        told = self._acknowledged
        if len(values) > len(told) and self._last is not None:
            told = [*told, self._last.value]  # one more may have been committed than could be told
        lost = sum(here != there for here, there in zip(values, told, strict=False)) + max(len(told) - len(values), 0)
        double = len(rows) - len({response for response, _, _ in rows}) + max(len(values) - len(told), 0)
        half = counted(
            self.database,
            "select count(*) from adjudication_draft draft join adjudication on adjudication.response = draft.response"
            " where body is not null",
        )
        audit = Audit(len(self._acknowledged) - self._known, lost, double, half)
        self._acknowledged, self._known = values, len(values)
        return audit

    def fill_up(self, disk: Disk) -> None:
        """Choose, and decide, on a full disk."""
        chance = Random(1)
        with self._at_work() as terminal:
            self._choose(terminal, chance)
            self._save(terminal)
            disk.fill(terminal.process, self.database)
            press_until(terminal, "1", "the last choice could not be kept")
            terminal.until(says_full)
            disk.make_room(terminal.process)
            chosen = self._choose(terminal, chance)
            disk.fill(terminal.process, self.database)
            terminal.send(ENTER)
            assert f"decision: ✓ {chosen.words}" in terminal.until("not saved")
            disk.make_room(terminal.process)
            self._save(terminal)

    @contextmanager
    def _at_work(self) -> Iterator[Terminal]:
        command = [*REVIEWER, "adjudicate", "s", "--db", self.database, "--rater", "lead"]
        with Terminal(command, columns=100, rows=30) as terminal:
            terminal.until(" left, ")
            yield terminal

    def _choose(self, terminal: Terminal, chance: Random) -> Pressed:
        self._last = pressed = chance.choice(BARE)
        shown = f"decision: ✓ {pressed.words}"
        press_until(terminal, pressed.keys, lambda text: shown in text and "draft kept" in text)
        return pressed

    def _save(self, terminal: Terminal) -> None:
        assert self._last is not None
        try:
            press_until(terminal, ENTER, "decision saved")
        except Ended:
            if "decision saved" in terminal.text:
                self._acknowledged.append(self._last.value)
            raise
        self._acknowledged.append(self._last.value)


class ImportingAct:
    """Importing one table of responses that two people labelled, each time into a database of its own."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder = folder
        self._rows = rows
        self._acknowledged = 0
        self._made = 0
        self.database = str(folder / "0.db")
        write_rubric(folder)
        with (folder / "table.jsonl").open("w", encoding="utf-8") as file:
            for number in range(rows):
                labels = {"label:verdict:ann": "yes", "label:verdict:bob": "cannot_tell"}
                response = f"{number}: " + "a few words more " * 10
                file.write(json.dumps({"prompt": f"Why {number}?", "response": response, "model": "m"} | labels) + "\n")
        began = time.monotonic()
        with self._at_work() as terminal:
            assert terminal.ended() == 0, terminal.text
        self._longest = time.monotonic() - began

    def live(self, chance: Random) -> None:
        """Import into a new database."""
        self._begin()
        with self._at_work() as terminal, killed_after(terminal, chance.uniform(0.1, 1.1) * self._longest):
            terminal.drain()

    def audit(self) -> Audit:
        """Count what is there, let the same command go on, and count again."""
        audit = Audit(self._acknowledged, max(self._acknowledged - self._stored(), 0), self._double(), self._half())
        again = call("import", "table.jsonl", "--study", "s", "--rubric", "plain", "--db", self.database)
        assert again.status == 0, again.err
        lost = self._rows - self._stored() + 2 * self._rows - counted(self.database, "select count(*) from label")
        return Audit(audit.acknowledged, audit.lost + lost, audit.double + self._double(), audit.half + self._half())

    def fill_up(self, disk: Disk) -> None:
        """Have no room for the rows."""
        self._begin()
        with self._at_work() as terminal:
            while not Path(f"{self.database}-wal").exists():
                terminal.read(0.001)
            disk.fill(terminal.process, self.database)
            status = terminal.ended()
            disk.make_room(terminal.process)
            assert status == 1, terminal.text
            assert FULL.search(terminal.text), terminal.text

    def _begin(self) -> None:
        for file in self._folder.glob("*.db*"):
            file.unlink()
        self._made += 1
        self._acknowledged = 0
        self.database = str(self._folder / f"{self._made}.db")

    @contextmanager
    def _at_work(self) -> Iterator[Terminal]:
        words = ["import", "table.jsonl", "--study", "s", "--rubric", "plain", "--db", self.database]
        with Terminal([*REVIEWER, *words], columns=WIDE, folder=self._folder) as terminal:
            try:
                yield terminal
            finally:
                if done := TOLD_ROWS.search(terminal.text):
                    self._acknowledged = int(next(filter(None, done.groups())).replace(",", ""))

    def _stored(self) -> int:
        return counted(self.database, "select count(*) from response")

    def _double(self) -> int:
        return self._stored() - counted(self.database, "select count(distinct prompt) from response")

    def _half(self) -> int:
        labelled = "select count(*) from label where label.response = response.id"
        return counted(self.database, f"select count(*) from response where ({labelled}) <> 2")


class AskingAct(ABC):
    """What collecting and grading have in common: many requests to a server on loopback, each result stored."""

    def __init__(self, folder: Path, server: LLMServer, reply: Callable[[Asked], Given]) -> None:
        self.database = str(folder / "reviews.db")
        self._folder = folder
        self._server = server
        self._reply = reply
        self._acknowledged = 0
        self._known = 0
        write_models(folder, server)

    @abstractmethod
    def _words(self) -> list[str]: ...

    @abstractmethod
    def _stored(self) -> int: ...

    def live(self, chance: Random) -> None:
        """Ask on from where it stands."""
        with self._at_work() as terminal, killed_after(terminal, chance.uniform(0, 1.5)):
            terminal.drain()

    def fill_up(self, disk: Disk) -> None:
        """Have no room for results."""
        with self._at_work() as terminal:
            self._asked(terminal, 10)
            disk.fill(terminal.process, self.database)
            status = terminal.ended()
            disk.make_room(terminal.process)
            assert status == 1, terminal.text
            assert FULL.search(terminal.text), terminal.text
        assert self._stored() >= self._known + self._acknowledged > self._known
        again = call(*self._words())
        assert again.status == 0, again.err

    def _audit(self, double: int, half: int) -> Audit:
        stored = self._stored()
        audit = Audit(self._acknowledged, max(self._known + self._acknowledged - stored, 0), double, half)
        self._known, self._acknowledged = stored, 0
        return audit

    @contextmanager
    def _at_work(self) -> Iterator[Terminal]:
        self._server.behave = lambda asked: self._reply(asked) if asked.path in ASKING else None
        command = [*REVIEWER, *self._words(), "--concurrency", "4"]
        with Terminal(command, columns=WIDE, folder=self._folder, environment={"TEST_KEY": KEY}) as terminal:
            self._asked(terminal, 1)
            try:
                yield terminal
            finally:
                # The table that is watched, or the last words once it is gone.
                if done := TOLD.search(terminal.text):
                    self._acknowledged = int(next(filter(None, done.groups())).replace(",", ""))

    def _asked(self, terminal: Terminal, more: int) -> None:
        """Wait until the server was asked so many times more."""
        enough = len(self._server.prompts) + more
        while len(self._server.prompts) < enough:
            terminal.read(0.005)


class CollectingAct(AskingAct):
    """Collecting answers to the prompts of a suite."""

    def __init__(self, folder: Path, server: LLMServer, prompts: int, seconds: float = 0.05) -> None:
        super().__init__(folder, server, lambda asked: Given(answer(asked.path, asked.body), seconds=seconds))
        write_suite(folder, prompts)

    def audit(self) -> Audit:
        """Count what is stored."""
        distinct = "select count(distinct prompt || ' ' || configuration || ' ' || sample) from response"
        double = self._stored() - counted(self.database, distinct)
        whole = "text = 're: ' || (select json_extract(messages, '$[0].content') from prompt where number = prompt)"
        half = counted(
            self.database, f"select count(*) from response where raw is null or usage is null or not {whole}"
        )
        return self._audit(double, half)

    def _words(self) -> list[str]:
        return ["collect", "--suite", "asked", "--model", "chat", "--models-file", "models.toml"]

    def _stored(self) -> int:
        return counted(self.database, "select count(*) from response")


class GradingAct(AskingAct):
    """Grading the responses of a study by a judge."""

    def __init__(self, folder: Path, server: LLMServer, responses: int, seconds: float = 0.05) -> None:
        super().__init__(folder, server, lambda _: Given(chat(VERDICT), seconds=seconds))
        write_rubric(folder)
        grader_in(folder, definition('["verdict"]'))
        rows = ({"prompt": f"Why {number}?", "response": "So.", "model": "m"} for number in range(responses))
        (folder / "answers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
        for words in (("import", "answers.jsonl"), ("study", "create", "s", "--rubric", "plain")):
            made = call(*words)
            assert made.status == 0, made.err

    def audit(self) -> Audit:
        """Count what is stored."""
        distinct = "select count(distinct response || ' ' || question) from label"
        double = self._stored() - counted(self.database, distinct)
        replies = counted(self.database, "select count(*) from grading where failure is null")
        return self._audit(double, abs(self._stored() - replies))

    def _words(self) -> list[str]:
        return ["grade", "s", "--grader", "judge", "--model", "chat", "--models-file", "models.toml"]

    def _stored(self) -> int:
        return counted(self.database, "select count(*) from label")
