"""Test cases for promptfoo: JSON lines of `vars`, `assert` and `metadata`. Units without a value are left out.

For a prompt that is `{{task}}` alone. promptfoo takes every text of a test for a template of nunjucks, and puts other
variables, the environment's among them, into whatever looks like one. So nothing of a text of ours may look like one
before it is rendered, and rendered it must be what raters saw.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from reviewer.formats.export.export_format import TextExport
from reviewer.formats.export.grader_task import metadata, task
from reviewer.formats.export.record import GoldRecord, spoken

# What nunjucks begins a tag with is never left in one piece: promptfoo looks for names in braces with patterns of its
# own, which know no raw blocks. The end of a comment that did not begin is a mistake to nunjucks.
_TAG = re.compile(r"\{(?=[{%#])|#(?=\})")
# What promptfoo takes for something to load or to run, where a value begins with it.
_LOADED = re.compile(r"(?:file|https?|package|python|javascript|ruby|exec)\s*:", re.IGNORECASE)


def promptfoo_lines(records: Iterable[GoldRecord]) -> Iterator[str]:
    """Yield one test a decided unit, which a grader passes by saying the value.

    The one variable is text of ours at its start, where promptfoo would take `file://` for a file to load.
    """
    for record in records:
        if record.value is not None:
            test = {
                "description": record.unit,
                "vars": {"task": literal(task(record))},
                "assert": [{"type": "equals", "value": literal(spoken(record.question, record.value))}],
                "metadata": _literals(metadata(record)),
            }
            yield json.dumps(test) + "\n"


def literal(text: str) -> str:
    """Return the template that nunjucks renders as `text`."""
    template = _TAG.sub(lambda found: _raw(found[0]), text)
    return _raw(template[0]) + template[1:] if _LOADED.match(template) else template


def _raw(text: str) -> str:
    return "{% raw %}" + text + "{% endraw %}"


def _literals(value: object) -> object:
    match value:
        case str():
            return literal(value)
        case list():
            return [_literals(one) for one in value]
        case dict():
            return {name: _literals(one) for name, one in value.items()}
        case _:
            return value


PROMPTFOO = TextExport(
    name="promptfoo",
    suffix=".jsonl",
    description="tasks for a grader, as tests of promptfoo",
    decided_only=True,
    printable=True,
    lines=lambda source: promptfoo_lines(source.records),
)
