"""Studies of single responses, and who holds which place in them."""

from __future__ import annotations

from reviewer.store.engine import Engine
from reviewer.studies.item_sheet import Item
from reviewer.studies.rating import LEASE
from tests.support.stories import PLAIN, design, fill, make_study, shown

MINUTES = LEASE.total_seconds() / 60


def simple(engine: Engine, prompts: int, *, overlap: int = 2, seed: int = 7) -> None:
    fill(engine, prompts=range(prompts), configurations=["m"])
    make_study(engine, PLAIN, design(overlap=overlap, seed=seed))


def configurations_of(engine: Engine, items: list[Item]) -> list[str]:
    """Return the configuration of each item's response, panes being one."""
    names: dict[str, str] = dict(
        engine.rows(
            "select response.id, configuration.name from response"
            " join configuration on configuration.number = response.configuration"
        )
    )
    return [names[response] for response in shown(items)]


def places(engine: Engine) -> list[tuple[int, int]]:
    """Return (taken, sets that count) of each item."""
    return engine.rows(
        "select taken, (select count(*) from place where place.item = item.number and state = 'done') from item"
    )
