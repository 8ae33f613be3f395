"""Opens the terminal application: hands it the way to the database and tells it of other terminals."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from reviewer.cli.options import clock, existing_database, login_name, next_command, rater_name, tell_of_backup
from reviewer.cli.terminal import EndedBySignal
from reviewer.model import Actor
from reviewer.studies.rating import LEASE

if TYPE_CHECKING:
    from reviewer.store.raters import OpenTerminal
    from reviewer.tui.app import Importer
    from reviewer.tui.collect_screen import CollectService
    from reviewer.tui.terminal_app import Result, TerminalApp


def can_show_screens() -> bool:
    """Tell whether there is a terminal on both sides that can do more than print lines.

    On Windows there is none: it lacks the calls that tell a terminal that went away, or another one at work. In WSL
    the system is Linux.
    """
    return (
        os.name == "posix" and sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    )


def run_application(ctx: click.Context, study: str | None, *, adjudicates: bool = False, second: bool = False) -> None:
    """Open the application, on `study` where one is named: to rate it, or to decide its disputes.

    Raises:
        ReviewerError: there is no database, or it cannot be opened.
    """
    open_application(existing_database(ctx), rater_name(ctx), study, adjudicates=adjudicates, second=second)


def open_application(
    path: str, rater: str, study: str | None, *, adjudicates: bool = False, second: bool = False
) -> None:
    """Open the application for `rater` on the database at `path`; see `run_application`."""
    from reviewer.session.terminal_session import TerminalIdentity, TerminalSession
    from reviewer.store.sqlite import open_for_reading, open_for_writing
    from reviewer.tui.app import ReviewerApp

    # Several threads that multiply small matrices wait for each other more than they compute.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    actor = Actor(rater, login_name())
    identity = TerminalIdentity(uuid.uuid4().hex, socket.gethostname(), os.getpid())

    def open_session() -> TerminalSession:
        return TerminalSession(lambda: open_for_reading(path), lambda: open_for_writing(path), actor, identity, clock)

    # What is wrong with the file is said on the command line, before a screen is opened.
    tell_of_backup(open_for_reading(path)).close()
    app = ReviewerApp(
        open_session,
        rater,
        lambda entered: at_work(entered.others),
        lambda: _importer(path, actor),
        lambda: _collecting(path),
        study,
        next_command(),
    )
    app.adjudicates, app.second = adjudicates, second
    threading.Thread(target=_end_with_the_terminal, name="terminal", daemon=True).start()
    run_to_its_end(app)


def run_to_its_end(app: TerminalApp[Result]) -> Result | None:
    """Run an application and return its result, or raise what it failed with.

    Raises:
        EndedBySignal: a signal asked it to end.
    """
    result = app.run()
    if app.ended_by is not None:
        raise EndedBySignal(app.ended_by)
    if app.failure is not None:
        raise app.failure
    return result


def _end_with_the_terminal() -> None:
    """End the process when its terminal goes away.

    A shell that dies sends a hang-up; a terminal that it did not hand on is only gone, and Textual would wait for ever
    to paint on it. What was answered is on disk as a draft.
    """
    if hangs_up(sys.stdin.fileno()):
        os.kill(os.getpid(), signal.SIGHUP)
        # An application that still waits to paint does not end by the first.
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGHUP)


def hangs_up(terminal: int) -> bool:
    """Wait until the terminal behind a descriptor goes away; False, at once, where the system cannot wait for that.

    The poll of macOS knows no terminals and answers that the descriptor is not valid.
    """
    gone = select.poll()
    gone.register(terminal, 0)  # no event is asked for: a hang-up is always told
    if any(event & select.POLLNVAL for _, event in gone.poll(0)):
        return False
    gone.poll()
    return True


# What few need is loaded when it is asked for: a quarter of what there is to load before the first item.
def _importer(path: str, actor: Actor) -> Importer:
    from reviewer.cli.import_from_home import HomeImport

    return HomeImport(path, actor)


def _collecting(path: str) -> CollectService:
    from reviewer.cli.collect_from_home import HomeCollect

    return HomeCollect(path)


def at_work(others: Iterable[OpenTerminal]) -> list[str]:
    """Say of each of the rater's other terminals that is at work where it is."""
    return [
        f"{other.rater} is also at work in another terminal (process {other.process} on {other.host}, seen"
        f" {other.seen_at[:19]} UTC): both show the same item, and only the first submit of it counts"
        for other in others
        if _is_alive(other)
    ]


def _is_alive(session: OpenTerminal) -> bool:
    """Tell a terminal that is still at work from one that was killed."""
    if abs(clock() - datetime.fromisoformat(session.seen_at)) > LEASE:
        return False
    if session.host != socket.gethostname():
        return True
    try:
        os.kill(session.process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
