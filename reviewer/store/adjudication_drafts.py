"""What an adjudicator left unfinished on a dispute: a choice that is not saved yet, and that it was put off."""

from __future__ import annotations

from reviewer.store.engine import Engine

Unit = tuple[str, str, str, str]

_OF_UNIT = (
    "study = :study and adjudicator = :adjudicator and response = :response and other_response = :other_response"
    " and item = :item and question = :question"
)
_KEY = "study, adjudicator, response, other_response, item, question"


def keep(engine: Engine, study: int, adjudicator: str, unit: Unit, body: str, now: str) -> None:
    """Keep a choice in place of the one before; call inside `engine.writing()`."""
    engine.run(
        f"insert into adjudication_draft ({_KEY}, body, saved_at)"
        " values (:study, :adjudicator, :response, :other_response, :item, :question, :body, :now)"
        f" on conflict ({_KEY}) do update set body = excluded.body, saved_at = excluded.saved_at",
        {**_parameters(study, adjudicator, unit), "body": body, "now": now},
    )


def defer(engine: Engine, study: int, adjudicator: str, unit: Unit, now: str) -> None:
    """Put a dispute off, after all that were put off before; call inside `engine.writing()`."""
    engine.run(
        f"insert into adjudication_draft ({_KEY}, deferred_at, saved_at)"
        " values (:study, :adjudicator, :response, :other_response, :item, :question, :now, :now)"
        f" on conflict ({_KEY}) do update set deferred_at = excluded.deferred_at, saved_at = excluded.saved_at",
        {**_parameters(study, adjudicator, unit), "now": now},
    )


def drop(engine: Engine, study: int, adjudicator: str, unit: Unit) -> None:
    """Forget a choice and that the dispute was put off; call inside `engine.writing()`."""
    engine.run(f"delete from adjudication_draft where {_OF_UNIT}", _parameters(study, adjudicator, unit))


def load(engine: Engine, study: int, adjudicator: str, unit: Unit) -> str | None:
    """Return the choice that was kept, None where there is none."""
    found = engine.rows(f"select body from adjudication_draft where {_OF_UNIT}", _parameters(study, adjudicator, unit))
    return found[0][0] if found else None


def deferred(engine: Engine, study: int, adjudicator: str) -> list[Unit]:
    """Return the units that were put off, in the order in which that was done."""
    return engine.rows(
        "select response, other_response, item, question from adjudication_draft"
        " where study = :study and adjudicator = :adjudicator and deferred_at is not null order by deferred_at",
        {"study": study, "adjudicator": adjudicator},
    )


def _parameters(study: int, adjudicator: str, unit: Unit) -> dict[str, object]:
    names = ("study", "adjudicator", "response", "other_response", "item", "question")
    return dict(zip(names, (study, adjudicator, *unit), strict=True))
