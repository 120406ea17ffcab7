import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.similarity import cluster_labels
from kitae.engines.similarity.neighbours import Signed, exact_jaccards, near_candidates
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.signatures import shingle_values, sign

words = st.lists(
    st.sampled_from(["sun", "moon", "river", "stone", "今", "日", "晴", "天", "cloud", "wind"]),
    max_size=9,
)
texts = st.lists(words.map(" ".join), min_size=1, max_size=14)


def exactly(values):
    """Jaccard similarity of every pair of texts, by comparing sets of token pairs."""
    tokens = [value.split() for value in values]
    sets = [set(itertools.pairwise(t)) if len(t) > 1 else set(t) for t in tokens]
    return {
        (i, j): len(sets[i] & sets[j]) / len(sets[i] | sets[j]) if sets[i] | sets[j] else 0.0
        for j in range(len(sets))
        for i in range(j)
    }


@settings(max_examples=200, deadline=None)
@given(texts)
def test_counted_similarities_are_those_of_the_sets(values):
    expected = exactly(values)
    left = np.array([i for i, _ in expected], np.int64)
    right = np.array([j for _, j in expected], np.int64)
    found = exact_jaccards(*shingle_values(TextColumn.from_texts(values)), left, right)
    assert found.tolist() == list(expected.values())


@settings(max_examples=200, deadline=None)
@given(texts)
def test_equal_sets_are_always_candidates_and_unlike_ones_never(values):
    signs = sign(TextColumn.from_texts(values))
    rows = np.flatnonzero(signs.num_tokens)
    left, right, estimates = near_candidates(Signed.of(signs.minhash, rows, signs.normal), 0.5)
    pairs = dict(zip(zip(left.tolist(), right.tolist(), strict=True), estimates, strict=True))
    for pair, similarity in exactly(values).items():
        if similarity == 1.0:
            assert pairs[pair] == 1.0
        if similarity == 0.0:
            assert pair not in pairs


@settings(max_examples=100, deadline=None)
@given(texts, st.randoms(use_true_random=False))
def test_candidates_do_not_depend_on_the_order_of_the_texts(values, random):
    distinct = sorted(set(values))
    shuffled = random.sample(distinct, len(distinct))

    def found(texts):
        signs = sign(TextColumn.from_texts(texts))
        rows = np.flatnonzero(signs.num_tokens)
        left, right, _ = near_candidates(Signed.of(signs.minhash, rows, signs.normal), 0.5)
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return {frozenset((texts[i], texts[j])) for i, j in pairs}

    assert found(distinct) == found(shuffled)


def test_texts_that_share_a_form_cost_linear_work():
    form = "please answer the following question about our products and services in detail "
    texts = [f"{form * 3} item{i}" for i in range(3000)]
    signs = sign(TextColumn.from_texts(texts))
    left, _, _ = near_candidates(Signed.of(signs.minhash, np.arange(3000), signs.normal), 0.5)
    assert len(left) <= 3000 * 32 * 16


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_clusters_are_what_links_reach(links):
    labels = cluster_labels(10, [([a for a, _ in links], [b for _, b in links])])
    assert all(labels[a] == labels[b] for a, b in links)
    assert all(labels[label] == label <= row for row, label in enumerate(labels))
