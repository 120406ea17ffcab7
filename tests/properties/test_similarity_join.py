import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.similarity import cluster_labels, near_pairs
from kitae.engines.similarity.shingles import from_rows

sets = st.lists(st.sets(st.integers(0, 12), max_size=8), max_size=14)


@settings(max_examples=200, deadline=None)
@given(sets, st.sampled_from([0.2, 0.5, 0.8, 1.0]))
def test_the_join_finds_what_comparing_all_pairs_finds(values, threshold):
    pairs = [(row, value) for row, one in enumerate(values) for value in one]
    row = np.array([r for r, _ in pairs], np.int64)
    value = np.array([v for _, v in pairs], np.uint64)
    found = near_pairs(from_rows(row, value, len(values)), threshold)
    expected = {
        (i, j): len(values[i] & values[j]) / len(values[i] | values[j])
        for j in range(len(values))
        for i in range(j)
        if values[i] & values[j]
        and len(values[i] & values[j]) / len(values[i] | values[j]) >= threshold
    }
    pairs_found = zip(found.left.tolist(), found.right.tolist(), strict=True)
    assert dict(zip(pairs_found, found.jaccard.tolist(), strict=True)) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_clusters_are_what_links_reach(links):
    labels = cluster_labels(10, [a for a, _ in links], [b for _, b in links])
    assert all(labels[a] == labels[b] for a, b in links)
    assert all(labels[label] == label <= row for row, label in enumerate(labels))
