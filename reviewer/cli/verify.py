"""`reviewer verify`: proof that nothing that was stored has been altered since."""

from __future__ import annotations

from dataclasses import asdict

import click

from reviewer.cli.options import database_option, json_option, reading
from reviewer.cli.terminal import progress, say, say_json
from reviewer.store import chain, responses, rubrics
from reviewer.store.responses import Mismatch


@click.command("verify")
@json_option
@database_option
@click.pass_context
def verify_command(ctx: click.Context, *, as_json: bool) -> int:
    """Check the file, every hash chain, and each prompt, response and rubric; status 1 if anything was altered."""
    with reading(ctx) as engine, progress("verifying", chain.rows(engine)) as reach:
        reports = []
        for report in chain.verify(engine):
            reports.append(report)
            reach(sum(one.rows for one in reports))
        altered = [Mismatch("rubric", stored) for stored in rubrics.altered(engine)]
        altered += responses.mismatches(engine)
        counts = responses.counts(engine)
        # Labels are read by their index, which may hold what their table does not any more.
        faults = engine.faults()
    broken = [report for report in reports if report.broken]
    if as_json:
        say_json(
            {
                "chains": [asdict(one) for one in reports],
                "faults": faults,
                "altered": [{"table": one.table, "id": one.id} for one in altered],
                "prompts": counts["prompt"],
                "responses": counts["response"],
            }
        )
    else:
        for report in broken:
            word = "UNCHECKED" if report.unknown else "BROKEN"
            say(f"{word} {report.broken}: {report.problem} (the {report.rows:,} rows before it hold)")
        for one in altered:
            say(f"ALTERED {one.table} {one.id}: its content does not fit its id")
        for fault in faults:
            say(f"DAMAGED {fault}")
        rows = sum(report.rows for report in reports)
        say(
            f"{len(reports) - len(broken):,} of {len(reports):,} chains hold, {rows:,} rows;"
            f" {counts['prompt']:,} prompts and {counts['response']:,} responses checked, {len(altered):,} altered"
        )
    return 1 if broken or altered or faults else 0
