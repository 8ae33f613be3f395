"""A server on loopback that speaks the wire formats of OpenAI and Anthropic, and misbehaves as a test tells it to.

The forms of requests and replies are those of openai 3.54 and anthropic 2.12. Every answer names the last message, so
that a test can tell which request it belongs to.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
CHAT, RESPONSES, MESSAGES = "/v1/chat/completions", "/v1/responses", "/v1/messages"
ASKING = (CHAT, RESPONSES, MESSAGES)
KEY = "sk-secret-key-of-this-test"
MODELS = ("model-a", "model-b")


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Json

    @property
    def last(self) -> str:
        """The text of the last message."""
        messages = self.body.get("messages") or self.body["input"]
        return str(messages[-1]["content"])


@dataclass(frozen=True)
class Given:
    """One reply as it is sent. `cut` ends the connection in the middle; `body` may be what is no JSON."""

    body: Json | str | bytes = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cut: bool = False


Behave = Callable[[Asked], Given | None]


def error(status: int, code: str = "some_error", message: str = "no", **headers: str) -> Given:
    """Return an error in a form that both SDKs read."""
    body = {"type": "error", "error": {"type": code, "code": code, "message": message}}
    return Given(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


class LLMServer:
    """The server's state: what was asked, and what it holds for the batch services."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.behave: Behave = lambda _: None
        self.files: dict[str, str] = {}
        self.batches: dict[str, Json] = {}
        self.batch_status = "completed"
        self.failing: set[str] = set()  # keys of batch requests that fail
        self.lock = threading.Lock()
        self.url = ""

    @property
    def prompts(self) -> list[Asked]:
        """The requests for answers, in the order they came."""
        return [asked for asked in self.asked if asked.path in ASKING]

    def reply(self, asked: Asked) -> Given:
        """Return what is sent back."""
        given = self.behave(asked)
        return self.healthy(asked) if given is None else given

    def healthy(self, asked: Asked) -> Given:
        """Return what is sent back by a server that does not misbehave."""
        if asked.path in ASKING:
            return Given(answer(asked.path, asked.body), headers={"x-request-id": "req-1", "request-id": "req-1"})
        if asked.path == "/v1/models":
            if "anthropic-version" in asked.headers:
                listed = [
                    {"id": name, "type": "model", "display_name": name, "created_at": "2026-01-01T00:00:00Z"}
                    for name in MODELS
                ]
                return Given({"data": listed, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})
            served = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in MODELS]
            return Given({"object": "list", "data": served})
        return self._openai_batches(asked) if "/messages/" not in asked.path else self._anthropic_batches(asked)

    def _openai_batches(self, asked: Asked) -> Given:
        if asked.path == "/v1/files":
            name = f"file-{len(self.files)}"
            self.files[name] = asked.body["file"]
            about = {"object": "file", "bytes": 1, "created_at": 0, "filename": "r", "purpose": "batch"}
            return Given({"id": name, "status": "processed", **about})
        if asked.path.startswith("/v1/files/"):
            content = self.files.get(asked.path.split("/")[3])
            return error(404) if content is None else Given(content)
        if asked.path == "/v1/batches" and asked.method == "GET":
            return Given({"object": "list", "data": list(self.batches.values()), "has_more": False})
        if asked.path == "/v1/batches":
            name = f"batch-{len(self.batches)}"
            self.batches[name] = self._openai_batch(name, asked.body)
            return Given(self.batches[name])
        known = self.batches.get(asked.path.split("/")[3])
        return error(404) if known is None else Given({**known, "status": self.batch_status})

    def _openai_batch(self, name: str, body: Json) -> Json:
        done, failed = [], []
        for line in map(json.loads, self.files.get(str(body["input_file_id"]), "").splitlines()):
            key = line["custom_id"]
            if key in self.failing:
                failed.append(
                    {"custom_id": key, "response": None, "error": {"code": "batch_expired", "message": "late"}}
                )
            else:
                response = {"status_code": 200, "request_id": "req-b", "body": answer(line["url"], line["body"])}
                done.append({"custom_id": key, "response": response, "error": None})
        self.files[f"{name}-out"] = "".join(json.dumps(line) + "\n" for line in reversed(done))
        self.files[f"{name}-err"] = "".join(json.dumps(line) + "\n" for line in failed)
        return {
            "id": name,
            "object": "batch",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "created_at": 0,
            "metadata": body.get("metadata"),
            "output_file_id": f"{name}-out",
            "error_file_id": f"{name}-err" if failed else None,
            "request_counts": {"total": len(done) + len(failed), "completed": len(done), "failed": len(failed)},
        }

    def _anthropic_batches(self, asked: Asked) -> Given:
        if asked.path == "/v1/messages/batches":
            name = f"msgbatch-{len(self.batches)}"
            self.batches[name] = asked.body
            return Given(self._anthropic_batch(name))
        name = asked.path.split("/")[4]
        if name not in self.batches:
            return error(404)
        if not asked.path.endswith("/results"):
            return Given(self._anthropic_batch(name))
        lines = []
        for request in reversed(self.batches[name]["requests"]):
            result: Json = {"type": "succeeded", "message": answer(MESSAGES, request["params"])}
            if request["custom_id"] in self.failing:
                said = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}, "request_id": None}
                result = {"type": "errored", "error": said}
            lines.append(json.dumps({"custom_id": request["custom_id"], "result": result}) + "\n")
        return Given("".join(lines))

    def _anthropic_batch(self, name: str) -> Json:
        total = len(self.batches[name]["requests"])
        ended = self.batch_status == "completed"
        counts = {
            "processing": 0 if ended else total,
            "succeeded": total if ended else 0,
            "errored": 0,
            "canceled": 0,
            "expired": 0,
        }
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "created_at": "2026-01-01T00:00:00Z",
            "expires_at": "2026-01-02T00:00:00Z",
            "ended_at": None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "request_counts": counts,
            "results_url": f"{self.url}/v1/messages/batches/{name}/results" if ended else None,
        }


def answer(path: str, body: Json) -> Json:
    """Return a plain answer in the form of an interface."""
    messages = body.get("messages") or body["input"]
    text = f"re: {messages[-1]['content']}"
    if path == CHAT:
        return chat(text)
    return (
        responses([{"type": "output_text", "text": text, "annotations": []}])
        if path == RESPONSES
        else message([{"type": "text", "text": text}])
    )


def chat(text: object, finish: str = "stop", **more: object) -> Json:
    """Return a chat completion; its content is a text or null, and of another type where a test wants it."""
    said = {"role": "assistant", "content": text, **more}
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 0,
        "model": "model-a-2026",
        "choices": [{"index": 0, "message": said, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def responses(parts: list[Json], *before: Json, **more: object) -> Json:
    """Return a response of the Responses API; `before` are items that stand before the message."""
    said = {"type": "message", "id": "msg-1", "status": "completed", "role": "assistant", "content": parts}
    return {
        "id": "resp-1",
        "object": "response",
        "created_at": 0,
        "status": "completed",
        "model": "model-a-2026",
        "output": [*before, said],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 10,
            "output_tokens": 5,
            "total_tokens": 15,
            "input_tokens_details": {"cached_tokens": 4},
            "output_tokens_details": {"reasoning_tokens": 3},
        },
    } | more


def message(parts: list[Json], stop: str = "end_turn", **more: object) -> Json:
    """Return a message of the Messages API."""
    return {
        "id": "msg-1",
        "type": "message",
        "role": "assistant",
        "model": "model-a-2026",
        "content": parts,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 3,
            "cache_read_input_tokens": 5,
            "cache_creation_input_tokens": 2,
            "output_tokens": 5,
        },
    } | more


class QuietServer(ThreadingHTTPServer):
    """A server that says nothing when a client hangs up on what it was sent."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served() -> Iterator[LLMServer]:
    """Run a server on a free port of loopback."""
    state = LLMServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            raw = self._read()
            kind = self.headers.get("content-type", "")
            self._answer(_form(kind, raw) if kind.startswith("multipart") else json.loads(raw or b"{}"))

        def _read(self) -> bytes:
            if "chunked" not in self.headers.get("transfer-encoding", ""):
                length = int(self.headers.get("content-length") or 0)
                raw = self.rfile.read(length)
                if len(raw) < length:
                    raise ConnectionError("the client went away")
                return raw
            raw = b""
            while size := int(self.rfile.readline(), 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return raw

        def _answer(self, body: Json) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path.split("?")[0], headers, body)
            with state.lock:
                state.asked.append(asked)
                given = state.reply(asked)
            time.sleep(given.seconds)
            raw = _encoded(given.body)
            self.send_response(given.status, "as told")
            for name, value in {"content-type": "application/json", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw[: len(raw) // 2] if given.cut else raw)
            self.close_connection = given.cut or self.close_connection

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = QuietServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _encoded(body: Json | str | bytes) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogatepass")


def _form(kind: str, raw: bytes) -> Json:
    parsed = BytesParser().parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + raw)
    fields: Json = {}
    for part in parsed.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            content = part.get_payload(decode=True)
            fields[name] = content.decode() if isinstance(content, bytes) else ""
    return fields
