"""`reviewer validate --since` and `grade --again`: the same anchors judged twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import Run, write_rubric


def import_times(run: Run, folder: Path, moved: int, anchors: int = 40, **more: str) -> None:
    """Import gold and two times of one grader; the second time it says another thing of `moved` anchors."""
    write_rubric(folder)
    rows = []
    for number in range(anchors):
        row = {"prompt": f"p{number}", "response": f"r{number}", "model": "m", "gold": "yes"}
        given = {"judge": "yes", "judge#2": "no" if number < moved else "yes"} | more
        rows += [row | {"rater": name, "verdict": verdict} for name, verdict in given.items()]
    (folder / "times.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("import", "times.jsonl", "--study", "s", "--rubric", "plain", "--map", "rater=rater",
        "--map", "label:verdict=verdict", "--map", "gold:verdict=gold",
        "--rater-kind", "judge=model", "--rater-kind", "judge#2=model")  # fmt: skip


@pytest.mark.parametrize(
    ("moved", "status", "said"),
    [(0, 0, "judge is the same since 2"), (4, 2, "cannot be told"), (10, 1, "judge drifted since 2")],
)
def test_the_exit_status_says_what_was_found(run: Run, tmp_path: Path, moved: int, status: int, said: str) -> None:
    import_times(run, tmp_path, moved)
    done = run("validate", "s", "--grader", "judge", "--since", "2", expected=status)
    assert said in done.out
    assert "40 anchors of 40 prompts judged both times" in done.out
    assert ("more prompts with gold, judged both times" in done.out) is (status == 2)


def test_the_document_has_the_scores_of_each_option(run: Run, tmp_path: Path) -> None:
    import_times(run, tmp_path, 10)
    found = run("validate", "s", "--grader", "judge", "--since", "2", "--json", expected=1).json()
    [question] = found["questions"]
    assert (found["status"], question["anchors"], question["flips"]) == ("drifted", 40, 10)
    assert question["scores"]["no"]["shift"]["value"] == 0.25
    assert set(question["scores"]) == {"yes", "no", "cannot_tell", "no label", "right"}


def test_a_date_tells_the_times_apart(run: Run, tmp_path: Path) -> None:
    import_times(run, tmp_path, 10)
    found = run("validate", "s", "--grader", "judge", "--since", "2001-01-01", "--json", expected=2).json()
    assert (found["status"], found["since"]) == ("cannot tell", "2001-01-01T00:00:00.000000+00:00")
    assert [one["anchors"] for one in found["questions"]] == [0]


@pytest.mark.parametrize("since", ["1", "0", "yesterday", "-3"])
def test_what_is_no_time_is_refused(run: Run, tmp_path: Path, since: str) -> None:
    import_times(run, tmp_path, 0)
    assert "expected a date" in run("validate", "s", "--grader", "judge", f"--since={since}", expected=1).err


def test_a_grader_that_said_nothing_is_named_beside_those_that_did(run: Run, tmp_path: Path) -> None:
    import_times(run, tmp_path, 0)
    assert "there are: judge" in run("validate", "s", "--grader", "nobody", "--since", "2", expected=1).err
