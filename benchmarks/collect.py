"""Collecting, stored, against a server on loopback: how long, how much memory, and what is lost when it misbehaves.

    python benchmarks/collect.py --server STUB [--full] [--kills 50]

STUB is a program that serves the wire format of chat completions: it takes `--port`, `--latency-ms`, `--rps`,
`--max-inflight`, `--p429`, `--p500`, `--pdrop`, and tells under `/stats` how many requests it saw. Beside each run the
openai SDK alone, in a loop with a semaphore, asks the same of the same server. All prompts are simulated.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from figures import load, note, scratch, show, title

PORT = 18097
CONCURRENCY = 50
REVIEWER = [sys.executable, "-m", "reviewer"]
FAULTS = {
    "100 requests a second": ["--rps", "100"],
    "20 in flight": ["--max-inflight", "20"],
    "20 % 429, 5 % 500, 2 % dropped": ["--p429", "0.2", "--p500", "0.05", "--pdrop", "0.02"],
}
BARE = """
import asyncio, sys, time
import openai
async def main(requests, retries):
    client = openai.AsyncOpenAI(api_key="none", base_url="http://127.0.0.1:{port}/v1", max_retries=retries)
    places = asyncio.Semaphore({concurrency})
    lost = 0
    async def one(number):
        nonlocal lost
        async with places:
            messages = [{{"role": "user", "content": f"Question {{number}}?"}}]
            try:
                await client.chat.completions.create(model="stub-a", messages=messages, max_completion_tokens=100)
            except openai.OpenAIError:
                lost += 1
    start = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(requests)))
    print(time.perf_counter() - start, lost)
asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
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
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/stats") as reply:
        return int(json.load(reply)["requests"])


def prepare(folder: Path, prompts: int) -> list[str]:
    """Write a suite of simulated prompts and a models file; return the command that collects them."""
    suites = folder / "prompts" / "suites"
    suites.mkdir(parents=True, exist_ok=True)
    head = 'id = "many"\nversion = 1\ntitle = "Simulated"\nevaluation = "none"\nrubric = "refusal"\n'
    (suites / "many.toml").write_text(head)
    lines = ({"id": f"p{n}", "messages": [{"role": "user", "content": f"Question {n}?"}]} for n in range(prompts))
    (suites / "many.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "models.toml").write_text(
        '[[model]]\nname = "stub"\nprovider = "openai-chat"\nmodel = "stub-a"\nmax_tokens = 100\n'
        f'base_url = "http://127.0.0.1:{PORT}/v1"\n'
    )
    for old in folder.glob("reviews.db*"):
        old.unlink()
    chosen = ["--suite", "many", "--models-file", "models.toml", "--model", "stub"]
    return [*REVIEWER, "collect", *chosen, "--concurrency", str(CONCURRENCY), "--json"]


def collected(folder: Path, prompts: int) -> tuple[float, float, int]:
    """Collect, and return seconds in the command's loop, megabytes resident at most, and answers missing."""
    command = prepare(folder, prompts)
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    summary = json.loads(process.stdout.read())
    _, _, used = os.wait4(process.pid, 0)
    note(f"whole command {time.perf_counter() - start:.2f} s")
    return summary["seconds"], used.ru_maxrss / 1024, summary["configurations"][0]["missing"]


def bare(prompts: int, retries: int) -> tuple[float, int]:
    """Ask the same with the SDK alone; return seconds and answers lost."""
    code = BARE.format(port=PORT, concurrency=CONCURRENCY)
    done = subprocess.run(
        [sys.executable, "-c", code, str(prompts), str(retries)], capture_output=True, text=True, check=True
    )
    seconds, lost = done.stdout.split()
    return float(seconds), int(lost)


def speed(folder: Path, stub: Path, sizes: Sequence[int]) -> None:
    """Time runs against a server that answers."""
    for latency in (0.05, 1.0):
        for prompts in sizes:
            with served(stub, latency):
                alone, _ = bare(prompts, 0)
                seconds, megabytes, missing = collected(folder, prompts)
            ideal = prompts * latency / CONCURRENCY
            name = f"{prompts:,} prompts, server {latency * 1000:.0f} ms"
            show(name, f"{seconds:.2f} s, {megabytes:.0f} MB, {missing} missing; SDK alone {alone:.2f} s")
            show("  against the SDK alone", f"{seconds / alone:.2f} times", "≤ 1.3 times", ok=seconds <= 1.3 * alone)
            if latency == 1.0:
                show("  against N·t/C", f"{seconds / ideal:.2f} times", "≤ 1.1 times", ok=seconds <= 1.1 * ideal)
            show("  memory", f"{megabytes:.0f} MB", "≤ 120 MB", ok=megabytes <= 120)


def faults(folder: Path, stub: Path, prompts: int) -> None:
    """Show what is lost against a server that misbehaves, beside the SDK's own eight retries."""
    for name, flags in FAULTS.items():
        with served(stub, 0.05, flags):
            seconds, _, missing = collected(folder, prompts)
            asked = requests_seen()
        with served(stub, 0.05, flags):
            alone, lost = bare(prompts, 8)
        text = f"{seconds:.1f} s, {missing} lost, {asked} requests; SDK with 8 retries {alone:.1f} s, {lost} lost"
        show(name, text, "none lost", ok=missing == 0)


def kills(folder: Path, stub: Path, prompts: int, times: int) -> None:
    """Kill the collector at random moments of one collection, and count what was asked for again."""
    command = prepare(folder, prompts)
    moments = random.Random(1)
    with served(stub, 0.05):
        killed = 0
        while killed < times:
            # Each life is as long as a share of the work takes, so that every kill falls into the midst of asking.
            enough = requests_seen() + moments.randint(1, 2 * prompts // times)
            process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None and requests_seen() < enough:
                time.sleep(0.01)
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            killed += 1
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        asked = requests_seen()
    said = subprocess.run([*REVIEWER, "verify"], cwd=folder, capture_output=True, text=True, check=True).stdout
    found = re.search(r"and ([\d,]+) responses", said)
    stored = int(found[1].replace(",", "")) if found else 0
    again = asked - prompts
    text = f"{stored:,} of {prompts:,} stored, {again:,} asked again ({again / max(killed, 1):.0f} a kill)"
    show(f"killed {killed} times", text, "each once", ok=stored == prompts)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", type=Path, required=True)
    parser.add_argument("--full", action="store_true", help="5,000 prompts too")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--prompts", type=int, default=5000, help="for the kills")
    chosen = parser.parse_args()
    title(f"Collecting at concurrency {CONCURRENCY}; simulated prompts; load average {load()}")
    with scratch() as folder:
        if chosen.kills:
            kills(folder, chosen.server, chosen.prompts, chosen.kills)
        else:
            speed(folder, chosen.server, (500, 5000) if chosen.full else (500,))
            faults(folder, chosen.server, 500)


if __name__ == "__main__":
    main()
