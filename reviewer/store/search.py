"""The full-text index over prompts and responses: built after an import, part by part, resumed where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reviewer.model import FoundItem
from reviewer.store.engine import Engine, Row, among

PART = 2000


def left_to_index(engine: Engine) -> int:
    """Return how many responses the index does not hold yet."""
    [(left,)] = engine.rows("select count(*) from response where number > (select up_to from words_indexed)")
    return int(left)


def index_responses(engine: Engine) -> Iterator[int]:
    """Index what is missing; yield the size of each part once it is committed, so that a stop loses nothing."""
    with engine.loading():
        while rows := _next_part(engine):
            yield len(rows)


def _next_part(engine: Engine) -> list[Row]:
    """Index one part in one transaction and return it; read inside the lock, so that two programs take turns."""
    with engine.writing():
        rows = engine.rows(
            "select response.number, messages, text from response join prompt on prompt.number = response.prompt"
            " where response.number > (select up_to from words_indexed) order by response.number limit :part",
            {"part": PART},
        )
        if rows:
            engine.index_words((number, words_of(messages), text) for number, messages, text in rows)
            engine.run("update words_indexed set up_to = :number", {"number": rows[-1][0]})
    return rows


def words_of(messages: str) -> str:
    """Return the text of a prompt, given as stored, as it is indexed."""
    return "\n".join(message["content"] for message in json.loads(messages))


MOST_FOUND = 200


def finished_items(engine: Engine, rater: str, words: str) -> list[FoundItem]:
    """Return the items that `rater` has finished and whose prompt or a response holds all `words`, best first."""
    found = engine.find_words(words)
    rows = among(
        engine,
        "select response.number, study.name, item.number, messages, response.id, text from response"
        " join study_response on study_response.response = response.number and withdrawn = 0"
        " join item on item.number = study_response.item"
        " join place on place.item = item.number and place.rater = :rater and place.state = 'done'"
        " join study on study.number = item.study"
        " join prompt on prompt.number = item.prompt where response.number in ({values})",
        found,
        {"rater": rater},
    )
    order = {number: place for place, number in enumerate(found)}
    best = sorted(rows, key=lambda row: order[row[0]])[:MOST_FOUND]
    return [FoundItem(*row[1:]) for row in best]
