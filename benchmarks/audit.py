"""What must hold of a study after hard use: chains, places, overlap, whole items. Each finding is a line of text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from reviewer.model import Label, LabelState
from reviewer.store import chain, labels, studies
from reviewer.store.engine import Engine

Acknowledged = tuple[str, tuple[tuple[str, str, str, str], ...]]


def key(label: Label) -> tuple[str, str, str, str]:
    """Return what one label says: response, other response, question, value."""
    return label.response or "", label.other_response or "", label.question, label.value or ""


def by_item(engine: Engine, study: str, rater: str) -> list[Acknowledged]:
    """Return what the rater's chain holds, item by item in order of the chain."""
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    order: list[str] = []
    for label in labels.of_study(engine, study, rater):
        item = label.item or ""
        if item not in found:
            order.append(item)
        found.setdefault(item, []).append(key(label))
    return [(item, tuple(found[item])) for item in order]


def lost_or_moved(stored: Sequence[Acknowledged], acknowledged: Sequence[Acknowledged], rater: str) -> Iterator[str]:
    """Yield where the store differs from what was acknowledged; one item more at the end may be unacknowledged."""
    for place, (mine, told) in enumerate(zip(stored, acknowledged, strict=False)):
        if mine != told:
            yield f"{rater}: set {place + 1} is {mine}, acknowledged was {told}"
            return
    if len(stored) < len(acknowledged):
        yield f"{rater}: {len(acknowledged) - len(stored)} acknowledged sets are not in the store"
    if len(stored) > len(acknowledged) + 1:
        yield f"{rater}: {len(stored)} sets are stored, {len(acknowledged)} were acknowledged"


def faults(engine: Engine, study: str, *, labels_an_item: int) -> Iterator[str]:
    """Yield every way in which the study is not whole, its chains apart."""
    row = studies.load(engine, study)
    sets: Mapping[str, set[str]] = defaultdict(set)
    sizes: Counter[tuple[str, str]] = Counter()
    superseded = {label.supersedes for label in labels.of_study(engine, study)}
    for label in labels.of_study(engine, study):
        if label.id in superseded or label.state is not LabelState.LABEL:
            continue
        sizes[label.item or "", label.rater] += 1
        if not label.surplus:
            sets[label.item or ""].add(label.rater)
    for (item, rater), count in sizes.items():
        if count != labels_an_item:
            yield f"item {item}: {rater} has {count} standing labels, not {labels_an_item}"
    for item, who in sets.items():
        if len(who) > row.design.overlap:
            yield f"item {item}: {len(who)} sets count, overlap is {row.design.overlap}"
    yield from _places(engine, row.number, sizes)


def broken_chains(engine: Engine) -> Iterator[str]:
    """Yield every chain of the file that does not hold."""
    for report in chain.verify(engine):
        if report.broken:
            yield f"chain of {report.rater} is broken at {report.broken}: {report.problem}"


def _places(engine: Engine, study: int, sizes: Mapping[tuple[str, str], int]) -> Iterator[str]:
    for item, taken, counted in engine.rows(
        "select item.number, item.taken, count(place.item) from item left join place on place.item = item.number"
        " and place.state in ('leased', 'done') where item.study = :study group by item.number, item.taken"
        " having item.taken <> count(place.item)",
        {"study": study},
    ):
        yield f"item {item}: taken is {taken}, {counted} places are held"
    done = {
        (item, rater)
        for item, rater in engine.rows(
            "select item.id, place.rater from place join item on item.number = place.item"
            " where place.study = :study and place.state in ('done', 'surplus')",
            {"study": study},
        )
    }
    for pair in done ^ set(sizes):
        yield f"item {pair[0]}: {pair[1]} has {'no labels' if pair in done else 'labels'} but the place says otherwise"
