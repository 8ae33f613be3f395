"""A server on loopback with the wire formats of chat completions, Responses and Messages, that can misbehave.

    python benchmarks/stub_server.py --port 18097 --latency-ms 50 --p429 0.2

Prints its address once it listens. Every answer is simulated. `GET /stats` tells how many requests for answers came.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Callable
from typing import Any

TEXT = "A simulated answer, as long as a sentence or two of a model would be, so that there is something to store."
RETRY_AFTER_MS = 200
REASONS = {200: "OK", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}
MODELS = ("stub-a", "stub-b")
DROPPED = 0  # instead of a status: the connection is cut


def chat(number: int) -> dict[str, Any]:
    """Return a chat completion."""
    message = {"role": "assistant", "content": TEXT, "refusal": None}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1767225600,
        "model": MODELS[0],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
    }


def response(number: int) -> dict[str, Any]:
    """Return a response of the Responses API."""
    part = {"type": "output_text", "text": TEXT, "annotations": []}
    said = {"type": "message", "id": f"msg_{number}", "status": "completed", "role": "assistant", "content": [part]}
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1767225600,
        "status": "completed",
        "model": MODELS[0],
        "output": [said],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 10,
            "output_tokens": 20,
            "total_tokens": 30,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def message(number: int) -> dict[str, Any]:
    """Return a message of the Messages API."""
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": MODELS[0],
        "content": [{"type": "text", "text": TEXT}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 20},
    }


ANSWERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "/v1/chat/completions": chat,
    "/v1/responses": response,
    "/v1/messages": message,
}


class Stub:
    """What the server has seen, and how it misbehaves."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._requests = self._in_flight = 0
        self._tokens, self._filled = float(given.rps), time.monotonic()
        self._chance = random.Random(given.seed)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after another."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                await reader.readexactly(int(fields.get("content-length", 0)))
                path = head.split(" ", 2)[1].partition("?")[0]
                status, body = await self._asked(path)
                if status == DROPPED:
                    return
                writer.write(_reply(status, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _asked(self, path: str) -> tuple[int, object]:
        if path == "/stats":
            return 200, {"requests": self._requests}
        if path == "/v1/models":
            listed = [{"id": name, "object": "model", "type": "model", "display_name": name} for name in MODELS]
            times = {"created": 1767225600, "created_at": "2026-01-01T00:00:00Z", "owned_by": "stub"}
            return 200, {"object": "list", "has_more": False, "data": [one | times for one in listed]}
        if path not in ANSWERS:
            return 404, {"error": {"message": "no such path"}}
        self._requests += 1
        number = self._requests
        self._in_flight += 1
        try:
            status = self._fault()
            if status != 200:
                return status, {"type": "error", "error": {"type": "stub_error", "message": f"stub {status}"}}
            await asyncio.sleep(self._given.latency_ms / 1000)
            return 200, ANSWERS[path](number)
        finally:
            self._in_flight -= 1

    def _fault(self) -> int:
        given = self._given
        if given.max_inflight and self._in_flight > given.max_inflight:
            return 429
        if given.rps:
            now = time.monotonic()
            self._tokens = min(given.rps, self._tokens + (now - self._filled) * given.rps)
            self._filled = now
            if self._tokens < 1:
                return 429
            self._tokens -= 1
        chance = self._chance.random()
        for share, status in ((given.p429, 429), (given.p500, 500), (given.pdrop, DROPPED)):
            if chance < share:
                return status
            chance -= share
        return 200


def _reply(status: int, body: object) -> bytes:
    content = json.dumps(body).encode()
    wait = f"retry-after-ms: {RETRY_AFTER_MS}\r\nretry-after: 1\r\n" if status == 429 else ""
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: application/json\r\n{wait}"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency-ms", type=float, default=50)
    parser.add_argument("--rps", type=float, default=0, help="more requests a second are answered 429; 0 is no limit")
    parser.add_argument("--max-inflight", type=int, default=0, help="more at once are answered 429; 0 is no limit")
    parser.add_argument("--p429", type=float, default=0, help="chance of a 429")
    parser.add_argument("--p500", type=float, default=0, help="chance of a 500")
    parser.add_argument("--pdrop", type=float, default=0, help="chance that the connection is cut")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    server = await asyncio.start_server(Stub(given).serve, "127.0.0.1", given.port, backlog=2048)
    print(f"http://127.0.0.1:{given.port}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
