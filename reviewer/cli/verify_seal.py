"""What `reviewer verify --seal` finds: a database held against a seal of an earlier state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer.cli import signing_key
from reviewer.cli.terminal import counted, say, table
from reviewer.errors import ReviewerError
from reviewer.store import seal
from reviewer.store.engine import Engine
from reviewer.store.seal import Seal, TableReport
from reviewer.store.seal_file import SealFile

NAMED = 20  # rows of each kind that are named; --json names all


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """Whose signature a seal bears: the public key, whether it is the user's own, and whether the signature holds.

    `holds` is None where it could not be checked, since cryptography is not installed.
    """

    key: str
    own: bool
    holds: bool | None


@dataclass(frozen=True, slots=True)
class SealCheck:
    """How a database stands to a seal. `seal` is None where only its hash was given and the log has no such seal.

    `problems` are what is wrong apart from the tables, in words.
    """

    hash: str
    seal: Seal | None
    signature: SignatureCheck | None
    problems: tuple[str, ...]
    tables: tuple[TableReport, ...]

    @property
    def holds(self) -> bool:
        """Whether all that was sealed is there as it was."""
        return not self.problems and all(report.holds for report in self.tables)


def check_seal(
    engine: Engine, name: str, file: SealFile | None, key: str | None, reach: Callable[[int], None]
) -> SealCheck:
    """Hold the database against the seal in `file`, or without one against that whose hash is `name`.

    With `key` it must be signed by that. `reach` takes how many sealed rows were read. Call inside `engine.snapshot()`.
    """
    kept = seal.noted(engine, name if file is None else file.seal.hash)
    if file is None:
        against, missing = kept, "no such seal in the log"
    else:
        against, missing = file.seal, "the log no longer has the act that noted this seal"
    if against is None:
        return SealCheck(name, None, None, (missing,), ())
    signature = _signature(against)
    problems = [*([missing] if kept is None else []), *_signature_problems(signature, key)]
    tables = seal.compare(engine, against, None if file is None else file.leaves, reach)
    return SealCheck(against.hash, against, signature, tuple(problems), tuple(tables))


def _signature(against: Seal) -> SignatureCheck | None:
    given = against.signature
    if given is None:
        return None
    try:
        signing_key.require()
    except ReviewerError:
        return SignatureCheck(given.key, own=False, holds=None)
    own = signing_key.key_path().exists() and signing_key.public_key() == given.key
    return SignatureCheck(given.key, own, signing_key.is_signed(given, against.hash))


def _signature_problems(signature: SignatureCheck | None, key: str | None) -> Iterator[str]:
    if signature is None:
        if key is not None:
            yield "it is not signed"
    elif signature.holds is False:
        yield "its signature does not hold"
    elif key is not None and signature.key != key:
        yield f"it is signed by another key, fingerprint {signing_key.fingerprint(signature.key)}"


def say_seal(check: SealCheck) -> None:
    """Say how the database stands to the seal: its tables in columns, then the rows that differ."""
    if check.seal is not None:
        actor = check.seal.actor
        say(f"seal {check.hash}, taken at {check.seal.at} by {actor.name} (login {actor.login})")
        say(_signed(check.signature))
        rows = [[one.table, f"{one.rows:,}", _added(one), _state(one)] for one in check.tables]
        table([["table", "sealed", "added since", ""], *rows], right=frozenset({1, 2}))
    for problem in check.problems:
        say(f"DIFFERS seal {check.hash}: {problem}")
    for report in check.tables:
        _say_rows(report)
    say("the seal holds" if check.holds else "the seal does not hold")


def _signed(signature: SignatureCheck | None) -> str:
    if signature is None:
        return "not signed"
    if signature.holds is None:
        return "signed; NOT CHECKED, since cryptography is not installed (the extra sign brings it)"
    if not signature.holds:
        return "signed, and the signature does not hold"
    whose = "your own key" if signature.own else f"the key {signature.key}"
    return f"signed by {whose}, fingerprint {signing_key.fingerprint(signature.key)}"


def _added(report: TableReport) -> str:
    return "?" if report.added is None else f"{report.added:,}"


def _state(report: TableReport) -> str:
    counts = {"changed": report.changed, "missing": report.missing, "put in between": report.inserted}
    said = [f"{len(keys):,} {word}" for word, keys in counts.items() if keys]
    if report.differs:
        said.append("differs")
    if report.uncertain:
        said.append("cannot be told")
    return ", ".join(said) or "holds"


def _say_rows(report: TableReport) -> None:
    for word, keys in (("CHANGED", report.changed), ("MISSING", report.missing), ("PUT IN", report.inserted)):
        for key in keys[:NAMED]:
            say(f"{word} {report.table} {key}")
        if len(keys) > NAMED:
            say(f"{word} {report.table}: {counted(len(keys) - NAMED, 'row')} more; --json names all")
    for group in report.differs:
        say(
            f"DIFFERS {' '.join([report.table, group]).rstrip()}: not what was sealed; the seal's file tells which rows"
        )
    for group in report.uncertain:
        say(
            f"UNCERTAIN {report.table} {group}: the log has an import since, which may have added to it; whether the"
            " sealed rows are unchanged a hash alone cannot tell, the seal's file can"
        )


def seal_json(check: SealCheck) -> dict[str, object]:
    """Return the check as JSON."""
    taken = check.seal
    signed = check.signature
    return {
        "hash": check.hash,
        "at": None if taken is None else taken.at,
        "actor": None if taken is None else taken.actor.name,
        "login": None if taken is None else taken.actor.login,
        "signature": None if signed is None else {"key": signed.key, "own": signed.own, "holds": signed.holds},
        "holds": check.holds,
        "problems": list(check.problems),
        "tables": [
            {
                "table": one.table,
                "rows": one.rows,
                "added": one.added,
                "holds": one.holds,
                "changed": list(one.changed),
                "missing": list(one.missing),
                "inserted": list(one.inserted),
                "differs": list(one.differs),
                "uncertain": list(one.uncertain),
            }
            for one in check.tables
        ],
    }
