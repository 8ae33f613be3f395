"""How the labels, verdicts and decided labels of a foreign table are stored: what stands already adds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.definitions.rubric import Rubric
from reviewer.errors import BadInput
from reviewer.formats.mapping.row import Row, RowLabel
from reviewer.importing.repeats import Repeats
from reviewer.importing.sample_numbers import NumberedSample
from reviewer.model import LabelState, Origin, Rater, RaterKind
from reviewer.store import adjudications, labels, raters
from reviewer.store.adjudications import NewDecision
from reviewer.store.engine import Engine
from reviewer.store.labels import NewLabel, StandingLabel


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """Where the rows go.

    `source` is the name by which the file is remembered, the same whenever it is read, and of no other file; messages
    call it by its path, `file`. `suite` is the suite of prompts whose rows name none, empty for no suite at all.
    Labels of people and decided labels need a `study`; without one they are left out. `long` says that each row is one
    rater's rating.

    Of whoever rates in the study no label comes in from a file, unless it goes to another rater, by `renamed`, or
    `replaces_own` says that it takes the place of the one that the person gave here. `repeats` says what becomes of a
    label that a rater gives again.
    """

    source: str
    suite: str
    rubric: Rubric | None
    study: str | None
    gold: bool
    long: bool
    file: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    replaces_own: bool = False
    repeats: Repeats = Repeats.REFUSE

    @property
    def place(self) -> str:
        """What messages call the file."""
        return self.file or self.source


@dataclass(slots=True)
class ImportTally:
    """What an import met and did, counted."""

    rows: int = 0
    bad: int = 0
    prompts: int = 0
    responses: int = 0
    known_responses: int = 0
    changed_responses: int = 0
    labels: int = 0
    changed_labels: int = 0
    known_labels: int = 0
    unparsed: int = 0
    golds: int = 0
    known_golds: int = 0
    left_out: int = 0
    differing: list[str] = field(default_factory=list)

    def count_label(self, *, changed: bool, understood: bool) -> None:
        """Count a label that is stored now; `changed`, where it supersedes one."""
        if not understood:
            self.unparsed += 1
        elif changed:
            self.changed_labels += 1
        else:
            self.labels += 1


def with_renamed_raters(rows: Iterable[Row | BadInput], names: Mapping[str, str]) -> Iterator[Row | BadInput]:
    """Yield the rows with the labels of the raters in `names` under the names that they have there."""
    for row in rows:
        if isinstance(row, BadInput) or not any(label.rater in names for label in row.labels):
            yield row
        else:
            yield row._replace(
                labels=tuple(replace(label, rater=names.get(label.rater, label.rater)) for label in row.labels)
            )


def add_labels(
    engine: Engine, rated: Sequence[tuple[Row, NumberedSample]], target: ImportTarget, tally: ImportTally, now: str
) -> None:
    """Store the labels of rows and their responses; call inside `engine.writing()`.

    A label that says something else than the one that stands supersedes it.
    """
    assert target.rubric is not None
    standing = labels.standing_on_responses(engine, [one.id for _, one in rated], target.rubric.hash, target.study)
    new: dict[tuple[str, RaterKind], list[NewLabel]] = {}
    # Where a table names a sample that a row without one was taken for, the later row counts.
    said = {(one.id, label.question, label.rater): label for row, one in rated for label in row.labels}
    for key, label in said.items():
        if label.kind is RaterKind.HUMAN and target.study is None:
            tally.left_out += 1
            continue
        before = standing.get(key)
        state = LabelState.UNPARSED if label.value is None else LabelState.LABEL
        if before is not None and _says_the_same(before, state, label):
            tally.known_labels += 1
            continue
        tally.count_label(changed=before is not None, understood=label.value is not None)
        new.setdefault((label.rater, label.kind), []).append(
            NewLabel(
                study=target.study,
                response=key[0],
                other_response=None,
                item=None,
                question=label.question,
                rubric=target.rubric.hash,
                state=state,
                value=label.value,
                origin=Origin.IMPORTED,
                saved_at=now,
                raw=label.raw,
                supersedes=None if before is None else before.id,
                probability=label.probability,
            )
        )
    for (rater, kind), added in new.items():
        raters.ensure(engine, Rater(rater, kind), now)
        labels.add(engine, rater, added)


def _says_the_same(before: StandingLabel, state: LabelState, label: RowLabel) -> bool:
    """Tell whether `label` says what stands; of two that were not understood, the cells must be the same.

    A table without probabilities takes none away.
    """
    understood = label.value is not None
    probable = label.probability in (None, before.probability)
    return (before.state, before.value) == (state, label.value) and probable and (understood or before.raw == label.raw)


def add_golds(
    engine: Engine, rated: Sequence[tuple[Row, NumberedSample]], target: ImportTarget, tally: ImportTally, now: str
) -> None:
    """Store the decided labels of rows as decisions of `imported:FILE`; call inside `engine.writing()`.

    What the file said before, or what stands already whoever decided it, is not said again: a person's later decision
    is not overruled by importing the same file once more.
    """
    assert target.rubric is not None
    if not target.gold:
        return
    if target.study is None:
        tally.left_out += sum(len(row.golds) for row, _ in rated)
        return
    adjudicator = f"imported:{target.source}"
    responses = [one.id for _, one in rated]
    standing = adjudications.values_on(engine, target.study, responses)
    before = adjudications.last_values(engine, target.study, adjudicator, responses)
    new = []
    said = {(one.id, question): value for row, one in rated for question, value in row.golds}
    for key, value in said.items():
        if value == before.get(key) or value in standing.get(key, {}).values():
            tally.known_golds += 1
            continue
        tally.golds += 1
        response, question = key
        new.append(
            NewDecision(target.study, response, question, target.rubric.hash, value, reason="imported", decided_at=now)
        )
    adjudications.add(engine, adjudicator, new)
