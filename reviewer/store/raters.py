"""Raters: who they are, and in which terminals they are at work."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.errors import Refused
from reviewer.model import Rater, RaterKind, repeat_of
from reviewer.store.engine import Engine


def ensure(engine: Engine, rater: Rater, now: str) -> None:
    """Make `rater` where the name is new; call inside `engine.writing()`.

    Raises:
        Refused: the name belongs to a rater of another kind.
    """
    found = engine.rows("select kind from rater where name = :name", {"name": rater.name})
    if not found:
        engine.run(
            "insert into rater (name, kind, created_at, number)"
            " values (:name, :kind, :now, (select coalesce(max(number), 0) + 1 from rater))",
            {"name": rater.name, "kind": rater.kind.value, "now": now},
        )
    elif found[0][0] != rater.kind.value:
        raise Refused(f"rater {rater.name} is of kind {found[0][0]}, not {rater.kind.value}; choose another name")


def kinds(engine: Engine) -> dict[str, RaterKind]:
    """Return every rater's kind by name."""
    return {name: RaterKind(kind) for name, kind in engine.rows("select name, kind from rater order by name")}


def repeats(engine: Engine) -> frozenset[str]:
    """Return the names under which raters' repeated labels are stored: see `model.repeat_of`."""
    names = {name for (name,) in engine.rows("select name from rater")}
    return frozenset(name for name in names if repeat_of(name, names) is not None)


def no_repeat(engine: Engine) -> tuple[str, dict[str, str]]:
    """Return the condition that a label is no repeat, and its parameters."""
    again = {f"again{place}": name for place, name in enumerate(sorted(repeats(engine)))}
    return (f"label.rater not in ({', '.join(f':{name}' for name in again)})" if again else "1 = 1"), again


@dataclass(frozen=True, slots=True)
class OpenTerminal:
    """One terminal in which a rater is at work on a study. `process` is its process id on `host`."""

    token: str
    study: int
    rater: str
    host: str
    process: int
    seen_at: str


def open_session(engine: Engine, session: OpenTerminal) -> list[OpenTerminal]:
    """Store `session` and return the same rater's others on this study; call inside `engine.writing()`."""
    others = engine.rows(
        "select token, study, rater, host, process, seen_at from session"
        " where study = :study and rater = :rater and token <> :token order by seen_at",
        {"study": session.study, "rater": session.rater, "token": session.token},
    )
    engine.run(
        "insert into session (token, study, rater, host, process, seen_at)"
        " values (:token, :study, :rater, :host, :process, :seen_at)",
        {
            "token": session.token,
            "study": session.study,
            "rater": session.rater,
            "host": session.host,
            "process": session.process,
            "seen_at": session.seen_at,
        },
    )
    return [OpenTerminal(*row) for row in others]


def see_session(engine: Engine, token: str, now: str) -> None:
    """Note that the session is alive; call inside `engine.writing()`."""
    engine.run("update session set seen_at = :now where token = :token", {"token": token, "now": now})


def close_session(engine: Engine, token: str) -> None:
    """Forget the session; call inside `engine.writing()`."""
    engine.run("delete from session where token = :token", {"token": token})


def settings(engine: Engine, rater: str) -> str | None:
    """Return the rater's settings as they were kept, or None where there are none."""
    found = engine.rows("select body from setting where rater = :rater", {"rater": rater})
    return str(found[0][0]) if found else None


def keep_settings(engine: Engine, rater: str, body: str, now: str) -> None:
    """Keep the rater's settings in place of those before; call inside `engine.writing()`."""
    engine.run(
        "insert into setting (rater, body, saved_at) values (:rater, :body, :now)"
        " on conflict (rater) do update set body = excluded.body, saved_at = excluded.saved_at",
        {"rater": rater, "body": body, "now": now},
    )
