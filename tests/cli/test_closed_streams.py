"""Standard streams that the caller closed, or that take nothing: said where it can be, and nothing worse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import Run, write_rubric, write_table
from tests.support.folders import ROOT

COMMANDS = (
    ("study", "list"),
    ("study", "list", "--json"),
    ("rate", "s", "--plain"),
    ("completion", "bash"),
    ("--help",),
    ("--version",),
    (),
    ("nonsense",),
)
# How the streams are, and the status where there is something to print; None where that is as ever.
STREAMS = {
    ">&-": 1,
    ">/dev/full": 1,
    "2>&-": None,
    "2>/dev/full": None,
    "<&-": None,
    "<&- >&- 2>&-": 1,
}


@pytest.mark.parametrize(("streams", "status"), STREAMS.items(), ids=list(STREAMS))
def test_what_cannot_be_printed_is_said_and_keeps_no_log(
    run: Run, tmp_path: Path, streams: str, status: int | None
) -> None:
    write_rubric(tmp_path)
    run("import", write_table(tmp_path))
    run("study", "create", "s", "--rubric", "plain")
    logs = tmp_path / "logs"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(logs), "REVIEWER_RATER": "r1"}
    started = [
        subprocess.Popen(
            ["sh", "-c", f'"$@" {streams}', "sh", sys.executable, "-m", "reviewer", *command],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in COMMANDS
    ]
    for command, process in zip(COMMANDS, started, strict=True):
        _, said = process.communicate()
        usual = 2 if command == ("nonsense",) else 0
        assert process.returncode == (usual if status is None or usual else status), command
        assert "Traceback" not in said, command
        if status and not usual and "2>&-" not in streams:
            assert said.startswith("stdout: cannot be written: "), command
    assert not list(logs.glob("**/*.log"))
