"""Rating in a real pseudo-terminal: what was pressed is what is stored."""

from __future__ import annotations

import random
import signal
from collections.abc import Sequence
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from reviewer.store.sqlite import open_for_reading
from tests.support.commands import Run, write_rubric, write_table
from tests.support.rating_terminal import Pressed, Rated, begin, open_panes, rate, rating
from tests.support.screens import make_study
from tests.support.stories import PLAIN
from tests.support.terminal import DOWN, ENTER
from tests.support.xstest import MODELS, original

ITEMS, ITEMS_OF_XSTEST = 15, 50


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
    labels: list[dict[str, Any]] = run("labels", study, "--rater", "r1", "--json", "--unblind").json()["labels"]
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


def test_a_terminal_that_goes_away_takes_the_program_with_it(tmp_path: Path) -> None:
    with rating(make_study(tmp_path, PLAIN)) as terminal:
        begin(terminal)
        assert terminal.hang_up() == -signal.SIGHUP
