"""Rubrics as they stood when labels were given: each version by the hash that travels with every label."""

from __future__ import annotations

from reviewer.definitions.rubric import Rubric, lost_options, rubric_from_json
from reviewer.errors import NotFound, Refused
from reviewer.model import digest
from reviewer.store.engine import Engine


def ensure(engine: Engine, rubric: Rubric, now: str) -> None:
    """Store `rubric` where its hash is new; call inside `engine.writing()`.

    Raises:
        Refused: a study uses this version of the rubric with an option that the new text lacks.
    """
    same = engine.rows("select hash from rubric where hash = :hash", {"hash": rubric.hash})
    if same:
        return
    in_use = engine.rows(
        "select distinct body from rubric where id = :id and version = :version and ("
        " hash in (select rubric from study) or hash in (select rubric from label))",
        {"id": rubric.id, "version": rubric.version},
    )
    for (body,) in in_use:
        lost = lost_options(rubric_from_json(body), rubric)
        if lost:
            raise Refused(
                f"rubric {rubric.id} version {rubric.version} is in use and cannot lose {', '.join(lost)};"
                f" give the changed rubric version {rubric.version + 1}"
            )
    engine.run(
        "insert into rubric (hash, id, version, body, stored_at, number)"
        " values (:hash, :id, :version, :body, :now, (select coalesce(max(number), 0) + 1 from rubric))",
        {"hash": rubric.hash, "id": rubric.id, "version": rubric.version, "body": rubric.body, "now": now},
    )


def load(engine: Engine, rubric_hash: str) -> Rubric:
    """Return the rubric with this hash.

    Raises:
        NotFound: no such rubric is stored.
    """
    found = engine.rows("select body from rubric where hash = :hash", {"hash": rubric_hash})
    if not found:
        raise NotFound(f"no rubric with hash {rubric_hash} is stored here")
    return rubric_from_json(found[0][0])


def altered(engine: Engine) -> list[str]:
    """Return the hashes of the stored rubrics whose text was changed after it was stored."""
    rows = engine.rows("select hash, body from rubric order by hash")
    return [stored for stored, body in rows if digest("rubric", body) != stored]
