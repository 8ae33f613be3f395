"""`reviewer rate`: the rating screen, or line by line; there the lease is kept while the rater is at work."""

from __future__ import annotations

import os
import socket
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reviewer.cli.application import at_work, can_show_screens, run_application
from reviewer.cli.options import (
    clock,
    database_option,
    existing_database,
    next_command,
    rater_name,
    rater_option,
    study_argument,
    tell_of_backup,
)
from reviewer.cli.plain_rating import PlainCalls, PlainRating
from reviewer.cli.terminal import complain
from reviewer.session.owner_thread import OwnerThread
from reviewer.store import studies
from reviewer.store.sqlite import open_for_writing
from reviewer.studies.rating import RENEW_EVERY, RatingSession


@click.command("rate")
@study_argument
@click.option("--plain", is_flag=True, help="Line by line: for screen readers, pipes and scripts.")
@rater_option
@database_option
@click.pass_context
def rate_command(ctx: click.Context, study: str, *, plain: bool) -> None:
    """Rate the items of STUDY, blind. Every answer is kept as a draft at once; a submitted item is on disk."""
    if not plain:
        if not can_show_screens():
            raise click.UsageError(
                f"this is no terminal that can show screens; type: {next_command('rate', study, '--plain')}"
            )
        run_application(ctx, study)
        return
    rater, path = rater_name(ctx), existing_database(ctx)
    session = uuid.uuid4().hex
    engine_and_study = _Opened(path, study, rater)
    thread = OwnerThread(engine_and_study.open)
    try:
        others = thread.call(lambda opened: opened.enter(session, socket.gethostname(), os.getpid())).result()
        for words in at_work(others):
            complain(words)
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

    def open(self) -> RatingSession:
        self._engine = tell_of_backup(open_for_writing(self._path))
        try:
            return RatingSession(self._engine, studies.load(self._engine, self._study), self._rater, clock)
        except BaseException:
            self._engine.close()
            raise

    def close(self) -> None:
        self._engine.close()


@contextmanager
def _renewing(thread: OwnerThread[RatingSession], session: str) -> Iterator[PlainCalls]:
    """Hand out the way to the study, and keep the lease of the item in hand while the rater reads."""
    work = PlainCalls(thread)
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
