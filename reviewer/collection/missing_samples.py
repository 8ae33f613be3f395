"""Collecting as a use case: what is missing, and how what comes back is stored. Calls nothing itself.

A sample is wanted once. What is stored is never asked for again, so the same command goes on where it was stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from reviewer.definitions.model_config import Setup
from reviewer.errors import Refused
from reviewer.model import Prompt, Response, Role, Suite, SuitePrompt, Turns, canonical, response_id
from reviewer.providers.calls import AnsweredRequest, FailedRequest, Outcome, Request, Turn, turns_of
from reviewer.providers.failures import Failure
from reviewer.providers.token_estimate import AnswerLengths
from reviewer.store import collection_attempts, responses
from reviewer.store.collection_attempts import Attempt
from reviewer.store.engine import Engine
from reviewer.text.visible import storable

ANSWER_HEADING = "— answer {number} of {total} —"


@dataclass(frozen=True, slots=True)
class PromptToAsk:
    """A prompt that is to be asked, with how, and its number in the database (0 while it is not stored)."""

    member: SuitePrompt
    played: bool
    number: int = 0


@dataclass(frozen=True, slots=True)
class MissingSamples:
    """What one configuration is to answer: of `total` samples, those that are missing, in the order asked.

    `number` is the configuration's in the database, 0 while it is not stored. `earlier` is how long its answers were.
    """

    setup: Setup
    number: int
    total: int
    missing: tuple[tuple[PromptToAsk, int], ...]
    earlier: AnswerLengths = field(default_factory=AnswerLengths)

    def requests(self) -> Iterator[Request]:
        """Yield a request for each missing sample."""
        for wanted, sample in self.missing:
            prompt = wanted.member.prompt
            yield Request(key_of(prompt, sample), turns_of(prompt.messages, played=wanted.played), sample)


def key_of(prompt: Prompt, sample: int) -> str:
    """Return the key of a sample, of characters and length that both batch services take (64 of A-Z a-z 0-9 _ -)."""
    return f"{prompt.id}-{sample}"


def wanted(suites: Sequence[Suite]) -> list[PromptToAsk]:
    """Return the prompts of `suites`, each once.

    Raises:
        Refused: a prompt holds tool messages, which no suite can be asked with yet.
    """
    found: dict[str, PromptToAsk] = {}
    for suite in suites:
        for member in suite.prompts:
            if any(message.role is Role.TOOL or message.tool_calls for message in member.prompt.messages):
                raise Refused(f"suite {suite.id}: prompt {member.name} has tool calls, and those cannot be asked")
            found.setdefault(member.prompt.id, PromptToAsk(member, suite.turns is Turns.PLAYED))
    return list(found.values())


def prepare(
    engine: Engine, suites: Sequence[Suite], setups: Sequence[Setup], samples: int, now: str
) -> list[MissingSamples]:
    """Store suites and configurations where they are new, and return what is missing of each configuration.

    Raises:
        Refused: a suite's version or a configuration's name is stored with other content.
    """
    with engine.writing():
        for suite in suites:
            responses.ensure_suite(engine, suite, now)
        for setup in setups:
            responses.ensure_configuration(engine, setup.configuration)
    return survey(engine, suites, setups, samples)


def survey(engine: Engine, suites: Sequence[Suite], setups: Sequence[Setup], samples: int) -> list[MissingSamples]:
    """Return what is missing of each configuration, changing nothing.

    Raises:
        Refused: a configuration's name is stored with other settings.
    """
    prompts = wanted(suites)
    numbers = responses.numbers_of(engine, "prompt", [one.member.prompt.id for one in prompts])
    prompts = [PromptToAsk(one.member, one.played, numbers.get(one.member.prompt.id, 0)) for one in prompts]
    works = []
    for setup in setups:
        configuration = responses.check_configuration(engine, setup.configuration) or 0
        there = collection_attempts.present(engine, configuration, list(numbers.values()))
        earlier = AnswerLengths(*collection_attempts.lengths(engine, configuration))
        works.append(work_of(setup, configuration, prompts, samples, there, earlier))
    return works


def work_of(
    setup: Setup,
    configuration: int,
    prompts: Sequence[PromptToAsk],
    samples: int,
    there: set[tuple[int, int]],
    earlier: AnswerLengths | None = None,
) -> MissingSamples:
    """Return the work that is left; the first sample of every prompt comes before any second one."""
    missing = tuple(
        (one, sample)
        for sample in range(1, samples + 1)
        for one in prompts
        if not one.number or (one.number, sample) not in there
    )
    return MissingSamples(setup, configuration, samples * len(prompts), missing, earlier or AnswerLengths())


def store(engine: Engine, outcomes: Sequence[tuple[MissingSamples, Outcome]], now: str) -> int:
    """Store what came back in one transaction, and return how many responses were new.

    An answer whose sample another collector stored in the meantime is left out.
    """
    with engine.writing():
        numbers = responses.numbers_of(engine, "prompt", [_prompt_id(outcome) for _, outcome in outcomes])
        next_number = responses.last_response(engine) + 1
        rows: list[tuple[int, int, int, Response]] = []
        attempts: list[Attempt] = []
        there: dict[int, set[tuple[int, int]]] = {}
        for work, outcome in outcomes:
            prompt = numbers[_prompt_id(outcome)]
            if isinstance(outcome, FailedRequest):
                attempts.append(_attempt(outcome, prompt, work.number))
                continue
            if work.number not in there:
                there[work.number] = collection_attempts.present(engine, work.number, list(numbers.values()))
            sample = (prompt, outcome.request.sample)
            if sample not in there[work.number]:
                there[work.number].add(sample)
                rows.append((next_number + len(rows), prompt, work.number, response_of(work.setup, outcome)))
        responses.add_responses(engine, rows, now)
        collection_attempts.add_attempts(engine, attempts, now)
    return len(rows)


def response_of(setup: Setup, answered: AnsweredRequest) -> Response:
    """Return an answer as it is stored.

    The text of a prompt that was played holds every answer of the model under a heading of its own, since what a rater
    judges may have happened in any of them; `raw` has each apart, just as it was sent and came.
    """
    replaced: dict[str, list[list[int]]] = {}

    def kept(field: str, text: str | None) -> str | None:
        if text is None:
            return None
        stored = storable(text)
        if stored.replaced:
            replaced[field] = stored.replaced
        return stored.text

    last = answered.turns[-1].reply
    text = kept("text", _text(answered.turns)) or ""
    prompt = _prompt_id(answered)
    return Response(
        response_id(prompt, setup.name, text, answered.request.sample),
        prompt,
        setup.name,
        answered.request.sample,
        text,
        reasoning=kept("reasoning", _joined([turn.reply.reasoning for turn in answered.turns])),
        tool_calls=_tool_calls(answered.turns),
        stop_reason=kept("stop_reason", last.stop_reason),
        refusal=kept("refusal", _joined([turn.reply.refusal for turn in answered.turns])),
        usage=canonical(asdict(answered.usage)),
        raw=_raw(answered.turns),
        source=answered.turns[-1].server,
        source_id=kept("source_id", last.id),
        replaced=canonical(replaced) if replaced else None,
    )


def _text(turns: Sequence[Turn]) -> str:
    if len(turns) == 1:
        return turns[0].reply.text
    parts = []
    for number, turn in enumerate(turns, 1):
        heading = ANSWER_HEADING.format(number=number, total=len(turns))
        parts.append(f"{heading}\n{turn.reply.text or turn.reply.refusal or ''}")
    return "\n\n".join(parts)


def _joined(texts: Sequence[str | None]) -> str | None:
    given = [text for text in texts if text]
    return "\n\n".join(given) if given else None


def _tool_calls(turns: Sequence[Turn]) -> str | None:
    calls = [call for turn in turns if turn.reply.tool_calls for call in json.loads(turn.reply.tool_calls)]
    return storable(canonical(calls)).text if calls else None


def _raw(turns: Sequence[Turn]) -> str:
    """Return everything that was sent and came back, as ASCII JSON: escapes keep even what text columns cannot."""
    record = [
        {
            "sent": turn.sent,
            "received": turn.reply.body,
            "model": turn.reply.model,
            "request_id": turn.request_id,
            "sdk": turn.sdk,
            "server": turn.server,
            "began": turn.began,
            "seconds": turn.seconds,
            "tries": turn.tries,
        }
        for turn in turns
    ]
    return json.dumps(record, separators=(",", ":"))


def _attempt(failed: FailedRequest, prompt: int, configuration: int) -> Attempt:
    failure: Failure = failed.failure
    message = storable(failure.message).text
    return Attempt(
        prompt, configuration, failed.request.sample, failure.reason.value, failure.status, message, failed.tries
    )


def _prompt_id(outcome: Outcome) -> str:
    return outcome.request.key.rpartition("-")[0]
