"""`reviewer gold`: what a study decided, unit by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click

from reviewer.adjudication.gold import GoldUnit, gold
from reviewer.cli.options import (
    actor,
    database_option,
    json_option,
    next_command,
    now,
    reading,
    study_argument,
    writing,
)
from reviewer.cli.terminal import complain, say, say_json_rows, say_line
from reviewer.definitions.rubric import Rubric
from reviewer.formats.export.jsonl import JSONL
from reviewer.formats.export.record import plain
from reviewer.store import studies
from reviewer.store.omissions import omission_sentence, omission_values, omissions
from reviewer.store.studies import Study
from reviewer.studies.unblinding import record_unblinding
from reviewer.study_design.decision_policy import DecisionMethod, Outcome


@click.command("gold")
@study_argument
@json_option
@database_option
@click.pass_context
def gold_command(ctx: click.Context, study: str, *, as_json: bool) -> None:
    """List what STUDY decided and how, undecided units among them.

    For leads: it names configurations. While the study is open this is recorded, as `study show --unblind` is.
    """
    loaded = unblind(ctx, study, "gold")
    counts: Counter[DecisionMethod] = Counter()
    with reading(ctx) as engine:
        found = gold(engine, loaded)
        left_out = omissions(engine, study)
        if as_json:
            head: dict[str, object] = {"study": study, "left_out": omission_values(left_out)}
            say_json_rows(head, "rows", (_row(one, loaded.rubric) for one in found))
            return
        say_line(("response", "configuration", "question", "value", "how", "distribution"))
        for one in found:
            counts[one.unit.outcome.how] += 1
            say_line(_cells(one))
    say("\n" + (", ".join(f"{count:,} {how.value}" for how, count in counts.items()) or "no label yet"))
    if left_out:
        complain(omission_sentence(left_out))
    say(f"Next: {next_command('export', study, '--format', JSONL.name, '-o', study + JSONL.suffix)}")


def unblind(ctx: click.Context, name: str, shown_by: str) -> Study:
    """Load a study whose configurations the command `shown_by` names; of an open one this is recorded.

    Raises:
        NotFound: no such study.
    """
    with reading(ctx) as engine:
        study = studies.load(engine, name)
    if study.open:
        with writing(ctx) as engine:
            record_unblinding(engine, study, actor(ctx), now(), shown_by)
        complain(f"study {name} is open: that you were shown its configurations is recorded")
    return study


def _row(one: GoldUnit, rubric: Rubric) -> dict[str, object]:
    unit, outcome = one.unit, one.unit.outcome
    row: dict[str, object] = {
        "response": unit.response or None,
        "configuration": one.configuration,
        "question": unit.question,
        "value": plain(rubric.question(unit.question), outcome.value),
        "how": outcome.how.value,
        "reason": outcome.reason and outcome.reason.value,
        "ruling": outcome.decision and outcome.decision.ruling.value,
        # By value: the order in which labels were stored is another in every file.
        "distribution": dict(sorted(outcome.distribution.items())),
    }
    if unit.other_response:
        row |= {"other_response": unit.other_response, "other_configuration": one.other_configuration}
    return row | ({"item": unit.item} if unit.item else {})


def _how(outcome: Outcome) -> str:
    """Return how a unit was decided, with why it is undecided or decided to have no label."""
    why = outcome.reason.value if outcome.reason else ""
    if outcome.decision is not None and outcome.decision.value is None:
        why = outcome.decision.ruling.value.replace("_", " ")
    return outcome.how.value + (f" ({why})" if why else "")


def _cells(one: GoldUnit) -> Iterator[str]:
    unit, outcome = one.unit, one.unit.outcome
    yield " ".join(name[:12] for name in (unit.response, unit.other_response, unit.item) if name)
    yield " ".join(name for name in (one.configuration, one.other_configuration) if name)
    yield unit.question
    yield outcome.value or ""
    yield _how(outcome)
    yield ", ".join(f"{value} {count}" for value, count in outcome.distribution.items())
