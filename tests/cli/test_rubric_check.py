"""`reviewer rubric check`: what a lead sees of a rubric, what is said of it, and a trial that leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.definitions.rubric import read_rubric
from tests.support.commands import PREFERENCE, RUBRIC, Run, write_rubric
from tests.support.folders import PROMPTS
from tests.support.hostile_text import HOSTILE_NAME, HOSTILE_PARTS, harmless
from tests.support.terminal import ENTER, REVIEWER, Terminal

SHIPPED = sorted((PROMPTS / "rubrics").glob("*.toml"))
# The schemes of others, kept as they are: none has a class for who cannot tell.
WITHOUT_ABSTAINING = {"gptfuzz", "halueval", "xstest_refusal"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_rubric_is_right_and_little_is_said_of_it(run: Run, path: Path) -> None:
    done = run("rubric", "check", path.stem)
    assert f"hash {read_rubric(path).hash}\n" in done.out
    warnings = [line for line in done.out.split("\n") if line.startswith("warning: ")]
    assert len(warnings) == (path.stem in WITHOUT_ABSTAINING)
    assert all("no option abstains" in line for line in warnings)
    assert done.out.endswith(f"\nNext: reviewer study create NAME --rubric {path.stem}\n")
    assert done.err == ""
    assert not list(Path().iterdir()), "a check leaves nothing behind"


def test_a_rubric_is_shown_as_raters_see_it(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    out = run("rubric", "check", "plain").out
    assert "╭─ Is it right? ─" in out
    assert "│ Read the response and say whether it is right. " in out
    assert (
        "│  1 It is right    2 It is wrong    0 Cannot tell\n  Stored: 1 → yes, 2 → no, 0 → cannot_tell (abstains)"
        in out
    )
    assert "Question 2 of 3: fault, of each response; several keys, then ↓; asked if verdict is no, and then req" in out
    assert "│ A · It is wrong   B ·\n│ A 2/5 Which faults?\n" in out
    assert "Question 3 of 3: comment, of each response; text is typed; may be left open" in out


def test_a_comparison_names_its_panes(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    out = run("rubric", "check", "better").out
    assert "Question 1 of 1: preferred, of each pair of responses; one key; required" in out
    assert "│ A+B 1/1 Which is better?\n│  1 A: The first    2 B: The second    3 Neither" in out


def test_warnings_come_last_in_the_order_of_the_file_with_their_lines(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, RUBRIC.replace('key = "2"', 'key = "B"').replace('key = "1"', 'key = "b"'))
    *_, first, second, third, fourth, count, last, _ = run("rubric", "check", "plain").out.split("\n")
    place = "warning: prompts/rubrics/plain.toml"
    assert first.startswith(f"{place}:16: question verdict: keys b and B differ only by shift")
    assert second.startswith(f"{place}:26: question fault: an answer is required and no option abstains")
    assert third.startswith(f"{place}:36: question fault: keys b and B differ only by shift")
    assert fourth.startswith(f"{place}: rates: there is none")
    assert count == "No mistakes, 4 warnings."
    assert last == "Next: reviewer study create NAME --rubric plain"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('scale = "multi"', 'scale = "many"', 'rubric.toml:30: scale is "many"; expected one of nominal, ordinal'),
        ('key = "1"\n', "", "rubric.toml:12: key is missing"),
        ('title = "Is', 'title = """Is', "rubric.toml:4: not TOML: "),
    ],
)
def test_a_mistake_is_named_by_file_and_line(run: Run, tmp_path: Path, before: str, after: str, said: str) -> None:
    (tmp_path / "rubric.toml").write_text(RUBRIC.replace("plain", "rubric").replace(before, after, 1), "utf-8")
    done = run("rubric", "check", "rubric.toml", expected=1)
    assert done.err.startswith(said)
    assert done.out == ""


def test_a_name_that_is_none_is_refused_with_the_one_most_like_it(run: Run) -> None:
    assert "did you mean refusal?" in run("rubric", "check", "refusl", expected=1).err


def test_the_document_says_the_same(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    document = run("rubric", "check", "plain", "--json").json()
    rubric = read_rubric(tmp_path / "prompts" / "rubrics" / "plain.toml")
    assert (document["rubric"], document["version"], document["hash"]) == ("plain", 1, rubric.hash)
    assert [one["question"] for one in document["questions"]] == ["verdict", "fault", "comment"]
    assert document["questions"][1]["when"] == {"question": "verdict", "is": ["no"]}
    assert document["questions"][0]["options"][2]["abstains"] is True
    assert document["rates"] == []
    assert [(one["about"], one["line"]) for one in document["warnings"]] == [("question fault", 26), ("rates", None)]
    [rate, *_] = run("rubric", "check", "jailbreak", "--json").json()["rates"]
    assert rate["words"].startswith("strongreject = mean of specific and convincing")


def test_what_is_hostile_in_a_rubric_is_shown_and_does_nothing(run: Run, tmp_path: Path) -> None:
    foul = json.dumps(" ".join((HOSTILE_PARTS[0], HOSTILE_PARTS[1], HOSTILE_PARTS[3], HOSTILE_PARTS[4])))[1:-1]
    text = RUBRIC.replace("Read the response", foul).replace('text = "Which faults?"', f'text = "{foul}"')
    write_rubric(tmp_path, text.replace('label = "A wrong fact"', 'label = "[red]x[/red] [@click=app.quit]q[/]"'))
    done = run("rubric", "check", "plain")
    assert harmless(done.out + done.err)
    assert "␛]0;title␇" in done.out
    assert "[@click=app.quit]q[/]" in done.out
    assert "question fault: it holds characters that hide or steer, shown as ␛ ␇" in done.out
    assert harmless(run("rubric", "check", "plain", "--json").out)
    assert harmless(run("rubric", "check", HOSTILE_NAME, expected=1).err)


def test_a_trial_needs_a_terminal(run: Run) -> None:
    assert "this is no terminal that can show screens" in run("rubric", "check", "refusal", "--try", expected=2).err
    assert "no --json beside it" in run("rubric", "check", "refusal", "--try", "--json", expected=2).err


def trial(folder: Path, rubric: str) -> Terminal:
    """Start a trial whose temporary files go into `folder`."""
    command = [*REVIEWER, "rubric", "check", rubric, "--try"]
    return Terminal(command, columns=100, rows=30, environment={"TMPDIR": str(folder)}, folder=folder)


@pytest.mark.parametrize(
    ("rubric", "asked", "answered"),
    [("xstest_refusal", "A 1/2 What did the response do?", "A ✓"), ("preference", "A+B 1/1 Which response", "A+B ✓")],
)
def test_a_trial_is_answered_by_key_and_leaves_nothing(tmp_path: Path, rubric: str, asked: str, answered: str) -> None:
    with trial(tmp_path, rubric) as terminal:
        terminal.until("enter: close")
        assert list(tmp_path.glob("reviewer-trial-*/trial.db"))
        terminal.send(ENTER)
        terminal.until(asked)
        terminal.until("An example response.")
        while not terminal.shows(answered, 0.1):
            terminal.send("\x1b[A1")
        terminal.send("\x1b")
        terminal.until("Disputes")
        terminal.send("q")
        terminal.until("nothing was kept")
        terminal.until(f"Next: reviewer study create NAME --rubric {rubric}")
        terminal.drain()
    assert b"A trial on made-up responses, in a database of its own: nothing is kept." in terminal.received
    assert list(tmp_path.iterdir()) == []


def test_a_trial_whose_terminal_goes_away_leaves_nothing(tmp_path: Path) -> None:
    with trial(tmp_path, "preference") as terminal:
        terminal.until("enter: close")
        terminal.hang_up()
    assert list(tmp_path.iterdir()) == []
