"""`reviewer labels`: the labels of a study as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

import click

from reviewer.cli.completed_names import rater_names
from reviewer.cli.options import actor, completed, database_option, json_option, now, reading, study_argument, writing
from reviewer.cli.terminal import say_json_rows, say_line
from reviewer.definitions.rubric import Rubric
from reviewer.model import Label, LabelState
from reviewer.store import labels, studies
from reviewer.store.studies import Study
from reviewer.studies.blind_values import seen_value
from reviewer.studies.unblinding import record_unblinding
from reviewer.study_design.blind_names import BlindNames

COLUMNS = tuple(field.name for field in fields(Label) if field.name != "sequence")
# A hash is over a row with its responses' ids: whoever knows all else of the row finds them by it.
HASHES = frozenset({"previous_hash", "hash"})


@click.command("labels")
@study_argument
@click.option("--rater", metavar="NAME", help="Only the labels of this rater.", shell_complete=completed(rater_names))
@click.option(
    "--unblind", is_flag=True, help="Show stored ids and hashes, which tell configurations. This is recorded."
)
@json_option
@database_option
@click.pass_context
def labels_command(ctx: click.Context, study: str, rater: str | None, *, unblind: bool, as_json: bool) -> None:
    """List the labels of STUDY as stored, in order, those that were superseded and retracted among them.

    Responses and items go by names of this study's own, from which nobody learns a configuration.
    """
    with reading(ctx) as engine:
        loaded = studies.load(engine, study)
    if unblind:
        with writing(ctx) as engine:
            record_unblinding(engine, loaded, actor(ctx), now(), "labels", by_name=True)
    with reading(ctx) as engine:
        stored: Iterable[Label] = labels.of_study(engine, study, rater)
        if not unblind:
            stored = _blind(stored, loaded)
        if as_json:
            columns = COLUMNS if unblind else [name for name in COLUMNS if name not in HASHES]
            say_json_rows({"study": study}, "labels", _values(stored, loaded.rubric, columns))
        else:
            say_line(("id", "saved", "state", "question", "value", "response", "other response", "note"))
            for label in stored:
                say_line(_cells(label))


def _blind(stored: Iterable[Label], study: Study) -> Iterator[Label]:
    names = BlindNames(study.secret)
    for label in stored:
        unit = names.unit(label.response, label.other_response, label.item)
        yield replace(
            label,
            response=unit.response,
            other_response=unit.other_response,
            item=unit.item,
            value=None if label.value is None else seen_value(label.value, unit),
            panes=tuple(names.name(pane) or "" for pane in label.panes),
        )


def _values(stored: Iterable[Label], rubric: Rubric, columns: Iterable[str]) -> Iterator[dict[str, object]]:
    questions = {question.id: question for question in rubric.questions}
    for label in stored:
        row: dict[str, object] = {column: getattr(label, column) for column in columns}
        if label.state is LabelState.LABEL and label.value is not None:
            row["value"] = questions[label.question].plain(label.value)
        yield row


def _cells(label: Label) -> tuple[str, ...]:
    state = "surplus" if label.surplus else label.state.value
    return (
        label.id,
        label.saved_at[:19],
        state,
        label.question,
        label.value or "",
        (label.response or label.item or "")[:12],
        (label.other_response or "")[:12],
        label.note or "",
    )
