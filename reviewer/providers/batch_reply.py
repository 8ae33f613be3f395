"""What batch services answer, read as far as it can be: ids, states, and files of results."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

from reviewer.providers.batch_service import BatchState
from reviewer.providers.calls import CallFailed, Json
from reviewer.providers.failures import Failure
from reviewer.providers.json_reply import ReplyField, parsed
from reviewer.providers.key_redaction import KeyRedaction


def id_of(known: Json) -> str:
    """Return the id of a batch or a file.

    Raises:
        CallFailed: there is none.
    """
    identity = ReplyField(known).at("id")
    text = identity.text()
    if not text:
        raise identity.wrong("a text")
    return text


def state_of(
    state: ReplyField, *, ended: Collection[str], under_way: Collection[str], failure: Failure | None = None
) -> BatchState:
    """Return the state of a batch from the provider's word for it.

    Raises:
        CallFailed: it is no word.
    """
    word = state.text()
    if word is None:
        raise state.wrong("a text")
    return BatchState(word in ended, failure, None if word in ended or word in under_way else word)


def result_in(line: bytes, hidden: KeyRedaction) -> ReplyField | None:
    """Return a line of a file of results; None where it cannot be read."""
    try:
        return ReplyField(parsed(line, hidden), "the result")
    except CallFailed:
        return None


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines of a file of JSON Lines that are not empty.

    Only a line feed ends one: JSON may hold the other signs that Python and HTTP libraries take for a new line.
    """
    rest: list[bytes] = []
    async for chunk in chunks:
        first, *others = chunk.split(b"\n")
        rest.append(first)
        for other in others:
            line = b"".join(rest)
            if line.strip():
                yield line
            rest = [other]
    if (line := b"".join(rest)).strip():
        yield line
