"""What `--dry-run` shows of requests before any is sent: how many, about how many tokens, and what they may cost."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.cli.collect_run import dollars
from reviewer.cli.terminal import say, say_json, table
from reviewer.collection.collector import Workload
from reviewer.providers.token_estimate import CostPlan, expectation_words, plan_of


def show_plan(works: Sequence[Workload], *, as_json: bool) -> None:
    """Print what is missing of each configuration and what asking for it takes."""
    plans = [plan_of(work.setup, work.requests(), work.earlier) for work in works]
    if as_json:
        say_json({"configurations": [_summed(work, plan) for work, plan in zip(works, plans, strict=True)]})
        return
    head = ["configuration", "wanted", "stored", "to ask", "tokens in, about", "out, at most"]
    head += ["cost, expected", "cost, at most"]
    rows = [
        [
            work.setup.name,
            f"{work.total:,}",
            f"{work.total - plan.requests:,}",
            f"{plan.requests:,}",
            f"{plan.tokens_in:,}",
            f"{plan.most_tokens_out:,}",
            dollars(plan.expected_cost),
            dollars(plan.most_cost),
        ]
        for work, plan in zip(works, plans, strict=True)
    ]
    table([head, *rows], right=frozenset(range(1, len(head))))
    for work, plan in zip(works, plans, strict=True):
        if plan.requests:
            say(f"{work.setup.name}: {expectation_words(plan)}")
    say("Nothing was sent. Next: the same command without --dry-run")


def _summed(work: Workload, plan: CostPlan) -> dict[str, object]:
    return {
        "configuration": work.setup.name,
        "wanted": work.total,
        "stored": work.total - plan.requests,
        "to_ask": plan.requests,
        "tokens_in": plan.tokens_in,
        "expected_tokens_out": plan.expected_tokens_out,
        "most_tokens_out": plan.most_tokens_out,
        "expected_cost": plan.expected_cost,
        "most_cost": plan.most_cost,
        "expected_from_answers": plan.answers,
    }
