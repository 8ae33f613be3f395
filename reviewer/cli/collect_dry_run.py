"""What `--dry-run` shows of requests before any is sent: how many, about how many tokens, and what they may cost."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.cli.collect_run import dollars
from reviewer.cli.terminal import say, say_json, table
from reviewer.collection.collector import Workload
from reviewer.providers import token_estimate


def show_plan(works: Sequence[Workload], *, as_json: bool) -> None:
    """Print what is missing of each configuration and what asking for it takes."""
    plans: list[dict[str, object]] = []
    costs: list[float | None] = []
    for work in works:
        requests = list(work.requests())
        read = sum(token_estimate.tokens_in(work.setup, request) for request in requests)
        written = sum(token_estimate.tokens_out(work.setup, request) for request in requests)
        costs.append(work.setup.cost(read, written))
        plans.append(
            {
                "configuration": work.setup.name,
                "wanted": work.total,
                "stored": work.total - len(requests),
                "to_ask": len(requests),
                "tokens_in": read,
                "most_tokens_out": written,
                "most_cost": costs[-1],
            }
        )
    if as_json:
        say_json({"configurations": plans})
        return
    head = ["configuration", "wanted", "stored", "to ask", "tokens in, about", "out, at most", "cost, at most"]
    rows = [
        [
            str(plan["configuration"]),
            *(f"{plan[key]:,}" for key in ("wanted", "stored", "to_ask", "tokens_in", "most_tokens_out")),
            dollars(cost),
        ]
        for plan, cost in zip(plans, costs, strict=True)
    ]
    table([head, *rows], right=frozenset(range(1, 7)))
    say("Nothing was sent. Next: the same command without --dry-run")
