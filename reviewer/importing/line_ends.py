"""Which prompts of a file differ from others in their line ends alone: the same prompt, most likely, stored twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reviewer.model import Prompt, prompt_of
from reviewer.store import responses
from reviewer.store.engine import Engine

ENDS = ("\n", "\r\n")


def told_line_ends(engine: Engine, file: str, new: Iterable[tuple[int, Prompt]]) -> list[str]:
    """Return what is to be said of `new` prompts, each with its line in `file`, that nothing else tells apart.

    They are held against what is stored with line ends of one kind, as files of Unix or of Windows have them, and
    against each other.
    """
    first: dict[str, tuple[int, Prompt]] = {}
    for line, prompt in new:
        if any("\n" in message.content or "\r" in message.content for message in prompt.messages):
            first.setdefault(prompt.id, (line, prompt))
    forms = {name: [_id_with_ends(prompt, end) for end in ENDS] for name, (_, prompt) in first.items()}
    known = responses.numbers_of(engine, "prompt", [one for found in forms.values() for one in found])
    met = {name for name in known if name not in first}
    alike: set[str] = set()
    told = []
    for name, (line, _) in first.items():
        if not met.isdisjoint(forms[name]) or forms[name][0] in alike:
            told.append(
                f"{file}:{line}: the prompt differs from another one by its line ends alone; they are two prompts, and"
                " responses to them are not compared"
            )
        alike.add(forms[name][0])
    return told


def _id_with_ends(prompt: Prompt, end: str) -> str:
    """Return the id of the prompt with lines that end as said."""

    def ended(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", end)

    messages = tuple(replace(message, content=ended(message.content)) for message in prompt.messages)
    return prompt.id if messages == prompt.messages else prompt_of(messages).id
