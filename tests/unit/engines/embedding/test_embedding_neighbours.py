import numpy as np
import pytest

from kitae.engines.embedding import near_pairs, partitions, true_cosines

THRESHOLD = 0.9


def clustered(number, *, seed=0, spread=0.3, dimensions=64):
    """Unit vectors around a few thousand centres, in two lumps, as embeddings of real texts lie."""
    source = np.random.default_rng(seed)
    lumps = source.normal(size=(2, dimensions)) * 0.7
    centres = source.normal(size=(number // 3, dimensions))
    of = source.integers(0, len(centres), number)
    noise = source.normal(size=(number, dimensions)) * spread
    vectors = centres[of] + lumps[of % 2] + noise * source.uniform(0.2, 1.6, (number, 1))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32), source.integers(0, 2**63, number).astype(np.uint64)


def found_pairs(vectors, identity, **options):
    pairs = set()
    for left, right in near_pairs(vectors, identity, THRESHOLD, **options):
        pairs |= set(zip(left.tolist(), right.tolist(), strict=True))
    return pairs


def test_every_near_pair_is_found_and_no_other():
    vectors, identity = clustered(1_500)
    cosines = np.triu(vectors.astype(np.float64) @ vectors.T.astype(np.float64), 1)
    wanted = {(int(i), int(j)) for i, j in zip(*np.nonzero(cosines >= THRESHOLD), strict=True)}
    assert len(wanted) > 500
    assert found_pairs(vectors, identity) == wanted


def test_cells_find_nearly_all_pairs_and_no_wrong_one():
    vectors, identity = clustered(5_000, dimensions=32)
    wanted = found_pairs(vectors, identity)
    found = found_pairs(vectors, identity, exact_rows=500)
    assert found <= wanted
    assert len(found) / len(wanted) >= 0.995


@pytest.mark.parametrize("exact_rows", [100, 100_000])
def test_the_order_of_the_rows_changes_no_pair(exact_rows):
    vectors, identity = clustered(2_000)
    order = np.random.default_rng(1).permutation(len(vectors))
    straight = found_pairs(vectors, identity, exact_rows=exact_rows)
    turned = found_pairs(vectors[order], identity[order], exact_rows=exact_rows)
    back = {tuple(sorted((int(order[i]), int(order[j])))) for i, j in turned}
    assert back == straight


def test_equal_vectors_are_near_and_empty_ones_near_to_none():
    vectors = np.zeros((6, 4), np.float32)
    vectors[[1, 3]] = [0.6, 0.8, 0, 0]
    assert found_pairs(vectors, np.arange(6, dtype=np.uint64)) == {(1, 3)}


def test_nothing_has_no_neighbours():
    nothing = np.zeros((0, 4), np.float32)
    assert found_pairs(nothing, np.zeros(0, np.uint64)) == set()
    assert len(true_cosines(nothing, np.zeros(0, np.int64), np.zeros(0, np.int64))) == 0


def test_partitions_are_the_rows_equal_in_every_key():
    one = np.array([1, 2, 1, 1, 2, 1])
    other = np.array([5, 5, 5, 6, 5, 6], np.uint64)
    found = sorted(part.tolist() for part in partitions(one, other))
    assert found == [[0, 2], [1, 4], [3, 5]]
    assert list(partitions(np.zeros(0, np.int64))) == []
