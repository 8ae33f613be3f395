"""How our own gold JSON lines are stored again: evidence, the items that showed it, labels, decisions and flags.

An empty database that takes them in exports the same bytes. What stands already adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from reviewer.definitions.rubric import Rubric
from reviewer.definitions.scale import OTHER_SIDE, Scale
from reviewer.errors import BadInput, Refused
from reviewer.formats.export.record import LabelRecord, pseudonym
from reviewer.formats.mapping.gold_row import GoldResponse, GoldRow
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.importing.labels import ImportTally, ImportTarget
from reviewer.importing.parts import store_parts
from reviewer.importing.responses import ResponseImport
from reviewer.importing.sample_numbers import NumberedSample
from reviewer.model import Origin, Rater, RaterKind, item_id
from reviewer.store import adjudications, imported_items, labels, raters
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel
from reviewer.store.studies import Study
from reviewer.study_design.decision_policy import Ruling

PART = 2_000


def as_rows(rows: Iterable[GoldRow | BadInput]) -> Iterator[Row | BadInput]:
    """Yield the rows as those of a table, to be checked: the first response of each, with who labelled it."""
    for row in rows:
        if isinstance(row, BadInput):
            yield row
        else:
            said = tuple(RowLabel(row.question, one.rater, one.kind, one.value, one.raw) for one in row.labels)
            yield row.responses[0].row._replace(labels=said)


def once_a_unit(rows: Iterable[GoldRow | BadInput], file: str) -> Iterator[GoldRow | BadInput]:
    """Yield the rows; one about a unit that an earlier row is about is yielded as the error that it is."""
    lines: dict[int, int] = {}
    for row in rows:
        if isinstance(row, GoldRow):
            unit = hash((row.question, row.item, frozenset(one.id for one in row.responses)))
            line = lines.setdefault(unit, row.line)
            if line != row.line:
                yield BadInput(file, row.line, f"the unit of line {line} again", "one row for each unit")
                continue
        yield row


def store_gold(
    engine: Engine,
    rows: Iterable[GoldRow | BadInput],
    target: ImportTarget,
    study: Study | None,
    now: Callable[[], str],
) -> Iterator[ImportTally]:
    """Store the rows, with labels and decisions in `study`; yield the tally so far after each part is on disk.

    Raises:
        Refused: a row is about an item that the study cannot take over.
    """
    assert target.rubric is not None
    return store_parts(engine, rows, _GoldImport(engine, target, target.rubric, study, now), PART)


class _Unit(NamedTuple):
    """A row under the ids that its subject has here. `swapped`: a pair now stands in the other order."""

    row: GoldRow
    response: str
    other: str
    item: str
    swapped: bool

    def value(self, stored: str | None, scale: Scale) -> str | None:
        """Return a value of the row as it is to be stored here."""
        swaps = self.swapped and scale.traits.compares_pair and stored is not None
        return OTHER_SIDE.get(stored or "", stored) if swaps else stored


class _GoldImport:
    def __init__(
        self, engine: Engine, target: ImportTarget, rubric: Rubric, study: Study | None, now: Callable[[], str]
    ) -> None:
        self._engine = engine
        self._target = target
        self._rubric = rubric
        self._now = now
        self._evidence = ResponseImport(engine, target, study, now)
        self.tally = self._evidence.tally
        self._items = _SharedItems(engine, study)
        self._decided = {} if target.study is None else imported_items.decided(engine, target.study)
        self._names = {} if target.study is None else _names(engine, target.study)
        self._flags = set() if target.study is None else set(labels.flags(engine, target.study))

    def add(self, rows: Sequence[GoldRow]) -> None:
        """Store one part in one transaction."""
        now = self._now()
        responses = {one.id: one for row in rows for one in row.responses}
        with self._engine.writing():
            found = self._evidence.add_evidence([one.row for one in responses.values()], now)
            here = {name: one for name, (_, one) in zip(responses, found, strict=True)}
            self._items.add((one, here[name].number) for name, one in responses.items())
            units = [self._unit(row, here) for row in rows]
            self._add_labels(units, here, now)
            if self._target.study is None:
                self.tally.left_out += sum(len(row.decisions) for row in rows) * self._target.gold
            else:
                self._add_decisions(self._target.study, units)
                self._add_flags(self._target.study, units, here, now)
        self.tally.rows += len(rows)

    def finish(self) -> None:
        """Extend the study by what no item showed."""
        self._evidence.finish()

    def _unit(self, row: GoldRow, here: dict[str, NumberedSample]) -> _Unit:
        names = [here[one.id].id for one in row.responses]
        if row.item is not None:
            item = self._items.get(row.item)
            if item is None and self._target.study is not None:
                raise Refused(
                    f"{self._target.place}:{row.line}: asks about an item of several responses, and study"
                    f" {self._target.study} has planned items of its own; name a new study"
                )
            return _Unit(row, "", "", item or row.item, swapped=False)
        if len(names) == 1:
            return _Unit(row, names[0], "", "", swapped=False)
        first, second = sorted(names)
        return _Unit(row, first, second, "", swapped=first != names[0])

    def _add_labels(self, units: list[_Unit], here: dict[str, NumberedSample], now: str) -> None:
        standing = imported_items.standing(
            self._engine,
            sorted({unit.response for unit in units if unit.response}),
            sorted({unit.item for unit in units if unit.item}),
            self._rubric.hash,
            self._target.study,
        )
        new: dict[tuple[str, RaterKind], list[NewLabel]] = {}
        for unit in units:
            scale = self._rubric.question(unit.row.question).scale
            for given in unit.row.labels:
                if given.kind is RaterKind.HUMAN and self._target.study is None:
                    self.tally.left_out += 1
                    continue
                value = unit.value(given.value, scale)
                name = self._names.get(given.rater, given.rater)
                key = (unit.response, unit.other, unit.item, unit.row.question, name)
                before = standing.get(key, [])
                if any(said == _said(given, value) for _, said in before):
                    self.tally.known_labels += 1
                    continue
                if name != given.rater:
                    self.tally.left_out += 1
                    continue
                self.tally.count_label(changed=bool(before), understood=given.value is not None)
                added = self._label(unit, given, value, here)
                new.setdefault((given.rater, given.kind), []).append(
                    replace(added, supersedes=before.pop(0)[0]) if before else added
                )
        for (rater, kind), found in new.items():
            raters.ensure(self._engine, Rater(rater, kind), now)
            labels.add(self._engine, rater, found)

    def _label(self, unit: _Unit, given: LabelRecord, value: str | None, here: dict[str, NumberedSample]) -> NewLabel:
        shown = unit.row.responses[0].item
        return NewLabel(
            study=self._target.study,
            response=unit.response or None,
            other_response=unit.other or None,
            item=unit.item or (None if shown is None else self._items.get(shown)),
            question=unit.row.question,
            rubric=self._rubric.hash,
            state=given.state,
            value=value,
            origin=Origin.IMPORTED,
            saved_at=given.saved_at,
            note=given.note,
            confidence=given.confidence,
            raw=given.raw,
            aids=given.aids,
            panes=tuple(here[pane].id if pane in here else pane for pane in given.panes),
            shown_at=given.shown_at,
            decided_at=given.decided_at,
            grader=given.grader,
        )

    def _add_decisions(self, study: str, units: list[_Unit]) -> None:
        """Add what the file's adjudicators decided; what one of them decided at the same time before is known."""
        if not self._target.gold:
            return
        new: dict[str, list[NewDecision]] = {}
        for unit in units:
            scale = self._rubric.question(unit.row.question).scale
            for ruled in unit.row.decisions:
                name = self._names.get(ruled.adjudicator, ruled.adjudicator)
                key = (unit.response, unit.other, unit.item, unit.row.question, name)
                before = self._decided.get(key, [])
                if any(at == ruled.decided_at for _, at in before):
                    self.tally.known_golds += 1
                    continue
                if name != ruled.adjudicator:
                    self.tally.left_out += 1
                    continue
                self.tally.golds += 1
                new.setdefault(ruled.adjudicator, []).append(
                    NewDecision(
                        study,
                        unit.response or None,
                        unit.row.question,
                        self._rubric.hash,
                        unit.value(ruled.value, scale),
                        ruled.reason,
                        ruled.decided_at,
                        supersedes=before[-1][0] if before else None,
                        other_response=unit.other or None,
                        item=unit.item or None,
                        note=ruled.note,
                        state=Ruling(ruled.ruling),
                        clause=ruled.clause,
                    )
                )
        for adjudicator, found in new.items():
            adjudications.add(self._engine, adjudicator, found)

    def _add_flags(self, study: str, units: list[_Unit], here: dict[str, NumberedSample], now: str) -> None:
        for unit in units:
            for flag in unit.row.flags:
                item = self._items.get(flag.item) or flag.item
                response = flag.response and (here[flag.response].id if flag.response in here else flag.response)
                said = (flag.rater, item, response, flag.reason, flag.saved_at)
                if said in self._flags or flag.rater in self._names:
                    continue
                self._flags.add(said)
                raters.ensure(self._engine, Rater(flag.rater), now)
                labels.add_flag(
                    self._engine, flag.rater, study=study, item=item, response=response, reason=flag.reason,
                    now=flag.saved_at,
                )  # fmt: skip


class _SharedItems:
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


def _names(engine: Engine, study: str) -> dict[str, str]:
    """Return by pseudonym who works at the study here under a name: a file that came from it must not double them.

    What they say is taken from here alone: a row of theirs that does not stand was thought better of since.
    """
    found = ((pseudonym(study, name), name) for name in imported_items.at_work(engine, study))
    return {alias: name for alias, name in found if alias != name}


def _said(given: LabelRecord, value: str | None) -> imported_items.Said:
    return (
        given.state.value, value, given.confidence, given.note, given.raw, given.decided_at, given.saved_at
    )  # fmt: skip
