"""One call of an SDK, and whatever it raises as the failure of that one request. Both SDKs have the same errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from reviewer.providers.calls import CallFailed, Json
from reviewer.providers.failures import Failure, FailureReason, of_status
from reviewer.providers.json_reply import ReplyField, parsed
from reviewer.providers.key_redaction import KeyRedaction
from reviewer.providers.server_guard import AnotherServer

if TYPE_CHECKING:
    import anthropic
    import openai

    StatusError = openai.APIStatusError | anthropic.APIStatusError

CHECK_TIMEOUT = 60.0  # seconds for a list of models
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class SdkErrors:
    """The classes of errors of one SDK. A timeout is a kind of connection error in both."""

    status: type[StatusError]
    timeout: type[Exception]
    connection: type[Exception]


async def called(call: Callable[[], Awaitable[Value]], errors: SdkErrors, hidden: KeyRedaction) -> Value:
    """Await a call of an SDK.

    Raises:
        CallFailed: it raised anything. What a server sends can make an SDK raise errors that are not its own.
    """
    try:
        return await call()
    except CallFailed:
        raise
    except Exception as error:
        raise CallFailed(failure_of(error, errors, hidden)) from None


async def iterated(values: AsyncIterator[Value], errors: SdkErrors, hidden: KeyRedaction) -> AsyncIterator[Value]:
    """Yield what an SDK's iterator yields; see `called`."""
    while True:
        try:
            value = await anext(values)
        except StopAsyncIteration:
            return
        except Exception as error:
            raise CallFailed(failure_of(error, errors, hidden)) from None
        yield value


def failure_of(error: Exception, errors: SdkErrors, hidden: KeyRedaction) -> Failure:
    """Return why a call failed, as the error tells."""
    cause = error.__cause__
    for one in (error, cause):
        if isinstance(one, AnotherServer):
            return Failure(FailureReason.REDIRECTED, hidden.words(str(one)), sent=False)
    if isinstance(error, errors.status):
        return _of_status(error, hidden)
    if isinstance(error, errors.timeout):
        return Failure(FailureReason.TIMEOUT, hidden.words(str(error)), sent=_sent(cause))
    if _undecodable(error) or _undecodable(cause):
        return Failure(FailureReason.MALFORMED, hidden.words(f"the reply is not encoded as it says: {cause or error}"))
    if isinstance(error, errors.connection):
        return Failure(FailureReason.CONNECTION, hidden.words(f"{error} ({cause})"), sent=_sent(cause))
    if _of_transport(error):
        return Failure(FailureReason.CONNECTION, hidden.words(f"{type(error).__name__}: {error}"))
    return Failure(FailureReason.MALFORMED, hidden.words(f"the SDK raised {type(error).__name__}: {error}"))


def _of_status(error: StatusError, hidden: KeyRedaction) -> Failure:
    response = error.response
    try:
        body: Json = parsed(response.content, hidden)
    except CallFailed:
        body = {}
    said = ReplyField(body).at("error")
    codes = [code for name in ("code", "type") if (code := said.at(name).text()) is not None]
    return of_status(error.status_code, codes, hidden.words(str(error)), response.headers, datetime.now(UTC))


def _sent(cause: BaseException | None) -> bool:
    import httpx2

    unsent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
    return not isinstance(cause, unsent)


def _undecodable(error: BaseException | None) -> bool:
    import httpx2

    return isinstance(error, httpx2.DecodingError)


def _of_transport(error: Exception) -> bool:
    import httpx2

    return isinstance(error, httpx2.RequestError)


def problem_of_check(failure: Failure) -> str | None:
    """Return what a list of models that did not come tells of server and key; None where it tells nothing."""
    match failure.reason:
        case FailureReason.UNAUTHORIZED | FailureReason.FORBIDDEN | FailureReason.REDIRECTED:
            return failure.message
        case FailureReason.CONNECTION | FailureReason.TIMEOUT if failure.status is None:
            return f"no server answers: {failure.message}"
        case _:
            return None  # a compatible server need not list its models


def models_in(listed: Json) -> list[str]:
    """Return the ids in a list of models."""
    ids = [one.at("id").text() for one in ReplyField(listed).at("data").known_items()]
    return [known for known in ids if known is not None]


def no_model(model: str, known: list[str]) -> str:
    """Return in words that a server has no such model."""
    return f"it has no model {model}; it has: {', '.join(sorted(known)[:20])}"
