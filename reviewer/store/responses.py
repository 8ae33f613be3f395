"""What is rated: configurations, prompts and their places in suites, responses. Added once, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.errors import NotFound, Refused
from reviewer.model import (
    Configuration,
    Prompt,
    Response,
    Suite,
    SuitePrompt,
    canonical,
    digest,
    message_values,
    response_id,
)
from reviewer.store.engine import Engine, among


def ensure_configuration(engine: Engine, configuration: Configuration) -> int:
    """Return the number of `configuration`, made where the name is new; call inside `engine.writing()`.

    Raises:
        Refused: the name stands for other settings. A field that is None claims nothing.
    """
    number = check_configuration(engine, configuration)
    if number is not None:
        return number
    [(number,)] = engine.rows("select coalesce(max(number), 0) + 1 from configuration")
    engine.run(
        "insert into configuration (number, name, provider, model, lab, settings)"
        " values (:number, :name, :provider, :model, :lab, :settings)",
        {
            "number": number,
            "name": configuration.name,
            "provider": configuration.provider,
            "model": configuration.model or configuration.name,
            "lab": configuration.lab,
            "settings": configuration.settings,
        },
    )
    return int(number)


def check_configuration(engine: Engine, configuration: Configuration) -> int | None:
    """Return the number of `configuration`, or None where its name is new.

    Raises:
        Refused: the name stands for other settings.
    """
    found = engine.rows(
        "select number, provider, model, lab, settings from configuration where name = :name",
        {"name": configuration.name},
    )
    if not found:
        return None
    number, *stored = found[0]
    claimed = (configuration.provider, configuration.model, configuration.lab, configuration.settings)
    for word, old, new in zip(("provider", "model", "lab", "settings"), stored, claimed, strict=True):
        if new is not None and new != old:
            raise Refused(
                f"configuration {configuration.name} is stored with {word} {old or 'not given'}, not {new};"
                " give the other settings a name of their own"
            )
    return int(number)


def configuration_numbers(engine: Engine) -> dict[str, int]:
    """Return every configuration's number by name."""
    return dict(engine.rows("select name, number from configuration order by name"))


def labs(engine: Engine) -> dict[str, str | None]:
    """Return the lab of every configuration by name, None where it was not said."""
    return dict(engine.rows("select name, lab from configuration order by name"))


def prompts_of(engine: Engine, responses: Sequence[str]) -> dict[str, int]:
    """Return the number of the prompt of each of `responses`, by id."""
    return dict(among(engine, "select id, prompt from response where id in ({values})", responses))


def ensure_prompts(engine: Engine, prompts: Sequence[Prompt]) -> tuple[dict[str, int], frozenset[str]]:
    """Store those of `prompts` that are new; call inside `engine.writing()`.

    Returns the number of each by id, and the ids that were new.
    """
    known = numbers_of(engine, "prompt", [prompt.id for prompt in prompts])
    [(number,)] = engine.rows("select coalesce(max(number), 0) from prompt")
    rows: list[dict[str, object]] = []
    for prompt in prompts:
        if prompt.id not in known:
            number += 1
            known[prompt.id] = number
            messages = canonical(message_values(prompt.messages))
            rows.append({"number": number, "id": prompt.id, "messages": messages})
    engine.run_many("insert into prompt (number, id, messages) values (:number, :id, :messages)", rows)
    return known, frozenset(str(row["id"]) for row in rows)


def numbers_of(engine: Engine, table: str, ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of those of `ids` that `table` (prompt or response) holds."""
    return dict(among(engine, f"select id, number from {table} where id in ({{values}})", ids))


def last_response(engine: Engine) -> int:
    """Return the highest response number in use, 0 where there is none."""
    [(number,)] = engine.rows("select coalesce(max(number), 0) from response")
    return int(number)


def known_as(engine: Engine, prompts: Sequence[int]) -> dict[tuple[int, int, str], list[tuple[int, str]]]:
    """Return the responses to prompts that came with an id of their own, as (number, text).

    By the numbers of prompt and configuration, and that id.
    """
    found: dict[tuple[int, int, str], list[tuple[int, str]]] = {}
    sql = (
        "select prompt, configuration, source_id, number, text from response"
        " where prompt in ({values}) and source_id is not null order by number"
    )
    for prompt, configuration, source_id, number, text in among(engine, sql, prompts):
        found.setdefault((prompt, configuration, source_id), []).append((number, text))
    return found


def add_responses(engine: Engine, responses: Iterable[tuple[int, int, int, Response]], now: str) -> None:
    """Store new responses; call inside `engine.writing()`.

    Each comes as (its number, its prompt's number, its configuration's number, the response).
    """
    by_columns: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for number, prompt, configuration, response in responses:
        row: dict[str, object] = {
            "number": number,
            "id": response.id,
            "prompt": prompt,
            "configuration": configuration,
            "sample": response.sample,
            "text": response.text,
            "stored_at": now,
        }
        # Most tables fill few of these, and to bind a null costs as much as to bind a value.
        for column in _SPARSE:
            value = getattr(response, column)
            if value is not None:
                row[column] = value
        by_columns.setdefault(tuple(row), []).append(row)
    for columns, rows in by_columns.items():
        names = ", ".join(f":{column}" for column in columns)
        engine.run_many(f"insert into response ({', '.join(columns)}) values ({names})", rows)


_SPARSE = (
    "reasoning", "tool_calls", "stop_reason", "refusal", "usage", "raw", "source", "source_id", "replaced",
)  # fmt: skip


def ensure_suite(engine: Engine, suite: Suite, now: str) -> int:
    """Return the number of `suite`, stored with its prompts where it is new; call inside `engine.writing()`.

    Raises:
        Refused: this version of the suite is stored with other content.
    """
    found = engine.rows(
        "select number, hash from suite where id = :id and version = :version",
        {"id": suite.id, "version": suite.version},
    )
    if found:
        number, stored = found[0]
        if stored != suite.hash:
            raise Refused(
                f"suite {suite.id} version {suite.version} is stored with other content;"
                " raise the version of the changed one"
            )
        return int(number)
    [(number,)] = engine.rows("select coalesce(max(number), 0) + 1 from suite")
    engine.run(
        "insert into suite (number, id, version, hash, title, evaluation, rubric, source, turns, stored_at)"
        " values (:number, :id, :version, :hash, :title, :evaluation, :rubric, :source, :turns, :now)",
        {
            "number": number,
            "id": suite.id,
            "version": suite.version,
            "hash": suite.hash,
            "title": suite.title,
            "evaluation": suite.evaluation,
            "rubric": suite.rubric,
            "source": suite.source,
            "turns": suite.turns.value,
            "now": now,
        },
    )
    numbers, _ = ensure_prompts(engine, [member.prompt for member in suite.prompts])
    add_members(engine, [(number, numbers[member.prompt.id], member) for member in suite.prompts])
    return int(number)


def suite_numbers(engine: Engine, name: str) -> list[int]:
    """Return the numbers of the newest stored version of the suite called `name`, and of what imports added to it.

    Raises:
        NotFound: no such suite; the error names those that are stored.
    """
    found = engine.rows(
        "select number from suite where id = :id and version in ("
        " 0, (select max(version) from suite where id = :id)) order by version",
        {"id": name},
    )
    if not found:
        known = ", ".join(sorted({known for (known,) in engine.rows("select id from suite")}))
        raise NotFound(f"--suite {name}: no such suite is stored; stored are: {known or 'none'}")
    return [number for (number,) in found]


def suite_titles(engine: Engine) -> dict[str, str]:
    """Return the title of every stored suite by id, that of its newest version."""
    return dict(engine.rows("select id, title from suite order by id, version"))


def add_members(engine: Engine, members: Iterable[tuple[int, int, SuitePrompt]]) -> None:
    """Give prompts their places in suites, as (suite number, prompt number, place); call inside `engine.writing()`."""
    engine.run_many(
        "insert into suite_prompt (suite, prompt, name, reference, secret, severity, tags, grouping_name, provenance)"
        " values (:suite, :prompt, :name, :reference, :secret, :severity, :tags, :group, :provenance)"
        " on conflict (suite, prompt) do update set tags = excluded.tags, reference = excluded.reference,"
        " secret = excluded.secret, severity = excluded.severity, grouping_name = excluded.grouping_name",
        (
            {
                "suite": suite,
                "prompt": prompt,
                "name": member.name,
                "reference": member.reference,
                "secret": member.secret,
                "severity": member.severity,
                "tags": canonical(member.tags),
                "group": member.group,
                "provenance": member.provenance,
            }
            for suite, prompt, member in members
        ),
    )


def members(engine: Engine, suite: int, prompts: Sequence[int]) -> dict[str, SuitePrompt]:
    """Return the places that those of `prompts` (numbers) have in a suite, by prompt id, the prompts without text."""
    rows = among(
        engine,
        "select prompt.id, name, reference, secret, severity, tags, grouping_name, provenance from suite_prompt"
        " join prompt on prompt.number = suite_prompt.prompt where suite = :suite and prompt in ({values})",
        prompts,
        {"suite": suite},
    )
    return {
        identity: SuitePrompt(
            name, Prompt(identity, ()), reference, secret, severity, tuple(json.loads(tags)), group, provenance
        )
        for identity, name, reference, secret, severity, tags, group, provenance in rows
    }


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A prompt, response or rubric whose content no longer fits the hash that names it."""

    table: str
    id: str


def mismatches(engine: Engine) -> Iterator[Mismatch]:
    """Yield every prompt and response whose content was changed after it was stored."""
    engine.forgive()
    for identity, messages in engine.stream("select id, messages from prompt order by number"):
        # Stored as canonical JSON, which is what the id is the hash of.
        if digest("prompt", messages) != identity:
            yield Mismatch("prompt", identity)
    responses = engine.stream(
        "select response.id, prompt.id, configuration.name, response.text, response.sample from response"
        " left join prompt on prompt.number = response.prompt"
        " left join configuration on configuration.number = response.configuration order by response.number"
    )
    for identity, prompt, configuration, text, sample in responses:
        if response_id(prompt, configuration, text, sample) != identity:
            yield Mismatch("response", identity)


def counts(engine: Engine) -> dict[str, int]:
    """Return how many prompts, responses, configurations and suites are stored."""
    tables = ("prompt", "response", "configuration", "suite")
    return {table: int(engine.rows(f"select count(*) from {table}")[0][0]) for table in tables}
