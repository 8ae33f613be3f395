"""How rows of a foreign table, once checked, become prompts, responses and labels."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

from reviewer.definitions.suite import differing, merged
from reviewer.errors import BadInput
from reviewer.formats.mapping.row import Row
from reviewer.importing.changed_responses import ChangedResponses, known_rows
from reviewer.importing.filled_items import fill_items
from reviewer.importing.labels import ImportTally, ImportTarget, add_golds, add_labels, with_renamed_raters
from reviewer.importing.line_ends import told_line_ends
from reviewer.importing.parts import store_parts
from reviewer.importing.repeats import ToldApart
from reviewer.importing.sample_numbers import NumberedSample, SampleNumbers, UnnumberedSample
from reviewer.model import (
    Configuration,
    Message,
    Prompt,
    Response,
    Suite,
    SuitePrompt,
    prompt_of,
)
from reviewer.store import responses, studies
from reviewer.store.engine import Engine
from reviewer.store.studies import Study
from reviewer.studies.create import fewest_responses
from reviewer.study_design.sampling import ChosenResponse

PART = 20_000


def store(
    engine: Engine, rows: Iterable[Row | BadInput], target: ImportTarget, study: Study | None, now: Callable[[], str]
) -> Iterator[ImportTally]:
    """Store the rows, with their labels in `study`; yield the tally so far after each part is on disk."""
    if target.renamed:
        rows = with_renamed_raters(rows, target.renamed)
    rows = ToldApart(rows, target.repeats, target.place, long=target.long)
    return store_parts(engine, rows, ResponseImport(engine, target, study, now), PART)


class ResponseImport:
    """One run of an import: what it has met, and what it has done."""

    def __init__(self, engine: Engine, target: ImportTarget, study: Study | None, now: Callable[[], str]) -> None:
        self.tally = ImportTally()
        self._engine = engine
        self._target = target
        self._study = study
        self._now = now
        self._samples = SampleNumbers()
        self._changed = ChangedResponses(target.place)
        self._numbers = array("q")
        self._configurations: dict[tuple[str | None, ...], int] = {}
        self._suites: dict[str, int] = {}
        self._last: tuple[tuple[Message, ...], Prompt] | None = None

    def add(self, rows: Sequence[Row]) -> None:
        """Store one part in one transaction."""
        now = self._now()
        with self._engine.writing():
            rated = self.add_evidence(rows, now)
            if self._target.rubric is not None:
                add_labels(self._engine, rated, self._target, self.tally, now)
                add_golds(self._engine, rated, self._target, self.tally, now)
        self.tally.rows += len(rows)

    def add_evidence(self, rows: Sequence[Row], now: str) -> list[tuple[Row, NumberedSample]]:
        """Store the prompts and responses of `rows`, and return which response each row with one has.

        Call inside `engine.writing()`.
        """
        prompts = [self._prompt(row.messages) for row in rows]
        distinct = list({prompt.id: prompt for prompt in prompts}.values())
        numbers, new = responses.ensure_prompts(self._engine, distinct)
        self.tally.prompts += len(new)
        self.tally.differing += told_line_ends(
            self._engine,
            self._target.place,
            ((row.line, prompt) for row, prompt in zip(rows, prompts, strict=True) if prompt.id in new),
        )
        self._add_members(rows, prompts, numbers, new, now)
        answered = [(row, prompt) for row, prompt in zip(rows, prompts, strict=True) if row.text is not None]
        numbered = self._add_responses(answered, numbers, new, now)
        return [(row, one) for (row, _), one in zip(answered, numbered, strict=True)]

    def finish(self) -> None:
        """Extend the study by what was imported, and tell which responses came with another text than before.

        Items that imported labels fill are offered to nobody from here on.
        """
        changed = list(self._changed.messages(self._samples.has_met))
        self.tally.changed_responses = len(changed)
        self.tally.differing.extend(changed)
        study = self._study
        if study is not None and self._numbers:
            with self._engine.writing():
                chosen = [ChosenResponse(number) for number in self._numbers]
                studies.extend(self._engine, study, chosen, least=fewest_responses(study.rubric))
            fill_items(self._engine, study, self._numbers)

    def _prompt(self, messages: tuple[Message, ...]) -> Prompt:
        # Tables often give the same prompt many times in a row, and hashing it is most of the work on a short row.
        if self._last is None or self._last[0] != messages:
            self._last = (messages, prompt_of(messages))
        return self._last[1]

    def _add_members(
        self, rows: Sequence[Row], prompts: list[Prompt], numbers: dict[str, int], new: frozenset[str], now: str
    ) -> None:
        """Give the prompts their places in suites. What a suite already says of a prompt stays as it is."""
        by_suite: dict[str, list[tuple[Row, Prompt]]] = {}
        for row, prompt in zip(rows, prompts, strict=True):
            name = row.suite or self._target.suite
            if name:
                by_suite.setdefault(name, []).append((row, prompt))
        for name, members in by_suite.items():
            suite = self._suite(name, members[0][0].evaluation or "", now)
            known_before = {numbers[prompt.id] for _, prompt in members if prompt.id not in new}
            before = responses.members(self._engine, suite, list(known_before))
            after = dict(before)
            said: dict[str, tuple[object, ...]] = {}
            for row, prompt in members:
                says = (row.reference, row.secret, row.severity, row.tags, row.group)
                if said.get(prompt.id) == says:
                    continue
                said[prompt.id] = says
                place = _place(row, prompt, self._target.source)
                known = after.get(prompt.id)
                after[prompt.id] = place if known is None else self._merged(known, place, row.line)
            responses.add_members(
                self._engine,
                [(suite, numbers[key], place) for key, place in after.items() if place != before.get(key)],
            )

    def _suite(self, name: str, evaluation: str, now: str) -> int:
        if name not in self._suites:
            # Version 0 is the one that imports add to; those that were read from files keep their content.
            suite = Suite(name, 0, evaluation=evaluation, source=self._target.source)
            self._suites[name] = responses.ensure_suite(self._engine, suite, now)
        return self._suites[name]

    def _merged(self, before: SuitePrompt, after: SuitePrompt, line: int) -> SuitePrompt:
        for word in differing(before, after):
            self.tally.differing.append(
                f"{self._target.place}:{line}: another {word} for prompt {before.name}; the first one stays"
            )
        return merged(before, after)

    def _add_responses(
        self, answered: list[tuple[Row, Prompt]], numbers: dict[str, int], new_prompts: frozenset[str], now: str
    ) -> list[NumberedSample]:
        sightings = unnumbered(answered, long=self._target.long)
        found = self._samples.number(
            sightings,
            lambda ids: responses.numbers_of(self._engine, "response", ids),
            responses.last_response(self._engine),
            new_prompts=new_prompts,
        )
        responses.add_responses(
            self._engine,
            (
                (one.number, numbers[prompt.id], self._configuration_number(row), self._response(row, prompt, one))
                for (row, prompt), one in zip(answered, found, strict=True)
                if one.new
            ),
            now,
        )
        known = {prompt: number for prompt, number in numbers.items() if prompt not in new_prompts}
        self._changed.see(self._engine, known_rows(answered, found, known, self._configuration_number))
        new = sum(one.new for one in found)
        self.tally.responses += new
        self.tally.known_responses += len(found) - new
        self._numbers.extend(one.number for one in found)
        return found

    def _response(self, row: Row, prompt: Prompt, one: NumberedSample) -> Response:
        return Response(
            one.id,
            prompt.id,
            row.model or "",
            one.sample,
            row.text or "",
            reasoning=row.reasoning,
            stop_reason=row.stop_reason,
            tool_calls=row.tool_calls,
            refusal=row.refusal,
            source=self._target.source,
            source_id=row.source_id,
            replaced=row.replaced,
        )

    def _configuration_number(self, row: Row) -> int:
        claim = (row.model, row.provider, row.provider_model, row.lab, row.settings)
        number = self._configurations.get(claim)
        if number is None:
            number = self._configurations[claim] = responses.ensure_configuration(self._engine, configuration_of(row))
        return number


def unnumbered(answered: Iterable[tuple[Row, Prompt]], *, long: bool) -> list[UnnumberedSample]:
    """Return the responses of rows before they have numbers; `long` says that each row is one rater's rating."""
    return [
        UnnumberedSample(
            prompt.id,
            row.model or "",
            row.text or "",
            row.sample,
            row.labels[0].rater if long and row.labels else "",
            row.labelled,
        )
        for row, prompt in answered
    ]


def _place(row: Row, prompt: Prompt, source: str) -> SuitePrompt:
    return SuitePrompt(
        name=row.source_id or prompt.id[:12],
        prompt=Prompt(prompt.id, ()),
        reference=row.reference,
        secret=row.secret,
        severity=row.severity,
        tags=row.tags,
        group=row.group,
        provenance=source,
    )


def configuration_of(row: Row) -> Configuration:
    """Return the configuration that a row with a response names, with what the row claims of it."""
    return Configuration(row.model or "", row.provider, row.provider_model, row.lab, row.settings)
