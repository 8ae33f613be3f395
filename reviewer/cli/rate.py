"""`reviewer rate`: opens a study for one rater and keeps the lease while the rater is at work."""

from __future__ import annotations

import os
import socket
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from reviewer.cli.options import clock, database_option, database_path, rater_name, rater_option
from reviewer.cli.plain import PlainRating, Work
from reviewer.cli.terminal import complain
from reviewer.store.raters import Session
from reviewer.store.sqlite import open_for_writing
from reviewer.store.thread import OwnerThread
from reviewer.study import LEASE, RENEW_EVERY, Study


@click.command("rate")
@click.argument("study")
@click.option("--plain", is_flag=True, help="Line by line: for screen readers, pipes and scripts.")
@rater_option
@database_option
@click.pass_context
def rate_command(ctx: click.Context, study: str, *, plain: bool) -> None:
    """Rate the items of STUDY, blind. Every answer is kept as a draft at once; a submitted item is on disk."""
    if not plain:
        raise click.UsageError(f"rating is line by line in this version: reviewer rate {study} --plain")
    rater, path = rater_name(ctx), database_path(ctx)
    session = uuid.uuid4().hex
    engine_and_study = _Opened(path, study, rater)
    thread = OwnerThread(engine_and_study.open)
    try:
        others = thread.call(lambda opened: opened.enter(session, socket.gethostname(), os.getpid())).result()
        _tell_of_others(others, rater)
        with _renewing(thread, session) as work:
            PlainRating(work, sys.stdin, rater=rater, name=study).run()
        thread.call(lambda opened: opened.leave(session)).result()
    finally:
        thread.close(lambda _: engine_and_study.close())


class _Opened:
    """A study with the engine beneath it, both made on the store's thread."""

    def __init__(self, path: str, study: str, rater: str) -> None:
        self._path = path
        self._study = study
        self._rater = rater

    def open(self) -> Study:
        self._engine = open_for_writing(self._path)
        try:
            return Study(self._engine, self._study, self._rater, clock)
        except BaseException:
            self._engine.close()
            raise

    def close(self) -> None:
        self._engine.close()


def _tell_of_others(others: list[Session], rater: str) -> None:
    for other in others:
        if _is_alive(other):
            complain(
                f"{rater} is also at work in another terminal (process {other.process} on {other.host},"
                f" seen {other.seen_at[:19]} UTC): both show the same item, and only the first submit of it counts"
            )


def _is_alive(session: Session) -> bool:
    """Tell a terminal that is still at work from one that was killed."""
    if clock() - datetime.fromisoformat(session.seen_at) > LEASE:
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


@contextmanager
def _renewing(thread: OwnerThread[Study], session: str) -> Iterator[Work]:
    """Hand out the way to the study, and keep the lease of the item in hand while the rater reads."""
    work = Work(thread)
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(RENEW_EVERY.total_seconds()):
            thread.call(lambda study: study.renew(session, work.item))

    renewer = threading.Thread(target=renew, name="lease", daemon=True)
    renewer.start()
    try:
        yield work
    finally:
        ended.set()
        renewer.join()
