"""`reviewer rubric check --try`: the rating screen on made-up responses, in a database that is gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

from reviewer.cli.application import open_application
from reviewer.cli.options import login_name, now
from reviewer.cli.terminal import complain
from reviewer.definitions.rubric import Rubric
from reviewer.model import Actor
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.rubric_trial import STUDY, create_trial

RATER = "you"
_ENDINGS = (signal.SIGHUP, signal.SIGTERM)


def try_rubric(rubric: Rubric) -> None:
    """Open the rating screen with the questions of `rubric` on made-up responses."""
    complain("A trial on made-up responses, in a database of its own: nothing is kept.")
    with _scratch_folder() as folder:
        path = str(folder / "trial.db")
        with closing(open_for_writing(path)) as engine:
            create_trial(engine, rubric, Actor(RATER, login_name()), now())
        open_application(path, RATER, STUDY)
    complain("The trial is over and its database removed: nothing was kept.")


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """Make a folder that is gone at the end, also where the terminal goes away or the process is asked to end."""
    folder = Path(tempfile.mkdtemp(prefix="reviewer-trial-"))

    def end(number: int, _: FrameType | None) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    before = {number: signal.signal(number, end) for number in _ENDINGS}
    try:
        yield folder
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        shutil.rmtree(folder, ignore_errors=True)
