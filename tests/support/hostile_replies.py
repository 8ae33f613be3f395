"""Replies that no provider would send: right ones in which something has a wrong type, or whose whole is wrong.

Every choice comes from the `Random` that is given, so that the same one makes the same replies again.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.support.llm_server import KEY, Asked, Given, Json, LLMServer


def nested(levels: int, inner: str = "1") -> str:
    return "[" * levels + inner + "]" * levels


VALUES: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: True,
    lambda: False,
    lambda: 0,
    lambda: -1,
    lambda: 7,
    lambda: 1.5,
    lambda: 10**30,
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: "",
    lambda: "text",
    lambda: "a\x00b\ud800c",
    lambda: f"you sent {KEY}",
    lambda: [],
    lambda: {},
    lambda: [None],
    lambda: [[]],
    lambda: [3, "x", {}],
    lambda: {"text": 3},
    lambda: {"": {"": None}},
    lambda: [{"type": "text", "text": "a part"}],
    lambda: [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "so"}],
    lambda: [{"type": 7}, {"type": "text"}],
    lambda: {"message": ["no"], "code": {"a": 1}, "type": []},
    lambda: json.loads(nested(200)),
    lambda: "content_filter",
    lambda: "refusal",
)
WHOLE = (
    "",
    "null",
    "[]",
    "3",
    '"text"',
    "{",
    "<html>busy</html>",
    '{"choices": NaN, "output": Infinity, "content": -Infinity}',
    f'{{"id": {"9" * 5000}}}',
    nested(60_000),
    '{"a":' * 60_000 + "1" + "}" * 60_000,
    b"\xff\xfe\x00{",
    b"\xef\xbb\xbf{}",
)
HEADERS: tuple[dict[str, str], ...] = (
    {"retry-after": "Mon, 01 Jan 0001 00:00:00 +2359"},
    {"retry-after": "Fri, 31 Dec 9999 23:59:59 -2359"},
    {"retry-after": "Fri, 31 Dec 99999 23:59:59 GMT"},
    {"retry-after": "1e999"},
    {"retry-after": "-5"},
    {"retry-after": ", ,"},
    {"retry-after-ms": "nan", "retry-after": "Thu, 32 Foo 2026"},
    {"content-type": "application/json; charset=base64"},
    {"content-type": "application/json; charset=idna"},
    {"content-type": "application/json; charset=undefined"},
    {"content-type": "application/json; charset="},
    {"content-type": ""},
    {"content-encoding": "gzip"},
    {"content-encoding": "nonsense"},
    {"x-request-id": KEY, "request-id": KEY},
    {"x-request-id": "\xff\x01", "request-id": "\xff\x01"},
    {"location": "http://127.0.0.1:9/elsewhere"},
)
# Those that end a lane for good come seldom.
STATUSES = (200,) * 24 + (400, 403, 404, 408, 409, 413, 422, 429, 500, 503, 529, 201, 204, 302, 307, 418)


def hostile(random: Random, asked: Asked, server: LLMServer) -> Given:
    """Return a wrong reply to a request, made of the one that a server in order would give."""
    right = server.healthy(asked)
    headers = random.choice(HEADERS) if random.random() < 0.2 else {}
    status = random.choice(STATUSES)
    cut = random.random() < 0.03
    if random.random() < 0.1:
        return Given(random.choice(WHOLE), status, headers, cut=cut)
    if status >= 400:
        problem = {"type": "error", "error": {"type": "t", "code": "c", "message": f"no {KEY}"}}
        return Given(mutated(random, problem), status, headers, cut=cut)
    if isinstance(right.body, dict):
        return Given(mutated(random, right.body), status, {**right.headers, **headers}, cut=cut)
    return Given(mutated_lines(random, str(right.body)), status, headers, cut=cut)


def mutated(random: Random, body: Json) -> Json:
    """Return JSON in which one to three values are of another type, or gone, or there twice."""
    changed = copy.deepcopy(body)
    for _ in range(random.randint(1, 3)):
        places = list(_places(changed))
        if not places:
            break
        holder, name = random.choice(places)
        what = random.randrange(8)
        if what == 0:
            del holder[name]
        elif what == 1 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[name]))
        elif what == 2:
            holder[name] = [holder[name]]
        else:
            holder[name] = random.choice(VALUES)()
    return changed


def _places(value: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    """Return each place in a value that holds another, as its holder and the name there; not the deepest ones."""
    if depth > 8 or not isinstance(value, dict | list):
        return []
    names = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, name) for name in names] + [place for name in names for place in _places(value[name], depth + 1)]


def mutated_lines(random: Random, lines: str) -> str:
    """Return a file of results with lines that are broken, there twice, of unknown keys, or of wrong types."""
    found = []
    for line in lines.splitlines():
        what = random.randrange(8)
        if what == 0:
            found.append(line[: random.randrange(len(line))])
        elif what == 1:
            found += [line, line]
        elif what == 2:
            found.append(json.dumps({**json.loads(line), "custom_id": random.choice(("nobody", 3, None, [], KEY))}))
        elif what == 3:
            found.append(random.choice(("", "null", "7", "[]", nested(60_000), '"\u2028"')))
        elif what in (4, 5):
            found.append(json.dumps(mutated(random, json.loads(line))))
        else:
            found.append(line)
    random.shuffle(found)
    return "\n".join(found)
