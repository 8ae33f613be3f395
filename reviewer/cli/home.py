"""What `reviewer` alone does: the application, or in words the studies, their progress, and what to type next."""

from __future__ import annotations

import click

from reviewer.cli.application import can_show_screens, run_application
from reviewer.cli.options import database_path, next_command, rater_name, reading
from reviewer.cli.start import start
from reviewer.cli.terminal import counted, say, table
from reviewer.definitions.regular_file import is_there
from reviewer.store import assignment, responses, studies
from reviewer.store.engine import Engine


def open_home(ctx: click.Context) -> None:
    """Open the application; where there is no terminal for it, say where the work stands, changing nothing."""
    path = database_path(ctx)
    if not is_there(path):
        start(ctx)
        return
    if can_show_screens():
        run_application(ctx, None)
        return
    with reading(ctx) as engine:
        _show(engine, path, rater_name(ctx))


def _show(engine: Engine, path: str, rater: str) -> None:
    stored = responses.counts(engine)
    say(
        f"{path}: {counted(stored['response'], 'response')} of {counted(stored['configuration'], 'configuration')},"
        f" {counted(stored['prompt'], 'prompt')} in {counted(stored['suite'], 'suite')}"
    )
    every = studies.every(engine)
    if not stored["response"]:
        _suggest("bring in responses", next_command("import", "FILE", "--set", "model=NAME"))
        return
    if not every:
        _suggest("make a study", next_command("study", "create", "NAME", "--rubric", "RUBRIC"))
        return
    rows = [["study", "state", "items", f"done by {rater}", "left"]]
    unfinished = None
    for study in every:
        done = assignment.items_done(engine, study.number, rater)
        items = studies.ratable_items(engine, study)
        share = max(studies.share(engine, study, rater) - done, 0) if study.open else 0
        left = min(share, studies.still_free(engine, study, rater))
        full = study.open and studies.is_full(engine, study)
        state = "full" if full else "open" if study.open else "closed"
        rows.append([study.name, state, f"{items:,}", f"{done:,}", f"{left:,}"])
        if left and unfinished is None:
            unfinished = study
    say()
    table(rows, right=frozenset({2, 3, 4}))
    if unfinished is not None:
        _suggest("rate", next_command("rate", unfinished.name, "--plain"))
    else:
        _suggest("see how a study stands", next_command("study", "show", every[-1].name))


def _suggest(what: str, command: str) -> None:
    say(f"\nNext, {what}:\n    {command}\n\nAll commands: reviewer --help")
