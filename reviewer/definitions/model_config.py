"""Configurations that can be asked: a provider's model with its settings, as `prompts/models.toml` names them.

Knows what may stand in the file and what of it makes two configurations different. Calls nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from reviewer.definitions.provider import Provider, without_entry
from reviewer.definitions.toml_table import TomlTable, read_toml
from reviewer.errors import NotFound
from reviewer.model import Configuration, Role, canonical

DEFAULT_MAX_TOKENS = 4096


class Reasoning(StrEnum):
    """Whether a model thinks before it answers: switched off or on, or with an effort that providers name."""

    OFF = "off"
    ON = "on"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Setup:
    """How a configuration is asked. None in a field sends nothing, which leaves the choice to the provider.

    `reasoning_budget` counts tokens. `system_role` is the role in which instructions are sent, `key_variable` the
    environment variable that holds the key of the server at `base_url`, `answers` the file of a replay. `structured`
    says whether its server can hold an answer to a JSON schema. Prices are in US dollars per million tokens.
    """

    name: str
    provider: Provider
    model: str
    lab: str | None = None
    base_url: str | None = None
    key_variable: str | None = None
    reasoning: Reasoning | None = None
    reasoning_budget: int | None = None
    max_tokens: int = DEFAULT_MAX_TOKENS
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    system_role: Role | None = None
    answers: Path | None = None
    structured: bool = False
    price_in: float | None = None
    price_out: float | None = None

    @property
    def configuration(self) -> Configuration:
        """Return the configuration as it is stored: settings are what a reader needs to ask the same again."""
        settings = {
            "base_url": self.base_url,
            "reasoning": self.reasoning,
            "reasoning_budget": self.reasoning_budget,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
            "stop": self.stop or None,
            "system_role": self.system_role,
        }
        given = {key: value for key, value in settings.items() if value is not None}
        return Configuration(self.name, self.provider.value, self.model, self.lab, canonical(given))

    def cost(self, tokens_in: float, tokens_out: float) -> float | None:
        """Return what so many tokens cost in US dollars; None without prices."""
        if self.price_in is None or self.price_out is None:
            return None
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000


def read_setups(path: Path) -> dict[str, Setup]:
    """Return the entries of the models file at `path`, by name."""
    head = read_toml(path)
    setups: dict[str, Setup] = {}
    for table in head.tables("model"):
        setup = _setup(table, path.parent)
        if setup.name in setups:
            raise table.wrong("name", f"a second model {setup.name}", "a name of its own")
        setups[setup.name] = setup
    head.done()
    return setups


def find_setup(name: str, files: Sequence[Path]) -> Setup:
    """Return the configuration that `name` means: an entry of one of `files`, else `PROVIDER/NAME` of a lab's server.

    Raises:
        NotFound: names the entries there are and the one most like `name`.
    """
    known: dict[str, Setup] = {}
    for file in reversed(files):
        known |= read_setups(file)
    if name in known:
        return known[name]
    prefix, _, model = name.partition("/")
    for provider in Provider:
        if model and provider == prefix and provider.traits.lab is not None:
            return Setup(name, provider, model, lab=provider.traits.lab, structured=provider.traits.structured)
    near = difflib.get_close_matches(name, known, n=1)
    guess = f" (did you mean {near[0]}?)" if near else ""
    raise NotFound(
        f"{name}: not a model of {' or '.join(map(str, files))} and not {without_entry()}{guess};"
        f" there are: {', '.join(sorted(known)) or 'none'}"
    )


def _setup(table: TomlTable, folder: Path) -> Setup:
    name = table.line("name")
    provider = table.choice("provider", Provider)
    answers = table.line("answers", None)
    if provider.traits.recorded != (answers is not None):
        recorded = " or ".join(one.value for one in Provider if one.traits.recorded)
        raise table.wrong("answers", f"answers and provider = {recorded} belong together", "both or neither")
    setup = Setup(
        name=name,
        provider=provider,
        model=table.line("model"),
        lab=table.line("lab", provider.traits.lab),
        base_url=_base_url(table),
        key_variable=table.line("key_variable", None),
        reasoning=table.choice("reasoning", Reasoning, None),
        reasoning_budget=table.integer("reasoning_budget", None),
        max_tokens=table.integer("max_tokens", DEFAULT_MAX_TOKENS),
        temperature=table.number("temperature", None),
        seed=table.integer("seed", None),
        stop=table.texts("stop", ()),
        system_role=_system_role(table),
        answers=None if answers is None else folder / answers,
        structured=table.boolean("structured", provider.traits.structured and "base_url" not in table.entries),
        price_in=_price(table, "price_in"),
        price_out=_price(table, "price_out"),
    )
    _check(table, setup)
    table.done()
    return setup


def _check(table: TomlTable, setup: Setup) -> None:
    """Refuse settings that the provider cannot be asked with."""
    for refusal in setup.provider.traits.refused:
        if refusal.setting in table.entries and not (refusal.own_server_only and setup.base_url is not None):
            raise table.wrong(refusal.setting.value, refusal.problem, refusal.expected)
    if setup.max_tokens < 1:
        raise table.wrong("max_tokens", f"max_tokens is {setup.max_tokens}", "1 or more")
    if (setup.price_in is None) != (setup.price_out is None):
        raise table.wrong(None, "one of price_in and price_out is missing", "both or neither")
    if setup.key_variable is not None and setup.base_url is None:
        raise table.wrong("key_variable", "key_variable without base_url", "the server that this key is for")
    if setup.reasoning_budget is not None:
        _check_budget(table, setup, setup.reasoning_budget)


def _check_budget(table: TomlTable, setup: Setup, budget: int) -> None:
    least = setup.provider.traits.least_budget
    if least is None or setup.reasoning is not Reasoning.ON:
        able = " or ".join(one.value for one in Provider if one.traits.least_budget is not None)
        problem = f"reasoning_budget is for provider {able} with reasoning on"
        raise table.wrong("reasoning_budget", problem, "an effort as reasoning")
    if not least <= budget < setup.max_tokens:
        expected = f"{least} to {setup.max_tokens - 1}, below max_tokens"
        raise table.wrong("reasoning_budget", f"reasoning_budget is {budget}", expected)


def _base_url(table: TomlTable) -> str | None:
    url = table.line("base_url", None)
    if url is None:
        return None
    address = "an address that begins with http:// or https://"
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise table.wrong("base_url", f"base_url is {url} ({error})", address) from None
    if parts.scheme not in ("http", "https") or not has_host:
        raise table.wrong("base_url", f"base_url is {url}", address)
    if parts.username or parts.password:
        raise table.wrong("base_url", "base_url holds a name or a password", "the key in the variable key_variable")
    return url


def _system_role(table: TomlTable) -> Role | None:
    role = table.choice("system_role", Role, None)
    if role not in (None, Role.SYSTEM, Role.DEVELOPER):
        raise table.wrong("system_role", f"system_role is {role}", "system or developer")
    return role


def _price(table: TomlTable, key: str) -> float | None:
    price = table.number(key, None)
    if price is not None and price < 0:
        raise table.wrong(key, f"{key} is {price}", "0 or more")
    return price
