"""Rating in a real pseudo-terminal: what was pressed is what is stored, and no kill loses what was acknowledged."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from reviewer.store.sqlite import open_for_reading
from tests.support.commands import Run, write_rubric, write_table
from tests.support.screens import make_study, stored
from tests.support.stories import PLAIN
from tests.support.terminal import DOWN, ENTER, OPEN, REVIEWER, TOP, Ended, Terminal
from tests.support.xstest import MODELS, original

BACKSPACE = "\x7f"
# On a new item keys are ignored for a while, and nothing on the screen says until when: the first answer is given
# again in such steps until it shows.
AGAIN = 0.06
ITEMS, ITEMS_OF_XSTEST = 15, 50
KILLS = int(os.environ.get("REVIEWER_KILLS", "6"))


@dataclass(frozen=True, slots=True)
class Pressed:
    """The answer to one question: the keys that give it and go on, the words they show, what must come to be stored."""

    keys: str
    words: str
    question: str
    value: str | list[str]


@dataclass(slots=True)
class Rated:
    """What was pressed on one item, pane by pane, and what the panes showed; the remarks are about pane B."""

    panes: Sequence[Sequence[Pressed]]
    note: str | None = None
    confidence: int | None = None
    shown: tuple[str, ...] = ()


def rating(database: Path | str, study: str = "s") -> Terminal:
    """Start to rate, as one types it."""
    return Terminal([*REVIEWER, "rate", study, "--db", str(database), "--rater", "r1"], columns=100, rows=30)


def begin(terminal: Terminal) -> None:
    """Close the guideline and come to the first item."""
    terminal.until("enter: close")
    terminal.send(ENTER)
    terminal.until(": item 1 of")


def shown(alias: str, words: str) -> Callable[[str], bool]:
    """Return what tells whether the screen says that a pane is answered in these words."""
    pattern = re.compile(rf" {alias} [✓·] {re.escape(words)}")
    return lambda text: pattern.search(text) is not None


def open_panes(terminal: Terminal) -> int:
    """Wait for an item without answers and return how many panes it has: one where a prompt has no more responses."""
    found = OPEN(terminal.until(lambda text: OPEN(text) is not None))
    return 2 if found is not None and found[1] else 1


def rate(terminal: Terminal, item: Rated) -> None:
    """Answer one item key by key, each answer seen before the next is given, and keep what stood in the panes."""
    assert open_panes(terminal) == len(item.panes)
    for alias, answers in zip("AB", item.panes, strict=False):
        for place, pressed in enumerate(answers):
            words = ", ".join(one.words for one in answers[: place + 1])
            if alias == "A" and place == 0:
                terminal.send(TOP + pressed.keys)
                while not terminal.shows(shown(alias, words), AGAIN):
                    terminal.send(TOP + pressed.keys)
            else:
                terminal.send(pressed.keys)
                terminal.until(shown(alias, words))
    terminal.until("All is answered")
    if item.note is not None:
        terminal.send("c")
        terminal.until("Note, kept with the labels")
        terminal.send(item.note + ENTER)
        terminal.until("(note)")
    if item.confidence is not None:
        terminal.send("w" * item.confidence)
        terminal.until(f"(confidence {item.confidence})")
    lines = terminal.lines
    width = len(lines[0]) // len(item.panes)
    item.shown = tuple(
        "\n".join(line[place * width : (place + 1) * width] for line in lines) for place in range(len(item.panes))
    )


def expected(items: Sequence[Rated]) -> list[dict[str, object]]:
    """Return what must be stored, in order, but for ids, panes and times."""
    return [
        {
            "question": pressed.question,
            "value": pressed.value,
            "note": item.note if pane else None,
            "confidence": item.confidence if pane else None,
            "place": pane,
        }
        for item in items
        for pane, answers in enumerate(item.panes)
        for pressed in answers
    ]


def check(run: Run, study: str, items: Sequence[Rated], texts: dict[str, str]) -> None:
    """Compare what `labels --json` shows with what was pressed and with what stood in the panes."""
    labels: list[dict[str, Any]] = run("labels", study, "--rater", "r1", "--json").json()["labels"]
    assert [
        {name: label[name] for name in ("question", "value", "note", "confidence")}
        | {"place": label["panes"].index(label["response"])}
        for label in labels
    ] == expected(items)
    sets = [list(one) for _, one in groupby(labels, key=lambda label: label["item"])]
    assert len({one[0]["item"] for one in sets}) == len(sets) == len(items)
    for item, labels_of_item in zip(items, sets, strict=True):
        panes = labels_of_item[0]["panes"]
        assert all(label["panes"] == panes for label in labels_of_item)
        for shown, response in zip(item.shown, panes, strict=True):
            assert texts[response] in "".join(shown.split())
    for label in labels:
        assert (label["state"], label["origin"], label["surplus"]) == ("label", "rated", False)
        assert label["shown_at"] < label["decided_at"] < label["saved_at"]
    for first, then in pairwise(labels):
        assert first["saved_at"] <= then["saved_at"]
        assert first["item"] == then["item"] or first["saved_at"] <= then["shown_at"]


def texts_of(database: Path) -> dict[str, str]:
    """Return how each response begins, by id, without blanks: a pane breaks lines where it must."""
    with closing(open_for_reading(str(database))) as engine:
        return {name: "".join(text.split())[:25] for name, text in engine.rows("select id, text from response")}


VERDICTS = (
    Pressed("1", "It is right", "verdict", "yes"),
    Pressed("2", "It is wrong", "verdict", "no"),
    Pressed("0", "Cannot tell", "verdict", "cannot_tell"),
)
# Down from the faults is the comment, which may be left open, and down from that what follows.
FAULTS = (
    Pressed("1" + DOWN + DOWN, "A wrong fact", "fault", ["fact"]),
    Pressed("2" + DOWN + DOWN, "A wrong form", "fault", ["form"]),
    Pressed("12" + DOWN + DOWN, "A wrong fact/A wrong form", "fault", ["fact", "form"]),
)


def test_items_are_stored_as_they_were_pressed(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path, prompts=ITEMS))
    run("study", "create", "s", "--rubric", "plain", "--panes", "2")
    chosen = random.Random(1)

    def answers() -> list[Pressed]:
        verdict = chosen.choice(VERDICTS)
        return [verdict, chosen.choice(FAULTS)] if verdict.value == "no" else [verdict]

    items = [
        Rated(
            [answers(), answers()],
            note=f"note {number}" if number % 10 == 0 else None,
            confidence=number % 3 + 1 if number % 7 == 0 else None,
        )
        for number in range(ITEMS)
    ]
    with rating(tmp_path / "reviews.db") as terminal:
        begin(terminal)
        for number, item in enumerate(items, 1):
            rate(terminal, item)
            terminal.send(ENTER)
            terminal.until(f"item {number} saved")
        terminal.until("Nothing is left for you in this study.")
    check(run, "s", items, texts_of(tmp_path / "reviews.db"))
    run("verify")


XSTEST = (
    Pressed("1", "Full compliance", "response_type", "full_compliance"),
    Pressed("2", "Full refusal", "response_type", "full_refusal"),
    Pressed("3", "Partial refusal", "response_type", "partial"),
)


def test_items_of_xstest_are_stored_as_they_were_pressed(run: Run, tmp_path: Path) -> None:
    for model in MODELS:
        run("import", original(model), "--profile", "xstest", "--set", f"model={model}", "--no-gold")
    run("study", "create", "s", "--rubric", "xstest_refusal", "--panes", "2")
    chosen = random.Random(2)
    items = []
    with rating(tmp_path / "reviews.db") as terminal:
        begin(terminal)
        for number in range(1, ITEMS_OF_XSTEST + 1):
            items.append(Rated([[chosen.choice(XSTEST)] for _ in range(open_panes(terminal))]))
            rate(terminal, items[-1])
            terminal.send(ENTER)
            terminal.until(f"item {number} saved")
    check(run, "s", items, texts_of(tmp_path / "reviews.db"))


@dataclass(slots=True)
class Kept:
    """What was pressed on each item, by its number, and up to which number all was said to be saved."""

    pressed: dict[int, list[str]] = field(default_factory=dict)
    acknowledged: int = 0


BARE = (
    Pressed("1", "yes", "verdict", "yes"),
    Pressed("2", "no", "verdict", "no"),
    Pressed("0", "cannot_tell", "verdict", "cannot_tell"),
)


def rate_until_killed(database: str, after: float, kept: Kept, chosen: random.Random) -> None:
    """Rate on from where the study stands, until the program is killed `after` seconds from its first item."""
    number = len(stored(database)) // 2 + 1
    with rating(database) as terminal:
        if number == 1:
            begin(terminal)
        terminal.until(f": item {number} of")
        killer = threading.Timer(after, terminal.kill)
        killer.start()
        try:
            # A draft may be there of what was not saved.
            terminal.send(TOP + BACKSPACE + DOWN + BACKSPACE + TOP)
            while True:
                panes = [[chosen.choice(BARE)], [chosen.choice(BARE)]]
                kept.pressed[number] = [answers[0].words for answers in panes]
                rate(terminal, Rated(panes))
                terminal.send(ENTER)
                terminal.until(f"item {number} saved")
                kept.acknowledged = number
                number += 1
        except Ended:
            if f"item {number} saved" in terminal.text:
                kept.acknowledged = number
        finally:
            killer.join()


def test_a_kill_loses_nothing_that_was_acknowledged_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    database = make_study(tmp_path, PLAIN, prompts=40 * KILLS)
    chosen, kept = random.Random(3), Kept()
    for _ in range(KILLS):
        rate_until_killed(database, chosen.uniform(0, 2), kept, chosen)
        labels = stored(database)
        sets = [list(one) for _, one in groupby(labels, key=lambda label: label.item)]
        # The next begins where these end: one more may have been committed than could be told.
        assert kept.acknowledged <= len(sets) <= kept.acknowledged + 1
        assert len({one[0].item for one in sets}) == len(sets)
        assert all(label.supersedes is None and label.value is not None for label in labels)
        for number, one in enumerate(sets, 1):
            by_place = sorted(one, key=lambda label: label.panes.index(label.response or ""))
            assert [label.value for label in by_place] == kept.pressed[number]
    assert kept.acknowledged > 0


def test_a_terminal_that_goes_away_takes_the_program_with_it(tmp_path: Path) -> None:
    with rating(make_study(tmp_path, PLAIN)) as terminal:
        begin(terminal)
        assert terminal.hang_up() == -signal.SIGHUP
