from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reviewer.cli.main import main
from reviewer.model import utc
from reviewer.store import studies
from reviewer.store.sqlite import open_for_writing
from tests.support.commands import PREFERENCE, Run, write_rubric, write_table


@pytest.fixture
def study(run: Run, tmp_path: Path) -> str:
    """A study of three items of two responses, `right`."""
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "right", "--rubric", "plain", "--panes", "2", "--overlap", "2")
    return "right"


def answers(run: Run, study: str) -> list[tuple[str, object]]:
    rows = run("labels", study, "--json").json()["labels"]
    return [(row["question"], row["value"]) for row in rows]


def test_keys_values_and_labels_all_answer(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1\n\nno\nform\n\n\n" + "It is right\n\nCANNOT TELL\n\n\n")
    assert answers(run, study) == [
        ("verdict", "yes"),
        ("verdict", "no"),
        ("fault", ["form"]),
        ("verdict", "yes"),
        ("verdict", "cannot_tell"),
    ]


def test_several_choices_are_given_on_one_line(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="2\n2 1\n\n1\n\n\n")
    assert ("fault", ["fact", "form"]) in answers(run, study)


def test_a_command_word_alone_is_no_free_text(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1\nskip\n")
    assert "comment" not in dict(answers(run, study))


def test_free_text_is_taken_as_it_is_and_a_slash_makes_a_command(run: Run, study: str) -> None:
    done = run("rate", study, "--plain", stdin="1\nskip the formalities\n1\n/help\n\n\n")
    assert ("comment", "skip the formalities") in answers(run, study)
    assert "take back the last answer" in done.out


def test_what_is_shown_is_what_is_stored(run: Run, study: str) -> None:
    shown = run("rate", study, "--plain", stdin="1\n\n2\n1\n\n\n").out
    first, second, *_ = run("labels", study, "--json").json()["labels"]
    assert first["panes"] == second["panes"]
    assert [first["response"], second["response"]] == first["panes"]
    assert first["shown_at"] <= first["decided_at"] <= first["saved_at"]
    assert shown.index("RESPONSE A") < shown.index("RESPONSE B")


def test_saved_is_said_only_after_a_submit(run: Run, study: str) -> None:
    assert "Saved" not in run("rate", study, "--plain", stdin="1\n\n1\n\n").out
    assert "Saved: item 1, 2 labels." in run("rate", study, "--plain", stdin="\n\n").out


def test_the_end_of_input_keeps_drafts_and_says_how_to_go_on(run: Run, study: str) -> None:
    ended = run("rate", study, "--plain", "--rater", "r2", stdin="1\nright indeed\n").out
    assert "Next: reviewer --rater r2 rate right --plain" in ended
    resumed = run("--rater", "r2", "rate", study, "--plain").out
    assert "answered: A: right indeed" in resumed
    assert answers(run, study) == []


def test_a_last_line_without_a_newline_still_counts(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1")
    assert "answered: A: It is right" in run("rate", study, "--plain").out


def test_undo_takes_back_an_answer_and_then_a_submitted_item(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1\n\n1\n\n\n")
    undone = run("rate", study, "--plain", stdin="undo\nundo\n").out
    assert "the last submitted item is a draft again" in undone
    states = [row["state"] for row in run("labels", study, "--json").json()["labels"]]
    assert states == ["label", "label", "retracted", "retracted"]
    run("rate", study, "--plain", stdin="\n\n")
    rows = run("labels", study, "--json").json()["labels"]
    assert [row["supersedes"] for row in rows] == [None, None, *(row["id"] for row in rows[:4])]


def test_undo_with_nothing_to_undo_says_so(run: Run, study: str) -> None:
    assert "There is nothing to undo." in run("rate", study, "--plain", stdin="undo\n").out


def test_clear_takes_an_answer_away(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1\n/back\nclear\n")
    assert "answered" not in run("rate", study, "--plain").out


def test_a_skipped_item_comes_back_last(run: Run, study: str) -> None:
    rate = "1\n\n1\n\n\n"
    done = run("rate", study, "--plain", stdin="skip\n" + 3 * rate).out
    prompts = [line for line in done.splitlines() if line.startswith("    What is")]
    assert prompts[0] == prompts[3]
    assert len(set(prompts)) == 3
    assert "Nothing is left for you" in done


def test_a_flag_needs_a_reason(run: Run, study: str) -> None:
    done = run("rate", study, "--plain", typed="flag\nflag @B the prompt is cut\n")
    assert "Not done: a flag needs a reason" in done.out
    assert "Flagged." in done.out


def test_notes_and_confidence_travel_with_the_labels_of_their_response(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="note a doubt\nconfidence 2\n1\n\n/note @B sure of this\n1\n\n\n")
    rows = run("labels", study, "--json").json()["labels"]
    assert [(row["note"], row["confidence"]) for row in rows] == [("a doubt", 2), ("sure of this", None)]


@pytest.mark.parametrize("line", ["confidence 4", "confidence", "confidence @C 1", "note @Z x", "nonsense"])
def test_a_wrong_command_is_answered_and_changes_nothing(run: Run, study: str, line: str) -> None:
    done = run("rate", study, "--plain", typed=f"{line}\n")
    assert "Not done:" in done.out or "Neither an answer nor a command" in done.out


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("1\n\nyes it is\n1\n\n\n", "standard input:3: yes it is: Neither an answer nor a command"),
        ("\n1\n", "standard input:1: (an empty line): This question needs an answer"),
        ("1\n\nconfidence 9\n1\n\n\n", "standard input:3: confidence 9: Not done: confidence is 1"),
        ("1\nx\n1\n\n1\n", "standard input:5: 1: Neither an answer nor a command"),
    ],
)
def test_a_script_ends_at_a_line_that_is_not_understood(run: Run, study: str, lines: str, problem: str) -> None:
    ended = run("rate", study, "--plain", stdin=lines, expected=1)
    assert problem in ended.err
    assert len(run("labels", study, "--json").json()["labels"]) == 0


def test_reasoning_is_shown_only_after_the_answer(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    table = tmp_path / "reasoned.csv"
    table.write_text("prompt,response,reasoning,model\np,answer,hidden thoughts,m\n")
    run("import", table)
    run("study", "create", "s", "--rubric", "plain", "--panes", "1")
    before, _, after = run("rate", "s", "--plain", typed="reasoning\n1\n/reasoning\n").out.partition("Anything else?")
    assert "the reasoning of A is shown once A is answered" in before
    assert "hidden thoughts" not in before
    assert "hidden thoughts" in after


def test_a_submit_with_an_open_question_is_refused(run: Run, study: str) -> None:
    assert "not answered yet: A: Is it right?" in run("rate", study, "--plain", typed="submit\n").out


def test_the_guideline_is_read_out_once_before_the_first_item(run: Run, study: str) -> None:
    assert "GUIDELINE" in run("rate", study, "--plain").out
    assert "GUIDELINE" not in run("rate", study, "--plain").out
    assert "say whether it is right" in run("rate", study, "--plain", stdin="guideline\n").out


@pytest.mark.parametrize("key", ["1", "2"])
def test_a_preference_means_the_response_on_that_side(run: Run, tmp_path: Path, key: str) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    run("import", write_table(tmp_path, prompts=8))
    run("study", "create", "pairs", "--rubric", "better")
    run("rate", "pairs", "--plain", stdin=f"{key}\n\n" * 8)
    rows = run("labels", "pairs", "--json").json()["labels"]
    assert len(rows) == 8
    for row in rows:
        assert row["response"] < row["other_response"]
        preferred = row["response"] if row["value"] == "first" else row["other_response"]
        assert preferred == row["panes"][int(key) - 1]
    assert {row["value"] for row in rows} == {"first", "second"}


def test_a_draft_of_a_preference_is_read_back_as_it_was_given(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path, PREFERENCE, "better")
    run("import", write_table(tmp_path, prompts=8))
    run("study", "create", "pairs", "--rubric", "better")
    for _ in range(8):
        run("rate", "pairs", "--plain", stdin="1\n")
        assert "answered: A and B: The first" in run("rate", "pairs", "--plain", stdin="\n").out


def test_a_closed_study_refuses_raters(run: Run, study: str) -> None:
    run("rate", study, "--plain", stdin="1\n\n")
    run("study", "close", study)
    assert "study right is closed" in run("rate", study, "--plain", stdin="\n", expected=1).err


class ClosesTheStudy(io.StringIO):
    """Input of a rater in whose midst the lead closes the study."""

    def __init__(self, lines: str, close: Callable[[], None]) -> None:
        super().__init__(lines)
        self._close = close

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed: as of bytes
        line = super().readline(-1 if size is None else size)
        if line == "submit\n":
            self._close()
        return line


def test_a_set_that_comes_too_late_is_kept_as_surplus_and_the_rater_is_told(
    run: Run, study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def close() -> None:
        engine = open_for_writing(str(tmp_path / "reviews.db"))
        with engine.writing():
            studies.close(engine, studies.load(engine, study).number, utc(datetime.now(UTC)))
        engine.close()

    monkeypatch.setattr("sys.stdin", ClosesTheStudy("1\n\n1\n\nsubmit\n", close))
    monkeypatch.setattr("sys.argv", ["reviewer", "rate", study, "--plain"])
    with pytest.raises(SystemExit):
        main()
    assert "kept apart as surplus" in capsys.readouterr().out
    assert [row["surplus"] for row in run("labels", study, "--json").json()["labels"]] == [True, True]
    assert run("study", "show", study, "--json").json()["questions"][0]["labels"] == 0


def test_an_item_in_other_hands_is_waited_for(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path, prompts=1, models=("alpha",)))
    run("study", "create", "one", "--rubric", "plain", "--overlap", "1", "--panes", "1")
    run("rate", "one", "--plain", stdin="1\n")
    assert "in the hands of other raters" in run("rate", "one", "--plain", "--rater", "r2").out


def test_a_quota_ends_the_work_and_others_are_refused(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "few", "--rubric", "plain", "--assign", "r1:1")
    done = run("rate", "few", "--plain", stdin="1\n\n1\n\n\n")
    assert "as many items as were assigned" in done.out
    assert "assigned to other raters" in run("rate", "few", "--plain", "--rater", "r2", expected=1).err


def test_nothing_a_rater_reads_names_a_configuration(run: Run, tmp_path: Path) -> None:
    write_rubric(tmp_path)
    path = write_table(tmp_path, models=("modelalpha", "modelbeta"))
    run("import", path, "--set", "provider=providergamma", "--set", "lab=labdelta")
    run("study", "create", "right", "--rubric", "plain")
    lines = "help\nguideline\nagain\n/reasoning\n1\n\n2\n1\n\n\nundo\nflag odd\nrecognised\n/skip\nzzz\n"
    outputs = [
        run("rate", "right", "--plain", typed=lines),
        run("labels", "right", "--json"),
        run("labels", "right"),
        run("study", "show", "right"),
        run("study", "show", "right", "--json"),
        run("study", "list", "--json"),
        run("verify", "--json"),
        run(),
    ]
    for done in outputs:
        for name in ("modelalpha", "modelbeta", "providergamma", "labdelta"):
            assert name not in done.out + done.err


def test_rating_without_plain_says_what_to_type(run: Run, study: str) -> None:
    assert "reviewer rate right --plain" in run("rate", study, expected=2).err


def test_who_has_rated_everything_is_told_what_comes_next(run: Run, study: str) -> None:
    done = run("rate", study, "--plain", stdin="1\n\n1\n\n\n" * 3)
    assert "Next: reviewer agreement right" in done.out
