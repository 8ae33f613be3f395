"""Which items of a study imported labels of people fill: those are offered to nobody, since their work is done.

An imported label takes no place of an item, because nobody was shown the item when it was given. But where as many
people as the study wants answered all that an item asks, one more rater would only repeat them. Whoever wants to rate
the responses all the same makes a study of their own of them, in which the imported labels do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from reviewer.definitions.question import Per
from reviewer.definitions.rubric import Rubric
from reviewer.store import imported_items
from reviewer.store.engine import Engine
from reviewer.store.imported_items import HeldResponse
from reviewer.store.studies import Study
from reviewer.studies.item_sheet import compares

PART = 2_000  # prompts in one transaction


def fill_items(engine: Engine, study: Study, numbers: Iterable[int]) -> None:
    """Close the items that imported labels fill, and open those that they no longer do, where the study holds them.

    `numbers` are the responses that may have gained labels, or that came beside others that have. It is done in short
    transactions, so that raters at work are not held up.
    """
    if not imported_items.has_people(engine, study.name):
        return
    prompts = imported_items.prompts(engine, list(numbers))
    for first in range(0, len(prompts), PART):
        with engine.writing():
            _fill(engine, study, prompts[first : first + PART])


def _fill(engine: Engine, study: Study, prompts: Sequence[int]) -> None:
    shown: dict[int, list[HeldResponse]] = {}
    waiting: dict[int, list[HeldResponse]] = {}
    held = imported_items.held(engine, study.number, prompts)
    for one in held:
        if one.item is None:
            waiting.setdefault(one.prompt, []).append(one)
        else:
            shown.setdefault(one.item, []).append(one)
    people = imported_items.imported_raters(
        engine, study.name, [one.id for one in held], sorted({one.item_id for one in held if one.item_id})
    )

    def is_filled(group: Sequence[HeldResponse]) -> bool:
        asked = _asked(study.rubric, group)
        return bool(asked) and all(people[unit] >= study.design.overlap for unit in asked)

    places = [(item, is_filled(group)) for item, group in shown.items()]
    alone: list[tuple[int, HeldResponse]] = []
    uncut = imported_items.uncut(engine, study.number, prompts)
    for prompt, group in waiting.items():
        items = uncut.get(prompt, [])
        if study.design.panes == 1:
            # Which response such an item would show is open: it shows one that needs nobody, and so never comes up.
            found = list(zip(items, [one for one in group if is_filled([one])], strict=False))
            places += [(item, place < len(found)) for place, item in enumerate(items)]
            alone += found
        else:
            places += [(item, is_filled(group)) for item in items]
    imported_items.cut_alone(engine, study, alone)
    imported_items.set_places(engine, study, places)


def _asked(rubric: Rubric, group: Sequence[HeldResponse]) -> list[tuple[str, str, str, str]]:
    """Return the units of the responses of one item that every rater must label; without such, all that may be."""
    root = [question for question in rubric.questions if question.when is None]
    pairs = list(combinations(sorted(one.id for one in group), 2))
    units: list[tuple[str, str, str, str]] = []
    for question in [one for one in root if one.required] or root:
        if question.per is Per.RESPONSE:
            units += [(one.id, "", "", question.id) for one in group]
        elif compares(rubric, question):
            units += [(first, second, "", question.id) for first, second in pairs]
        else:
            units.append(("", "", group[0].item_id or "", question.id))
    return units
