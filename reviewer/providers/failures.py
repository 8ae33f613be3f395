"""Why a call brought no reply, and whether to call again. Branches on status and code, never on the words."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum


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
    REDIRECTED = "redirected"


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
HOPELESS = frozenset(
    {FailureReason.QUOTA, FailureReason.UNAUTHORIZED, FailureReason.NOT_FOUND, FailureReason.REDIRECTED}
)

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
NO_ROOM = frozenset({503, 529})  # beside 429: what a server says before it does any work


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call failed. `wait` is how many seconds the server asks for before the next one; None if it is silent.

    `sent` is whether the request may have reached the server.
    """

    reason: FailureReason
    message: str
    status: int | None = None
    wait: float | None = None
    sent: bool = True

    @property
    def again(self) -> bool:
        """Whether the same request may yet be answered."""
        return self.reason in AGAIN

    @property
    def hopeless(self) -> bool:
        """Whether every other request to the same model would fail the same way."""
        return self.reason in HOPELESS

    @property
    def billable(self) -> bool:
        """Whether the model may have worked, so that the call may be charged for."""
        refused = self.status is not None and (300 <= self.status < 500 or self.status in NO_ROOM)
        return self.sent and not refused


def of_status(status: int, codes: Collection[str], message: str, headers: Mapping[str, str], now: datetime) -> Failure:
    """Return the failure that an error status means. `codes` are the provider's own words for it."""
    reason = BY_STATUS.get(status, FailureReason.SERVER if status >= 500 else FailureReason.BAD_REQUEST)
    if reason is FailureReason.RATE_LIMITED and not QUOTA_CODES.isdisjoint(codes):
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
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return max((date - now).total_seconds(), 0.0)
    except (ValueError, OverflowError):  # no date, or one beyond the calendar
        return None
