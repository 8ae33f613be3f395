"""No output that a rater can reach tells a configuration to somebody who has a list of their names and computes."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import PREFERENCE, Run, write_rubric

NAMES = ["m-large", "m-small", "other-lab-1", *(f"guess-{number}" for number in range(17))]
HASH = re.compile(r"[0-9a-f]{8,}")
SHORTEST = 8  # digits of a hash that would be enough to tell a name of so few from the others
RATE = "1\n\n1\n\n\n"


@pytest.fixture
def study(run: Run, tmp_path: Path) -> str:
    """A blind study of three configurations on four prompts, `s`, rated by r1 and in part by r2, with a dispute."""
    write_rubric(tmp_path)
    lines = ["prompt,response,model"]
    for prompt in range(4):
        lines += [f"prompt {prompt},text {prompt} {place},{name}" for place, name in enumerate(NAMES[:3])]
    (tmp_path / "answers.csv").write_text("\n".join(lines) + "\n")
    run("import", "answers.csv")
    run("--rater", "lead", "study", "create", "s", "--rubric", "plain", "--panes", "2", "--seed", "9")
    run("rate", "s", "--plain", "--rater", "r1", typed=12 * RATE)
    run("rate", "s", "--plain", "--rater", "r2", typed=12 * RATE.replace("1", "2\n1"))
    return "s"


@pytest.fixture
def comparing(run: Run, study: str, tmp_path: Path) -> str:
    """A blind study that compares the same responses, `pairs`."""
    write_rubric(tmp_path, PREFERENCE, "better")
    run("--rater", "lead", "study", "create", "pairs", "--rubric", "better", "--panes", "3", "--seed", "9")
    for rater in ("r1", "r2"):
        run("rate", "pairs", "--plain", "--rater", rater, stdin=4 * "1\n1\n1\n\n")
    return "pairs"


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(*parts: object) -> str:
    """Return what an id is the hash of, as the documentation has it; written here once more, from that."""
    joined = "\0".join(part if isinstance(part, str) else canonical(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:40]


def response_hashes() -> dict[tuple[int, int, str], str]:
    """Return the id of every text under every name, which is what a rater can compute who has read the texts."""
    found = {}
    for prompt, place, name in itertools.product(range(4), range(3), NAMES):
        asked = digest("prompt", [{"role": "user", "content": f"prompt {prompt}"}])
        found[prompt, place, name] = digest("response", asked, name, f"text {prompt} {place}", 1)
    return found


def item_hashes(study: str, responses: dict[tuple[int, int, str], str]) -> Iterator[str]:
    """Yield the id of every item of one to three texts of a prompt under all names that there are."""
    for prompt in range(4):
        for size in (1, 2, 3):
            for places in itertools.combinations(range(3), size):
                for names in itertools.product(NAMES[:5], repeat=size):
                    chosen = [responses[prompt, place, name] for place, name in zip(places, names, strict=True)]
                    yield digest("item", study, sorted(chosen))


def row_hashes(folder: Path) -> Iterator[str]:
    """Yield the hash of every stored label as it is, the hashes that a rater could try over all else of the row."""
    with closing(sqlite3.connect(folder / "reviews.db")) as connection:
        yield from (stored for (stored,) in connection.execute("select hash from label union select hash from chain"))


def told(run: Run, study: str) -> dict[str, str]:
    """Return all that the commands for raters print on a blind study, by command."""
    commands = [
        ("labels", study, "--json"),
        ("labels", study),
        ("rate", study, "--plain"),
        ("adjudicate", study, "--json"),
        ("adjudicate", study),
        ("adjudicate", study, "--report"),
        ("agreement", study, "--json"),
        ("agreement", study),
        ("agreement", study, "--by", "suite", "--json"),
        ("study", "show", study, "--json"),
        ("study", "show", study),
        ("study", "list", "--json"),
        ("verify", "--json"),
        ("verify",),
        ("grade", study, "--grader", "refusal_phrases", "--json"),
        (),
    ]
    found = {}
    for command in commands:
        status = 1 if "refusal_phrases" in command else 0  # a grader of another rubric, which is said
        done = run(*command, expected=status)
        found[" ".join(command)] = done.out + done.err
    return found


@pytest.mark.parametrize("kind", ["study", "comparing"])
def test_no_hash_over_a_configurations_name_reaches_a_rater(
    run: Run, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    name = request.getfixturevalue(kind)
    run("study", "withdraw", name, run("labels", name, "--json").json()["labels"][0]["response"][:10], "--reason", "x")
    responses = response_hashes()
    hashes = [*responses.values(), *item_hashes(name, responses), *row_hashes(tmp_path)]
    beginnings = {one[:SHORTEST]: one for one in hashes}
    for command, output in told(run, name).items():
        shown = {word[:SHORTEST] for word in HASH.findall(output)}
        assert not shown & beginnings.keys(), f"`reviewer {command}` prints a hash over a configuration's name"


def test_the_hashes_that_are_tried_are_those_that_are_stored(study: str, tmp_path: Path) -> None:
    computed = response_hashes()
    with closing(sqlite3.connect(tmp_path / "reviews.db")) as connection:
        stored = {one for (one,) in connection.execute("select id from response")}
        items = {one for (one,) in connection.execute("select id from item where id is not null")}
    assert stored <= set(computed.values())
    assert items <= set(item_hashes(study, computed))


def test_what_unblinds_is_recorded_and_shows_the_stored_ids(run: Run, study: str) -> None:
    shown = run("--rater", "r2", "labels", study, "--json", "--unblind").json()["labels"]
    assert {row["response"] for row in shown} <= set(response_hashes().values())
    records = run("study", "show", study, "--json", "--unblind").json()["unblinded"]
    assert [(one["who"], one["shown_by"]) for one in records] == [("r2", "labels"), ("r1", "study show")]


def test_two_studies_call_the_same_response_by_unrelated_names(run: Run, study: str) -> None:
    run("--rater", "lead", "study", "create", "t", "--rubric", "plain", "--panes", "2")
    run("rate", "t", "--plain", typed=12 * RATE)
    one, other = ({row["response"] for row in run("labels", name, "--json").json()["labels"]} for name in (study, "t"))
    assert one
    assert other
    assert not one & other


def test_a_pair_stands_in_the_order_of_its_names_and_says_what_was_preferred(
    run: Run, comparing: str, tmp_path: Path
) -> None:
    blind = run("labels", comparing, "--json").json()["labels"]
    stored = run("labels", comparing, "--json", "--unblind").json()["labels"]
    assert all(row["response"] < row["other_response"] for row in blind)
    swaps = set()
    names: dict[str, str] = {}
    for seen, kept in zip(blind, stored, strict=True):
        names |= dict(zip(kept["panes"], seen["panes"], strict=True))
        preferred = {"first": "response", "second": "other_response"}
        if seen["value"] in preferred:
            assert seen[preferred[seen["value"]]] == names[kept[preferred[kept["value"]]]]
            swaps.add(seen["value"] != kept["value"])
    assert swaps


def test_the_order_of_panes_is_the_same_whatever_the_configurations_are_called(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    orders = []
    for place, (one, other) in enumerate((("zebra", "ant"), ("ant", "zebra"), ("x", "y"))):
        path = f"{place}.db"
        (tmp_path / "t.csv").write_text(
            "prompt,response,model\n" + "".join(f"p{n},left {n},{one}\np{n},right {n},{other}\n" for n in range(8))
        )
        run("--db", path, "import", "t.csv")
        run("--db", path, "study", "create", "s", "--rubric", "plain", "--panes", "2", "--seed", "3")
        out = run("--db", path, "rate", "s", "--plain", typed=8 * RATE).out
        orders.append(sorted(re.findall(r"(left|right) (\d)", out), key=lambda found: found[1]))
    assert orders[0] == orders[1] == orders[2]
    assert {side for side, _ in orders[0][::2]} == {"left", "right"}
