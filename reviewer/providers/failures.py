"""Why a call brought no reply, and whether to call again. Branches on status and code, never on the words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

LONGEST_MESSAGE = 500  # characters of a server's words that are kept
HIDDEN = "[key]"


class FailureReason(StrEnum):
    """Why no answer came."""

    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNPROCESSABLE = "unprocessable"
    TIMEOUT = "timeout"
    SERVER = "server"
    CONNECTION = "connection"
    MALFORMED = "malformed"
    NOT_RECORDED = "not_recorded"
    EXPIRED = "expired"


AGAIN = frozenset(
    {
        FailureReason.RATE_LIMITED,
        FailureReason.CONFLICT,
        FailureReason.TIMEOUT,
        FailureReason.SERVER,
        FailureReason.CONNECTION,
        FailureReason.MALFORMED,
    }
)
# What is wrong with one request of a lane is wrong with all of them.
HOPELESS = frozenset({FailureReason.QUOTA, FailureReason.UNAUTHORIZED, FailureReason.NOT_FOUND})

BY_STATUS = {
    400: FailureReason.BAD_REQUEST,
    401: FailureReason.UNAUTHORIZED,
    402: FailureReason.QUOTA,
    403: FailureReason.FORBIDDEN,
    404: FailureReason.NOT_FOUND,
    408: FailureReason.TIMEOUT,
    409: FailureReason.CONFLICT,
    413: FailureReason.TOO_LARGE,
    422: FailureReason.UNPROCESSABLE,
    429: FailureReason.RATE_LIMITED,
}
QUOTA_CODES = frozenset({"insufficient_quota", "billing_error", "billing_hard_limit_reached"})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call failed. `wait` is how many seconds the server asks for before the next one; None if it is silent."""

    reason: FailureReason
    message: str
    status: int | None = None
    wait: float | None = None

    @property
    def again(self) -> bool:
        """Whether the same request may yet be answered."""
        return self.reason in AGAIN

    @property
    def hopeless(self) -> bool:
        """Whether every other request to the same model would fail the same way."""
        return self.reason in HOPELESS


def of_status(status: int, code: str | None, message: str, headers: Mapping[str, str], now: datetime) -> Failure:
    """Return the failure that an error status means. `code` is the provider's own word for it."""
    reason = BY_STATUS.get(status, FailureReason.SERVER if status >= 500 else FailureReason.BAD_REQUEST)
    if reason is FailureReason.RATE_LIMITED and code in QUOTA_CODES:
        reason = FailureReason.QUOTA
    return Failure(reason, message, status, wait_asked(headers, now))


def wait_asked(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `retry-after-ms` or `retry-after` (seconds or a date, RFC 9110 §10.2.3) asks for."""
    for header, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(header, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(seconds, 0.0)
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max((date - now).total_seconds(), 0.0)


def without_keys(text: str, keys: Iterable[str]) -> str:
    """Return a server's words, shortened, with every key of ours taken out."""
    for key in keys:
        if key:
            text = text.replace(key, HIDDEN)
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
