"""The loop that asks, with a caller of the test's own: tries, turns, gates, money, and being stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from reviewer.collection import concurrency_gate
from reviewer.collection.ask_loop import Budget, Lane, Patience, outcomes
from reviewer.collection.concurrency_gate import ConcurrencyGate
from reviewer.model import Message, Role
from reviewer.providers.calls import (
    AnsweredRequest,
    CallFailed,
    FailedRequest,
    Outcome,
    ReceivedReply,
    Reply,
    Request,
    turns_of,
)
from reviewer.providers.failures import Failure, FailureReason

QUICK = Patience(first=0.001, longest=0.002, tries=4, deadline=5.0, silence=5.0)
LIMITED = Failure(FailureReason.RATE_LIMITED, "slow down", 429, wait=0.001)
BROKEN = Failure(FailureReason.SERVER, "broken", 500)


class Scripted:
    """Fails as often as it is told for each question, and answers then."""

    sdk, server = "test", "here"

    def __init__(self, failures: Mapping[str, Sequence[Failure]] | None = None, seconds: float = 0.0) -> None:
        self.left = {question: list(given) for question, given in (failures or {}).items()}
        self.seconds = seconds
        self.calls: list[tuple[Message, ...]] = []
        self.at_once = self.most_at_once = 0

    async def check(self) -> str | None:
        return None

    async def call(self, messages: Sequence[Message], sample: int, schema: Mapping[str, Any] | None) -> ReceivedReply:  # noqa: ARG002
        self.calls.append(tuple(messages))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        question = messages[-1].content
        if self.left.get(question):
            raise CallFailed(self.left[question].pop(0))
        return ReceivedReply({}, Reply(f"re: {question}", {}))

    async def close(self) -> None:
        return None


def ask(*questions: str) -> list[Request]:
    return [Request(question, ((Message(Role.USER, question),),)) for question in questions]


def run(
    caller: Scripted,
    requests: Sequence[Request],
    *,
    workers: int = 4,
    patience: Patience = QUICK,
    budget: Budget | None = None,
    most: float = 0.0,
    price: float = 0.0,
    stop_after: int | None = None,
) -> tuple[dict[str, Outcome], Lane]:
    lane = Lane(
        "it", caller, ConcurrencyGate(workers), iter(requests), workers, lambda _: most, lambda _answered, _held: price
    )

    async def all_of_it() -> dict[str, Outcome]:
        found: dict[str, Outcome] = {}
        stop = asyncio.Event()
        async for together in outcomes([lane], patience, budget or Budget(), lambda: datetime.now(UTC), stop):
            found |= {outcome.request.key: outcome for _, outcome in together}
            if stop_after is not None and len(found) >= stop_after:
                stop.set()
        return found

    return asyncio.run(all_of_it()), lane


def text(outcome: Outcome) -> str:
    assert isinstance(outcome, AnsweredRequest)
    return outcome.turns[-1].reply.text


def failure(outcome: Outcome) -> FailedRequest:
    assert isinstance(outcome, FailedRequest)
    return outcome


def test_every_request_is_answered_once() -> None:
    caller = Scripted()
    found, _ = run(caller, ask(*map(str, range(50))))
    assert {key: text(outcome) for key, outcome in found.items()} == {str(n): f"re: {n}" for n in range(50)}
    assert len(caller.calls) == 50


def test_no_more_requests_are_under_way_than_workers() -> None:
    caller = Scripted(seconds=0.001)
    run(caller, ask(*map(str, range(40))), workers=3)
    assert caller.most_at_once == 3


def test_a_failure_that_may_pass_is_tried_again() -> None:
    caller = Scripted({"a": [BROKEN, LIMITED, Failure(FailureReason.CONNECTION, "gone")]})
    found, _ = run(caller, ask("a"))
    assert text(found["a"]) == "re: a"
    assert isinstance(found["a"], AnsweredRequest)
    assert found["a"].turns[0].tries == 4


def test_a_failure_that_stays_is_given_up_after_the_tries() -> None:
    found, _ = run(Scripted({"a": [BROKEN] * 9}), ask("a", "b"))
    assert (failure(found["a"]).failure, failure(found["a"]).tries) == (BROKEN, 4)
    assert text(found["b"]) == "re: b"


def test_a_rate_limit_is_waited_for_longer_than_other_failures() -> None:
    found, _ = run(Scripted({"a": [LIMITED] * 20}), ask("a"))
    assert text(found["a"]) == "re: a"


def test_a_rate_limit_that_never_ends_meets_the_deadline() -> None:
    patience = Patience(first=0.001, longest=0.002, tries=4, deadline=0.05, silence=9.0)
    found, _ = run(Scripted({"a": [LIMITED] * 10_000}), ask("a"), patience=patience)
    assert failure(found["a"]).failure == LIMITED


def test_a_bad_request_is_tried_once_and_holds_nobody_up() -> None:
    caller = Scripted({"a": [Failure(FailureReason.BAD_REQUEST, "no", 400)] * 2})
    found, _ = run(caller, ask("a", "b"))
    assert failure(found["a"]).tries == 1
    assert text(found["b"]) == "re: b"


def test_a_hopeless_failure_stops_its_lane_after_the_first() -> None:
    caller = Scripted(
        {str(n): [Failure(FailureReason.UNAUTHORIZED, "bad key", 401)] for n in range(100)}, seconds=0.001
    )
    found, lane = run(caller, ask(*map(str, range(100))), workers=2)
    assert len(caller.calls) <= 2
    assert lane.stopped == "bad key"
    assert all(failure(outcome).failure.reason is FailureReason.UNAUTHORIZED for outcome in found.values())


def test_a_wait_beyond_the_longest_stops_the_lane() -> None:
    hour = Failure(FailureReason.RATE_LIMITED, "come back in an hour", 429, wait=3600.0)
    _, lane = run(Scripted({"a": [hour]}), ask("a", "b"), workers=1)
    assert lane.stopped == "come back in an hour"


def test_a_model_that_only_fails_is_left_after_a_while() -> None:
    patience = Patience(first=0.001, longest=0.002, tries=3, deadline=5.0, silence=0.05)
    caller = Scripted({str(n): [BROKEN] * 9 for n in range(10_000)}, seconds=0.001)
    found, lane = run(caller, ask(*map(str, range(10_000))), patience=patience)
    assert lane.stopped == "broken"
    assert len(found) < 10_000


def test_turns_are_played_with_the_models_own_answers_between() -> None:
    caller = Scripted()
    messages = (Message(Role.SYSTEM, "s"), Message(Role.USER, "one"), Message(Role.USER, "two"))
    found, _ = run(caller, [Request("k", turns_of(messages, played=True))])
    assert [message.content for message in caller.calls[1]] == ["s", "one", "re: one", "two"]
    assert [message.role for message in caller.calls[1]] == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER]
    outcome = found["k"]
    assert isinstance(outcome, AnsweredRequest)
    assert [turn.reply.text for turn in outcome.turns] == ["re: one", "re: two"]


def test_an_answer_goes_into_the_next_turn_as_it_is_stored() -> None:
    caller = Scripted()
    run(caller, [Request("k", turns_of((Message(Role.USER, "\ud800"), Message(Role.USER, "two")), played=True))])
    assert [message.content for message in caller.calls[1]] == ["\ud800", "re: \ufffd", "two"]


def test_replayed_messages_are_sent_once_as_they_are() -> None:
    caller = Scripted()
    messages = (Message(Role.USER, "one"), Message(Role.ASSISTANT, "so"), Message(Role.USER, "two"))
    run(caller, [Request("k", turns_of(messages, played=False))])
    assert caller.calls == [messages]


def test_a_failure_in_a_later_turn_fails_the_request() -> None:
    caller = Scripted({"two": [Failure(FailureReason.BAD_REQUEST, "no", 400)]})
    messages = (Message(Role.USER, "one"), Message(Role.USER, "two"))
    found, _ = run(caller, [Request("k", turns_of(messages, played=True))])
    assert failure(found["k"]).failure.reason is FailureReason.BAD_REQUEST


def test_money_is_held_back_for_what_is_under_way() -> None:
    caller = Scripted(seconds=0.001)
    budget = Budget(limit=1.0)
    found, lane = run(caller, ask(*map(str, range(100))), budget=budget, most=0.3, price=0.1)
    assert budget.spent <= 1.0
    assert len(found) == 8  # 0.7 spent leaves room for one more at 0.3, 0.8 does not
    assert lane.stopped == "the next request could go over the limit of $1: $0.3 is set aside for it"


MALFORMED = Failure(FailureReason.MALFORMED, "the reply holds no answer", 200)
UNREACHED = Failure(FailureReason.CONNECTION, "nobody there", sent=False)


def test_a_reply_that_cannot_be_read_is_asked_for_a_few_times() -> None:
    patience = Patience(first=0.001, longest=0.002, tries=9, malformed=2, deadline=5.0, silence=5.0)
    found, _ = run(Scripted({"a": [MALFORMED] * 9, "b": [BROKEN] * 3}), ask("a", "b"), patience=patience)
    assert failure(found["a"]).tries == 2
    assert text(found["b"]) == "re: b"


@pytest.mark.parametrize(
    ("failures", "spent"),
    [
        ([], 0.1),
        ([LIMITED] * 3, 0.1),
        ([UNREACHED] * 3, 0.1),
        ([BROKEN], 0.4),
        ([BROKEN, LIMITED, MALFORMED], 0.7),
        ([BROKEN] * 9, 1.2),
        ([Failure(FailureReason.BAD_REQUEST, "no", 400)], 0.0),
    ],
)
def test_each_try_that_may_have_been_answered_is_paid_for(failures: list[Failure], spent: float) -> None:
    budget = Budget(limit=5.0)
    _, lane = run(Scripted({"a": failures}), ask("a"), budget=budget, most=0.3, price=0.1)
    assert [budget.spent, lane.spent] == pytest.approx([spent, spent])


def test_tries_end_where_the_money_does() -> None:
    budget = Budget(limit=1.0)
    caller = Scripted({key: [BROKEN] * 9 for key in "abc"}, seconds=0.001)
    found, lane = run(caller, ask("a", "b", "c", "d"), budget=budget, most=0.3, price=0.1, workers=2)
    assert len(caller.calls) == 3
    assert budget.spent == pytest.approx(0.9)
    assert lane.stopped == "the next request could go over the limit of $1: $0.3 is set aside for it"
    assert all(failure(outcome).failure == BROKEN for outcome in found.values())


def test_turns_before_a_failure_are_paid_for() -> None:
    caller = Scripted({"two": [Failure(FailureReason.BAD_REQUEST, "no", 400)]})
    budget = Budget(limit=1.0)
    messages = (Message(Role.USER, "one"), Message(Role.USER, "two"))
    run(caller, [Request("k", turns_of(messages, played=True))], budget=budget, most=0.8, price=0.1)
    assert budget.spent == pytest.approx(0.1)


def test_what_was_answered_before_the_stop_is_handed_out() -> None:
    caller = Scripted(seconds=0.002)
    found, _ = run(caller, ask(*map(str, range(200))), stop_after=10)
    assert 10 <= len(found) < 200
    assert all(isinstance(outcome, AnsweredRequest) for outcome in found.values())


def test_a_worker_asks_on_only_when_its_answer_is_stored() -> None:
    caller = Scripted()
    lane = Lane("it", caller, ConcurrencyGate(4), iter(ask(*map(str, range(100)))), 4)

    async def store_slowly() -> list[int]:
        at_risk, stored = [], 0
        async for together in outcomes([lane], QUICK, Budget(), lambda: datetime.now(UTC), asyncio.Event()):
            await asyncio.sleep(0.001)
            at_risk.append(len(caller.calls) - stored)
            stored += len(together)
        return at_risk

    assert max(asyncio.run(store_slowly())) == 4


def through(gate_of: Callable[[], ConcurrencyGate], script: Callable[[ConcurrencyGate], None]) -> ConcurrencyGate:
    async def run_it() -> ConcurrencyGate:
        gate = gate_of()
        script(gate)
        return gate

    return asyncio.run(run_it())


def test_a_gate_is_cut_when_most_requests_are_refused() -> None:
    def script(gate: ConcurrencyGate) -> None:
        for _ in range(30):
            gate.refused(LIMITED)

    assert through(lambda: ConcurrencyGate(50), script).limit == 35.0


def test_a_gate_holds_where_few_requests_are_refused_by_chance() -> None:
    def script(gate: ConcurrencyGate) -> None:
        for number in range(1000):
            if number % 5:
                gate.answered()
            else:
                gate.refused(LIMITED)

    assert through(lambda: ConcurrencyGate(50), script).limit == 50.0


def test_a_gate_grows_back_one_a_round_and_never_above_its_most() -> None:
    def script(gate: ConcurrencyGate) -> None:
        gate.limit = 10.0
        for _ in range(10):
            gate.answered()

    assert 10.9 < through(lambda: ConcurrencyGate(50), script).limit < 11.0

    def many(gate: ConcurrencyGate) -> None:
        for _ in range(10_000):
            gate.answered()

    assert through(lambda: ConcurrencyGate(50), many).limit == 50.0


def test_a_clear_wait_pauses_everybody_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run_it() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        gate = ConcurrencyGate(2)
        gate.refused(Failure(FailureReason.RATE_LIMITED, "", 429, wait=2.0))
        paused = gate.paused_until - loop.time()
        monkeypatch.setattr(concurrency_gate, "CLEAR_WAIT", 0.01)
        gate = ConcurrencyGate(2)
        gate.refused(Failure(FailureReason.RATE_LIMITED, "", 429, wait=0.02))
        start = loop.time()
        assert await gate.enter()
        return paused, loop.time() - start

    paused, waited = asyncio.run(run_it())
    assert 1.9 < paused <= 2.0
    assert waited >= 0.015


def test_a_closed_gate_lets_go_of_who_waits() -> None:
    async def run_it() -> list[bool]:
        gate = ConcurrencyGate(1)
        assert await gate.enter()
        waiting = [asyncio.create_task(gate.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        gate.close(BROKEN)
        return await asyncio.gather(*waiting)

    assert asyncio.run(run_it()) == [False, False, False]
