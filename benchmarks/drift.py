"""What `reviewer validate --since` says of a grader that moved, by simulation, with the functions of the program.

Each line: by how many points the share of one option moved, how often a label flips by chance besides, each way, and
how often the grader is called the same (exit status 0), drifted (1), or neither (2). Nominal: a false alarm in 5 % at
most, where nothing moved.
"""

from __future__ import annotations

import argparse

import numpy as np

from reviewer.statistics.grader_error.drift import AnchorScores, DriftStatus, drift

SHIFTS = (0, 5, 10, 25, 40)
NOISE = (0.0, 0.025)


def shares(anchors: int, shift: float, noise: float, draws: int, each: int, seed: int) -> list[float]:
    """Return how often each status is given: a part of the anchors that were "no" are "yes" the second time."""
    generator = np.random.default_rng(seed)
    counts = np.zeros(len(DriftStatus))
    clusters = np.arange(anchors) // each
    for draw in range(draws):
        before = generator.random(anchors) < 0.5
        # Of those that can move to "yes", so many that the share moves by `shift`.
        after = np.where(generator.random(anchors) < noise, ~before, before)
        after |= ~before & (generator.random(anchors) < 2.0 * shift)
        right = generator.random(anchors) < 0.5
        scores = [np.stack([~yes, yes, yes == right], axis=1).astype(float) for yes in (before, after)]
        flipped = (before != after).astype(np.int64)
        found = drift(AnchorScores(("no", "yes", "right"), scores[0], scores[1], flipped, clusters), draw)
        counts[found.status] += 1
    return [float(count) for count in counts / draws]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{'anchors':>7}  {'a prompt':>8}  {'shift':>5}  {'noise':>5}  {'same':>5}  {'drifted':>7}  {'neither':>7}")
    for anchors, each in ((40, 1), (80, 2)):
        for noise in NOISE:
            for shift in SHIFTS:
                same, drifted, neither = shares(anchors, shift / 100, noise, given.draws, each, given.seed)
                line = f"{anchors:7}  {each:8}  {shift:5}  {noise:5.3f}  {same:5.3f}  {drifted:7.3f}  {neither:7.3f}"
                print(line, flush=True)


if __name__ == "__main__":
    main()
