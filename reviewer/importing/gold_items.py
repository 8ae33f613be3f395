"""Items that raters of another file saw, taken over into a study here as its responses come in."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.formats.mapping.gold_row import GoldResponse
from reviewer.model import item_id
from reviewer.store import imported_items
from reviewer.store.engine import Engine
from reviewer.store.studies import Study


class ImportedItems:
    """Which item of the file is which here. A study that has planned items of its own takes over none."""

    def __init__(self, engine: Engine, study: Study | None) -> None:
        self._engine = engine
        self._study = study
        self._makes = study is not None and not imported_items.plans_items(engine, study.number)
        self._ids: dict[str, str] = {}

    def add(self, responses: Iterable[tuple[GoldResponse, int]]) -> None:
        """Put responses, each with its number here, into the study and the items that showed them.

        Call inside `engine.writing()`.
        """
        study = self._study
        if study is None:
            return
        given = list(responses)
        imported_items.drawn(self._engine, study.number, [(number, one.drawn, one.pool) for one, number in given])
        shown = [(one.item, number) for one, number in given if one.item is not None]
        for item in dict.fromkeys(item for item, _ in shown if item not in self._ids):
            owner = imported_items.study_of_item(self._engine, item)
            # In the file that it came from, under another study, the item's id is taken.
            self._ids[item] = item if owner in (None, study.number) else item_id(study.name, [item])
        imported_items.items(
            self._engine, study, [(self._ids[item], number) for item, number in shown], makes=self._makes
        )

    def get(self, item: str) -> str | None:
        """Return the id that an item of the file has here, None where the study did not take it over."""
        here = self._ids.get(item)
        if here is None or self._study is None:
            return None
        return here if self._makes or imported_items.study_of_item(self._engine, here) == self._study.number else None
