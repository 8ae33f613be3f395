"""Collecting, stored, against a server on loopback: how long, how much memory, and what is lost when it misbehaves.

    python benchmarks/collect.py [--full] [--interface NAME] [--inspect PYTHON] [--server PROGRAM]

Beside each run the SDK alone, in a loop with a semaphore, asks the same of the same server, and so does Inspect AI
where `--inspect` names a Python that has it. All prompts are simulated.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from figures import load, note, scratch, show, title

STUB = Path(__file__).with_name("stub_server.py")
PORT = 18097
SERVER = f"http://127.0.0.1:{PORT}"
CONCURRENCY = 50
REVIEWER = [sys.executable, "-m", "reviewer"]
FAULTS = {
    "100 requests a second": ["--rps", "100"],
    "20 in flight": ["--max-inflight", "20"],
    "20 % 429, 5 % 500, 2 % dropped": ["--p429", "0.2", "--p500", "0.05", "--pdrop", "0.02"],
}


@dataclass(frozen=True, slots=True)
class Interface:
    """One of the wire formats: our provider, the server's address, the SDK's client and call, Inspect's model."""

    provider: str
    base_url: str
    client: str
    call: str
    inspect: str


OPENAI = f"openai.AsyncOpenAI(api_key='none', base_url='{SERVER}/v1', max_retries=retries)"
ANTHROPIC = f"anthropic.AsyncAnthropic(api_key='none', base_url='{SERVER}', max_retries=retries)"
INTERFACES = {
    "chat completions": Interface(
        "openai-chat",
        f"{SERVER}/v1",
        OPENAI,
        "client.chat.completions.create(model='stub-a', messages=messages, max_completion_tokens=100)",
        "model='openai-api/local/stub-a'",
    ),
    "responses": Interface(
        "openai",
        f"{SERVER}/v1",
        OPENAI,
        "client.responses.create(model='stub-a', input=messages, max_output_tokens=100)",
        "model='openai/stub-a', model_args={'responses_api': True}",
    ),
    "messages": Interface(
        "anthropic",
        SERVER,
        ANTHROPIC,
        "client.messages.create(model='stub-a', messages=messages, max_tokens=100)",
        "model='anthropic/stub-a'",
    ),
}
CHAT = INTERFACES["chat completions"]
BARE = """
import asyncio, sys, time
import {package}
async def main(requests, retries):
    client = {client}
    places = asyncio.Semaphore({concurrency})
    lost = 0
    async def one(number):
        nonlocal lost
        async with places:
            messages = [{{"role": "user", "content": f"Question {{number}}?"}}]
            try:
                await {call}
            except {package}.{error}:
                lost += 1
    start = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(requests)))
    print(time.perf_counter() - start, lost)
asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""
INSPECT = """
import sys, time
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.solver import generate
task = Task(dataset=[Sample(input=f"Question {{n}}?") for n in range(int(sys.argv[1]))], solver=generate())
start = time.perf_counter()
[log] = eval(task, {model}, max_connections={concurrency}, max_samples={concurrency}, max_tokens=100, display="none",
    log_dir=sys.argv[2])
print(time.perf_counter() - start, int(sys.argv[1]) - log.results.completed_samples if log.results else sys.argv[1])
"""


@contextmanager
def served(stub: Path, latency: float, faults: Sequence[str] = ()) -> Iterator[None]:
    """Run the server, answering after `latency` seconds."""
    command = [sys.executable, str(stub), "--port", str(PORT), "--latency-ms", str(latency * 1000), *faults]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    server.stdout.readline()
    try:
        yield
    finally:
        server.terminate()
        server.wait()


def requests_seen() -> int:
    """Return how many requests for answers the server saw."""
    with urllib.request.urlopen(f"{SERVER}/stats") as reply:
        return int(json.load(reply)["requests"])


def prepare(folder: Path, prompts: int, interface: Interface) -> list[str]:
    """Write a suite of simulated prompts and a models file; return the command that collects them."""
    suites = folder / "prompts" / "suites"
    suites.mkdir(parents=True, exist_ok=True)
    head = 'id = "many"\nversion = 1\ntitle = "Simulated"\nevaluation = "none"\nrubric = "refusal"\n'
    (suites / "many.toml").write_text(head)
    lines = ({"id": f"p{n}", "messages": [{"role": "user", "content": f"Question {n}?"}]} for n in range(prompts))
    (suites / "many.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "models.toml").write_text(
        f'[[model]]\nname = "stub"\nprovider = "{interface.provider}"\nmodel = "stub-a"\nmax_tokens = 100\n'
        f'base_url = "{interface.base_url}"\n'
    )
    for old in folder.glob("reviews.db*"):
        old.unlink()
    # To make a database takes sqlite-utils, and with it pandas where that is installed: not what is measured here.
    making = "from reviewer.store.sqlite import open_for_writing; open_for_writing('reviews.db').close()"
    subprocess.run([sys.executable, "-c", making], cwd=folder, check=True)
    chosen = ["--suite", "many", "--models-file", "models.toml", "--model", "stub"]
    return [*REVIEWER, "collect", *chosen, "--concurrency", str(CONCURRENCY), "--json"]


def collected(folder: Path, prompts: int, interface: Interface) -> tuple[float, float, int]:
    """Collect, and return seconds in the command's loop, megabytes resident at most, and answers missing."""
    command = prepare(folder, prompts, interface)
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    summary = json.loads(process.stdout.read())
    _, _, used = os.wait4(process.pid, 0)
    note(f"whole command {time.perf_counter() - start:.2f} s, CPU {used.ru_utime + used.ru_stime:.2f} s")
    return summary["seconds"], used.ru_maxrss / 1024, summary["configurations"][0]["missing"]


def bare(prompts: int, retries: int, interface: Interface) -> tuple[float, int]:
    """Ask the same with the SDK alone; return seconds and answers lost."""
    package = interface.client.partition(".")[0]
    code = BARE.format(
        package=package,
        client=interface.client,
        call=interface.call,
        error="OpenAIError" if package == "openai" else "AnthropicError",
        concurrency=CONCURRENCY,
    )
    seconds, lost, _ = told([sys.executable, "-c", code, str(prompts), str(retries)])
    return seconds, lost


def inspect(python: Path, folder: Path, prompts: int, interface: Interface) -> tuple[float, int, float]:
    """Ask the same with Inspect AI; return seconds in its loop, answers lost, and megabytes resident at most."""
    code = INSPECT.format(model=interface.inspect, concurrency=CONCURRENCY)
    return told([str(python), "-c", code, str(prompts), str(folder / "logs")])


def told(command: Sequence[str]) -> tuple[float, int, float]:
    """Run what prints seconds and answers lost; return both, and megabytes resident at most."""
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LOCAL_API_KEY"), "none")
    addresses = {"OPENAI_BASE_URL": f"{SERVER}/v1", "LOCAL_BASE_URL": f"{SERVER}/v1", "ANTHROPIC_BASE_URL": SERVER}
    process = subprocess.Popen(command, env=os.environ | keys | addresses, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    words = process.stdout.read().split()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed")
    return float(words[-2]), int(words[-1]), used.ru_maxrss / 1024


def speed(folder: Path, given: argparse.Namespace, name: str) -> None:
    """Time runs against a server that answers, through one interface."""
    interface = INTERFACES[name]
    memory = []
    for latency in (0.05, 1.0):
        for prompts in (500, 5000) if given.full else (500,):
            with served(given.server, latency):
                alone, _ = bare(prompts, 0, interface)
                seconds, megabytes, missing = collected(folder, prompts, interface)
                peer = inspect(given.inspect, folder, prompts, interface) if given.inspect else None
            memory.append(megabytes)
            ideal = prompts * latency / CONCURRENCY
            show(
                f"{name}, {prompts:,}, server {latency * 1000:.0f} ms",
                f"{seconds:.2f} s, {megabytes:.0f} MB, {missing} missing; SDK alone {alone:.2f} s",
            )
            if peer is None:
                show("  Inspect AI", "not installed: --inspect names a Python that has it")
            else:
                show("  Inspect AI", f"{peer[0]:.2f} s, {peer[2]:.0f} MB, {peer[1]} missing", ratio=seconds / peer[0])
            if latency == 1.0:
                times = seconds / ideal
                show("  against N·t/C", f"{times:.2f} times; SDK {alone / ideal:.2f}", "≤ 1.1 times", ok=times <= 1.1)
            elif prompts == 500:
                show("  against the SDK", f"{seconds / alone:.2f} times", "≤ 1.3 times", ok=seconds <= 1.3 * alone)
    show(f"{name}, memory", " ".join(f"{one:.0f}" for one in memory) + " MB", "≤ 120 MB", ok=max(memory) <= 120)


def faults(folder: Path, stub: Path, prompts: int) -> None:
    """Show what is lost against a server that misbehaves, beside the SDK's own eight retries."""
    for name, flags in FAULTS.items():
        with served(stub, 0.05, flags):
            seconds, _, missing = collected(folder, prompts, CHAT)
            asked = requests_seen()
        with served(stub, 0.05, flags):
            alone, lost = bare(prompts, 8, CHAT)
        text = f"{seconds:.1f} s, {missing} lost, {asked} requests; SDK with 8 retries {alone:.1f} s, {lost} lost"
        show(name, text, "none lost", ok=missing == 0)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", type=Path, default=STUB, help="instead of stub_server.py, with the same options")
    parser.add_argument("--full", action="store_true", help="5,000 prompts too")
    parser.add_argument("--interface", choices=INTERFACES, action="append", help="instead of all three")
    parser.add_argument("--inspect", type=Path, metavar="PYTHON", help="a Python in which Inspect AI is installed")
    chosen = parser.parse_args()
    title(f"Collecting at concurrency {CONCURRENCY}; simulated prompts; {load()}")
    with scratch() as folder:
        for name in chosen.interface or INTERFACES:
            speed(folder, chosen, name)
        faults(folder, chosen.server, 500)


if __name__ == "__main__":
    main()
