"""README and docs as data: their blocks, their links and headings, and the commands in their prose.

What a test has to know of a block stands in HTML comments before it, which neither a code host nor the site shows. At
the head of a page:

    <!-- folder: empty -->            start without a database; else the page's folder has a copy of the shipped one
    <!-- files: answers.csv -->       what lies in the folder too: of docs/examples, or of the data beside the project
    <!-- before: reviewer … -->       a command that another page shows and this page builds on

and before a block:

    <!-- file: NAME -->               the block is this file, written before the commands after it run
    <!-- keys: 1 enter see:"Saved" -->  what is pressed on the screen that the command opens
    <!-- rates: 6, 1 1 -->            what answers each response of the first item, and of all others
    <!-- decides: 2 1 -->             what decides the first dispute on the screen, the second …
    <!-- lines: 1 2 "" -->            what the command reads from its standard input
    <!-- stop: TEXT -->               press Ctrl-C once the command has shown TEXT
    <!-- status: 1 -->                how the command ends, where that is not 0
    <!-- judge: {"verdict": "yes"} -->  what a model replies, where it is not the prompt once more
    <!-- response: 3f9a2c81 -->       this word stands for the response that `labels` showed last
    <!-- output -->                   lines that the commands before printed; `…` stands for anything
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.folders import DOCS, README, ROOT

KINDS = {"sh", "toml", "json", "text", "{toctree}", "{include}", "{eval-rst}"}
HEAD = {"folder", "files", "before"}
OF_BLOCK = {"file", "keys", "rates", "decides", "lines", "stop", "status", "judge", "response", "output"}
COMMENT = re.compile(r"<!--\s*([a-z]+)(?::\s*(.*?))?\s*-->", re.DOTALL)
ANCHOR = re.compile(r"^\(([a-z-]+)\)=$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, the line of the page at which it begins, and what the comments before it say."""

    kind: str
    text: str
    line: int
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def commands(self) -> list[str]:
        """The commands of a shell block, each with the lines on which it goes on."""
        joined = self.text.replace("\\\n", " ")
        return [line.strip() for line in joined.split("\n") if line.strip() and not line.strip().startswith("#")]


@dataclass(frozen=True)
class Page:
    """A page in Markdown."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tokens(self) -> list[Token]:
        return MarkdownIt("commonmark").enable("table").parse(self.text)

    @cached_property
    def notes(self) -> list[tuple[str, str]]:
        """What comments say of the page as a whole, in order."""
        return [(name, text) for token in self.tokens for name, text in _comments(token) if name in HEAD]

    @cached_property
    def blocks(self) -> list[Block]:
        found: list[Block] = []
        notes: dict[str, str] = {}
        for token in self.tokens:
            notes |= {name: text for name, text in _comments(token) if name in OF_BLOCK}
            if token.type == "fence":
                kind = token.info.split()[0] if token.info.split() else ""
                found.append(Block(kind, token.content, (token.map or [0])[0] + 1, notes))
            if token.type != "html_block":
                notes = {}
        return found

    @cached_property
    def inline(self) -> list[Token]:
        return [child for token in self.tokens for child in token.children or ()]

    @property
    def codes(self) -> list[str]:
        """What stands between backticks in prose and tables."""
        return [token.content for token in self.inline if token.type == "code_inline"]

    @property
    def links(self) -> Iterator[str]:
        for token in self.inline:
            target = token.attrGet("href") if token.type == "link_open" else token.attrGet("src")
            if target is not None:
                yield str(target)

    @cached_property
    def anchors(self) -> set[str]:
        """The names of the headings, as code hosts and the site make them, and those that are given."""
        titles = [after.content for one, after in zip(self.tokens, self.tokens[1:], strict=False) if _opens(one)]
        return {slug(title) for title in titles} | set(ANCHOR.findall(self.text))


def pages() -> list[Page]:
    """Return the README and every page of docs."""
    return [Page(README), *(Page(path) for path in sorted(DOCS.rglob("*.md")))]


def slug(title: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def _opens(token: Token) -> bool:
    return token.type == "heading_open"


def _comments(token: Token) -> list[tuple[str, str]]:
    return COMMENT.findall(token.content) if token.type == "html_block" else []
