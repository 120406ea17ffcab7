"""How many of the near vectors are found by cells, and what it costs: `python -m bench.embedding`.

The vectors lie around centres as those of texts do, in two lumps; nearness runs from the threshold to 1.
Recall is that of all pairs of 500 rows, compared with every other row.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from kitae.engines.embedding import near_pairs, true_cosines
from kitae.engines.embedding.neighbours import CELLS

SAMPLE = 500
DIMENSIONS = 256


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[40_000])
    parser.add_argument("--threshold", type=float, nargs="+", default=[0.85, 0.92])
    parser.add_argument("--cells", type=int, nargs="+", default=[256, 2048])
    options = parser.parse_args()
    print("| rows | cells | threshold | pairs of 500 rows | recall | µs of CPU per row |")
    print("|---|---|---|---|---|---|")
    for rows in options.rows:
        vectors, identity = clustered(rows)
        for threshold in options.threshold:
            wanted = _pairs_of_sample(vectors, threshold)
            for cells in options.cells:
                start = time.process_time()
                found = _found(vectors, identity, threshold, CELLS * rows // cells)
                cost = (time.process_time() - start) / rows * 1e6
                recall = len(found & wanted) / max(1, len(wanted))
                told = f"| {rows:,} | {cells:,} | {threshold} | {len(wanted):,} "
                print(f"{told}| {recall:.4f} | {cost:.0f} |")


def _found(
    vectors: NDArray[np.float32], identity: NDArray[np.uint64], threshold: float, exact_rows: int
) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for left, right in near_pairs(vectors, identity, threshold, exact_rows):
        keep = (left < SAMPLE) | (right < SAMPLE)
        found.update(zip(left[keep].tolist(), right[keep].tolist(), strict=True))
    return found


def clustered(number: int) -> tuple[NDArray[np.float32], NDArray[np.uint64]]:
    """Vectors of length 1 around centres, three rows each."""
    source = np.random.default_rng(0)
    lumps = source.normal(size=(2, DIMENSIONS)) * 0.7
    centres = source.normal(size=(number // 3, DIMENSIONS))
    of = source.integers(0, len(centres), number)
    spread = 0.3 * source.uniform(0.2, 1.6, (number, 1))
    vectors = centres[of] + lumps[of % 2] + source.normal(size=(number, DIMENSIONS)) * spread
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32), source.integers(0, 2**63, number).astype(np.uint64)


def _pairs_of_sample(vectors: NDArray[np.float32], threshold: float) -> set[tuple[int, int]]:
    one, other = np.nonzero(vectors[:SAMPLE] @ vectors.T >= threshold - 1e-3)
    one, other = one[one < other], other[one < other]
    near = true_cosines(vectors, one, other) >= threshold
    return set(zip(one[near].tolist(), other[near].tolist(), strict=True))


if __name__ == "__main__":
    main()
