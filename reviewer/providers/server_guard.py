"""Keeps an SDK's client to the one server that it is for, and its replies to UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2


class AnotherServer(Exception):
    """A request, with our key in its headers, was about to go to a server that the configuration does not name."""


def guard(client: httpx2.AsyncClient, base_url: httpx2.URL) -> None:
    """Let `client` send nothing to another scheme, host or port than those of `base_url`.

    Both SDKs follow redirects, and addresses that a reply names, with the key in their headers.
    """
    own = _origin(base_url)

    async def stay(request: httpx2.Request) -> None:
        if _origin(request.url) != own:
            # Of the other address only the server is named, since a query may hold anything.
            there = "://".join(map(str, _origin(request.url)[:2]))
            raise AnotherServer(
                f"the server sends its callers on to {there}, and the key is for {own[0]}://{own[1]} alone;"
                " expected a base_url that answers by itself"
            )

    async def as_utf8(response: httpx2.Response) -> None:
        # JSON is UTF-8 (RFC 8259 §8.1); a charset that is no text codec would raise where the SDK reads an error.
        response.encoding = "utf-8"

    client.event_hooks = {"request": [stay], "response": [as_utf8]}


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.netloc.decode("ascii", "replace").rpartition("@")[2], url.port
