"""`reviewer verify`: proof that nothing that was stored has been altered since."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import click

from reviewer.cli import signing_key
from reviewer.cli.completed_names import seal_hashes
from reviewer.cli.options import completed, database_option, json_option, reading
from reviewer.cli.terminal import progress, say, say_json
from reviewer.cli.verify_seal import SealCheck, check_seal, say_seal, seal_json
from reviewer.store import chain, findings, responses, seal
from reviewer.store.chain import ChainReport
from reviewer.store.engine import Engine
from reviewer.store.findings import ErasedResponse, Finding
from reviewer.store.seal_file import SealFile

SEAL_HASH = re.compile(r"[0-9a-f]{64}")


@click.command("verify")
@click.option(
    "--seal",
    "seal_name",
    metavar="FILE|HASH",
    help="Hold all that is stored against a seal: its file, or its hash.",
    shell_complete=completed(seal_hashes, or_file=True),
)
@click.option("--key", metavar="PUBLIC", help="The seal must be signed by this key, as `reviewer key show` prints it.")
@json_option
@database_option
@click.pass_context
def verify_command(ctx: click.Context, seal_name: str | None, key: str | None, *, as_json: bool) -> int:
    """Check what is stored against its hashes, its chains and its log, and against a seal; status 1 if any differs.

    Without --seal it finds every label, prompt, response, suite, rubric and grader that no longer fits its hash, and
    every study whose state its log does not explain. Only a seal tells what was left out or made anew with all that
    hangs on it.
    """
    _check_usage(seal_name, key)
    file = SealFile(Path(seal_name)) if seal_name is not None and not SEAL_HASH.fullmatch(seal_name) else None
    with reading(ctx) as engine, engine.snapshot():
        found = _check(engine, seal_name, file, key)
    if as_json:
        say_json(_json(found))
    else:
        _tell(found)
    return 0 if found.holds else 1


def _check_usage(seal_name: str | None, key: str | None) -> None:
    if key is None:
        return
    if seal_name is None:
        raise click.UsageError("--key: says who must have signed a seal; expected --seal FILE or --seal HASH beside it")
    try:
        signing_key.fingerprint(key)
    except ValueError:
        raise click.BadParameter(
            "no public key; expected one as `reviewer key show` prints it", param_hint="--key"
        ) from None
    signing_key.require()


@dataclass(frozen=True, slots=True)
class _Verified:
    """All that was found."""

    chains: list[ChainReport]
    findings: list[Finding]
    faults: list[str]
    erased: list[ErasedResponse]
    counts: dict[str, int]
    seal: SealCheck | None

    @property
    def broken(self) -> list[ChainReport]:
        return [report for report in self.chains if report.broken]

    @property
    def holds(self) -> bool:
        return not self.broken and not self.findings and not self.faults and (self.seal is None or self.seal.holds)


def _check(engine: Engine, seal_name: str | None, file: SealFile | None, key: str | None) -> _Verified:
    counts = responses.counts(engine)
    rows = chain.rows(engine)
    plain = rows + counts["prompt"] + counts["response"]
    with progress("verifying", plain if seal_name is None else plain + seal.rows_to_seal(engine)) as reach:
        chains = []
        for report in chain.verify(engine):
            chains.append(report)
            reach(sum(one.rows for one in chains))
        found = list(findings.findings(engine))
        reach(plain)
        against = None
        if seal_name is not None:
            against = check_seal(engine, seal_name, file, key, lambda read: reach(plain + read))
    # Labels are read by their index, which may hold what their table does not any more.
    faults = engine.faults()
    return _Verified(chains, found, faults, findings.erased_responses(engine), counts, against)


def _json(found: _Verified) -> dict[str, object]:
    return {
        "chains": [
            {
                "rater": one.rater,
                "rows": one.rows,
                "broken": one.broken,
                "problem": one.problem,
                "unknown": one.unknown,
            }
            for one in found.chains
        ],
        "faults": found.faults,
        "altered": [{"table": one.table, "id": one.id, "problem": one.problem} for one in found.findings],
        "erased": [
            {"response": one.response, "who": one.who, "at": one.at, "reason": one.reason} for one in found.erased
        ],
        "prompts": found.counts["prompt"],
        "responses": found.counts["response"],
        "seal": None if found.seal is None else seal_json(found.seal),
    }


def _tell(found: _Verified) -> None:
    for report in found.broken:
        word = "UNCHECKED" if report.unknown else "BROKEN"
        say(f"{word} {report.broken}: {report.problem} (the {report.rows:,} rows before it hold)")
    for one in found.findings:
        say(f"ALTERED {one.table} {one.id}: {one.problem}")
    for fault in found.faults:
        say(f"DAMAGED {fault}")
    for gone in found.erased:
        say(f"erased: {gone.response} by {gone.who}: {gone.reason}")
    rows = sum(report.rows for report in found.chains)
    say(
        f"{len(found.chains) - len(found.broken):,} of {len(found.chains):,} chains hold, {rows:,} rows;"
        f" {found.counts['prompt']:,} prompts and {found.counts['response']:,} responses checked,"
        f" {len(found.findings):,} altered"
    )
    if found.seal is not None:
        say_seal(found.seal)
