"""Simulated evidence, studies and ratings: no response here was given by a model, no label by a person.

Everything follows from its number, so two runs measure the same data. Bulk rows go in through the store's own functions
where there are such; `rate_in_bulk` writes what hundreds of thousands of calls of `RatingSession` would have left.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

from reviewer.definitions.rubric import Rubric, read_rubric
from reviewer.model import (
    Actor,
    Answer,
    Configuration,
    Draft,
    LabelState,
    Message,
    Origin,
    Rater,
    Response,
    Role,
    item_id,
    prompt_of,
    response_id,
    utc,
)
from reviewer.store import labels, raters, responses, studies
from reviewer.store.engine import Engine, Parameters
from reviewer.store.labels import NewLabel
from reviewer.store.studies import Study, StudyDesign
from reviewer.studies.create import StudyPlan, create_study
from reviewer.studies.item_sheet import Item, questions
from reviewer.studies.rating import RatingSession
from reviewer.study_design.pairing import pair

MODELS = tuple(f"simulated-{letter}" for letter in "abcdefgh")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PART = 8_000

_WORDS = (
    "the of and to a in is that it was for on are with as his they at be this from have or by one had not but what",
    "all were when we there can an your which their said if do will each about how up out them then she many some so",
)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    def pass_by(self, span: timedelta) -> None:
        """Let `span` pass."""
        self.at += span


def wall_clock() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)


class Texts:
    """Simulated responses: slices of one page of random words, each with its number, so that no two are equal."""

    def __init__(self, characters: int, seed: int = 7) -> None:
        chosen = random.Random(seed)
        self._page = " ".join(chosen.choices(" ".join(_WORDS).split(), k=200_000))
        self._length = characters - 13
        self._starts = len(self._page) - self._length

    def __call__(self, number: int) -> str:
        """Return response number `number`, of exactly as many characters as were asked for."""
        begin = number * 7919 % self._starts
        return f"{self._page[begin : begin + self._length]} {number:012d}"


def rubric() -> Rubric:
    """Return the rubric of the simulated studies: three labels an item of two panes."""
    return read_rubric(Path(__file__).with_name("simulated.toml"))


def prompt_text(number: int) -> str:
    """Return the text of prompt number `number`."""
    return f"Simulated prompt {number}: say in a few sentences what you would do, and why, and what you would not do."


@contextmanager
def unsafe(engine: Engine) -> Iterator[None]:
    """Prepare without waiting for the disk. What is measured runs outside of this, with synchronous=full."""
    engine.rows("pragma synchronous = off")
    try:
        yield
    finally:
        engine.rows("pragma synchronous = full")


def fill(engine: Engine, count: int, characters: int) -> None:
    """Store `count` responses, eight configurations on each prompt."""
    texts, now = Texts(characters), utc(NOON)
    with engine.writing():
        models = [responses.ensure_configuration(engine, Configuration(name)) for name in MODELS]
    for first in range(0, count, PART):
        numbers = range(first, min(first + PART, count))
        prompts = {n // 8: prompt_of([Message(Role.USER, prompt_text(n // 8))]) for n in numbers[::8]}
        with engine.writing():
            stored, _ = responses.ensure_prompts(engine, list(prompts.values()))
            responses.add_responses(
                engine,
                (
                    (number + 1, stored[prompt.id], models[number % 8], _response(prompt.id, number, texts(number)))
                    for number in numbers
                    for prompt in [prompts[number // 8]]
                ),
                now,
            )


def _response(prompt: str, number: int, text: str) -> Response:
    model = MODELS[number % 8]
    return Response(response_id(prompt, model, text, 1), prompt, model, 1, text, source="simulated")


def make_study(engine: Engine, name: str, *, overlap: int, panes: int = 2, seed: int = 1) -> Study:
    """Make a study of every stored response."""
    design = StudyDesign(panes=panes, overlap=overlap, seed=seed, policy="majority:1")
    return create_study(engine, StudyPlan(name, design), rubric(), Actor("simulated", "simulated"), utc(NOON)).study


def enter(engine: Engine, study: str, names: Iterable[str], clock: Callable[[], datetime]) -> list[RatingSession]:
    """Let raters begin a study, each in one terminal."""
    sessions = []
    for name in names:
        session = RatingSession(engine, studies.load(engine, study), name, clock)
        session.enter(f"{study}/{name}", "simulated", 1)
        sessions.append(session)
    return sessions


def answers(of: Rubric, item: Item, chosen: random.Random) -> Draft:
    """Answer everything that is asked on `item`, at random."""
    draft = Draft()
    for ask in questions(of, item, draft):
        draft.answers[ask.subject, ask.question.id] = Answer(chosen.choice(ask.question.values), utc(NOON))
    return draft


def rate_in_bulk(
    engine: Engine,
    study: Study,
    names: Sequence[str],
    sets: Callable[[int], Sequence[int]],
    *,
    positions: range,
    with_labels: bool,
) -> int:
    """Leave behind what submitted sets leave: items cut, places, and (with `with_labels`) chained labels.

    `sets` gives for a position the raters, as places in `names`, who have submitted a set on the item there. Returns
    the number of labels.
    """
    now = utc(NOON)
    begun = {rater: _turn(engine, study, rater) for rater in names}
    taken = [begun[rater] for rater in names]
    done: list[list[tuple[str, tuple[str, ...]]]] = [[] for _ in names]
    met: Counter[tuple[int, int]] = Counter()
    items = engine.rows(
        "select number, position, prompt, size from item where study = :study and id is null"
        " and position >= :first and position < :end order by prompt, number",
        {"study": study.number, "first": positions.start, "end": positions.stop},
    )
    for first in range(0, len(items), PART):
        part = items[first : first + PART]
        waiting = _waiting(engine, study, part)
        cut: list[Parameters] = []
        shown: list[Parameters] = []
        places: list[Parameters] = []
        for number, position, prompt, size in part:
            block = [waiting[prompt].pop() for _ in range(size)]
            identity = item_id(study.name, [response for _, _, response in block])
            met.update(pair(one[1], other[1]) for one, other in combinations(block, 2))
            raters_here = sets(position)
            cut.append({"number": number, "id": identity, "taken": len(raters_here)})
            shown.extend({"item": number, "study": study.number, "response": response} for response, _, _ in block)
            for rater in raters_here:
                taken[rater] += 1
                if with_labels:
                    done[rater].append((identity, tuple(response for _, _, response in block)))
                places.append(
                    {"item": number, "rater": names[rater], "study": study.number, "turn": taken[rater], "now": now}
                )
        with engine.writing():
            engine.run_many("update item set id = :id, taken = :taken where number = :number", cut)
            engine.run_many(
                "update study_response set item = :item where study = :study and response = :response", shown
            )
            engine.run_many(
                "insert into place (item, rater, study, state, turn, shown_at)"
                " values (:item, :rater, :study, 'done', :turn, :now)",
                places,
            )
    with engine.writing():
        _count_pairings(engine, study, met)
        engine.run_many(
            "update study_rater set turn = :turn, done = :turn where study = :study and rater = :rater",
            [{"turn": turn, "study": study.number, "rater": rater} for turn, rater in zip(taken, names, strict=True)],
        )
    return sum(_label(engine, study, names[rater], sets_done) for rater, sets_done in enumerate(done) if sets_done)


def _turn(engine: Engine, study: Study, rater: str) -> int:
    [(turn,)] = engine.rows(
        "select turn from study_rater where study = :study and rater = :rater",
        {"study": study.number, "rater": rater},
    )
    return int(turn)


def _waiting(
    engine: Engine, study: Study, items: Sequence[tuple[int, int, int, int]]
) -> dict[int, list[tuple[int, int, str]]]:
    """Return the responses that no item shows yet, by prompt, of the prompts of `items`, which come in their order."""
    waiting: dict[int, list[tuple[int, int, str]]] = {}
    for prompt, number, configuration, identity in engine.rows(
        "select response.prompt, response.number, response.configuration, response.id from response"
        " join study_response on study_response.response = response.number and study_response.study = :study"
        " where response.prompt >= :first and response.prompt <= :last and study_response.item is null",
        {"study": study.number, "first": items[0][2], "last": items[-1][2]},
    ):
        waiting.setdefault(prompt, []).append((number, configuration, identity))
    return waiting


def _count_pairings(engine: Engine, study: Study, met: Counter[tuple[int, int]]) -> None:
    engine.run_many(
        "insert into pairing (study, first, second, met) values (:study, :first, :second, :met)"
        " on conflict (study, first, second) do update set met = pairing.met + excluded.met",
        [{"study": study.number, "first": one, "second": other, "met": count} for (one, other), count in met.items()],
    )


def _label(engine: Engine, study: Study, rater: str, shown: Sequence[tuple[str, tuple[str, ...]]]) -> int:
    """Add the labels of one rater's items to the rater's chain, three an item of two panes."""
    now, count = utc(NOON), 0
    for first in range(0, len(shown), PART):
        with engine.writing():
            ids = labels.add(
                engine,
                rater,
                (
                    _new_label(study, identity, panes, subject, now)
                    for identity, panes in shown[first : first + PART]
                    for subject in (*((response,) for response in panes), *combinations(sorted(panes), 2))
                ),
            )
        count += len(ids)
    return count


def _new_label(study: Study, item: str, panes: tuple[str, ...], subject: tuple[str, ...], now: str) -> NewLabel:
    is_pair = len(subject) == 2
    digit = int(subject[0][0], 16)
    return NewLabel(
        study=study.name,
        response=subject[0],
        other_response=subject[1] if is_pair else None,
        item=item,
        question="preferred" if is_pair else "refused",
        rubric=study.rubric.hash,
        state=LabelState.LABEL,
        value=("first", "second", "tie")[digit % 3] if is_pair else ("yes", "no")[digit % 2],
        origin=Origin.RATED,
        saved_at=now,
        aids="off",
        panes=panes,
        shown_at=now,
        decided_at=now,
    )


def label_in_bulk(engine: Engine, study: Study, count: int, names: Sequence[str]) -> None:
    """Store `count` chained labels, one a response, of raters in turn: a study that was imported or rated elsewhere."""
    now = utc(NOON)
    with engine.writing():
        for name in names:
            raters.ensure(engine, Rater(name), now)
            studies.assign(engine, study.number, name, None)
    drawn = [identity for (identity,) in engine.rows("select id from response order by number")]
    for first in range(0, count, PART):
        rater = names[first // PART % len(names)]
        with engine.writing():
            labels.add(
                engine,
                rater,
                (
                    _new_label(study, drawn[n % len(drawn)], (drawn[n % len(drawn)],), (one,), now)
                    for n in range(first, min(first + PART, count))
                    for one in [drawn[n % len(drawn)]]
                ),
            )
