"""What is planted is found; what two texts share is what a slow and plain search finds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.contamination import INSIDE, WHOLE, contaminated
from kitae.engines.contamination.spans import LEAST_HALF_WORDS, placed_tokens, shared
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import CJK, KIND_BITS

WORDS = [
    "red",
    "blue",
    "Éclair",
    "don't",
    "x1",
    "12",
    "3.5",
    "今",
    "日",
    "猫",
    "パ",
    "한",
    "ﬁsh",
    "+",
    "longer-word",
]
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
wild = st.text(max_size=60)


@settings(max_examples=150, deadline=None)
@given(st.lists(wild | texts, max_size=4), texts | wild, wild, wild)
def test_a_text_long_enough_is_found_word_for_word_wherever_it_stands(others, text, before, after):
    tokens = placed_tokens(TextColumn.from_texts([text])).values
    weight = np.where((tokens & KIND_BITS) == CJK, 10, 15).sum()
    host = f"{before}\n\n{text}\n\n{after}"
    found = contaminated(TextColumn.from_texts([*others, host]), TextColumn.from_texts([text]))
    hits = dict(zip(found.material.tolist(), found.kind.tolist(), strict=True))
    is_written = sum(any(c.isalnum() for c in word) for word in text.split()) >= 8
    if weight >= 150 and is_written:
        assert hits.get(len(others)) in (INSIDE, WHOLE)
    for first, end in found.material_span.tolist():
        assert 0 <= first < end


@settings(max_examples=150, deadline=None)
@given(texts, texts)
def test_the_longest_span_and_the_covered_share_are_those_of_a_plain_search(asked, held):
    ours, theirs = (placed_tokens(TextColumn.from_texts([text])) for text in (asked, held))
    zero = np.zeros(1, np.int64)
    found = shared(ours, theirs, (zero, zero, zero, theirs.counts), np.ones(len(ours.values), bool))
    a, b = ours.values.tolist(), theirs.values.tolist()
    half = [1 if token & int(KIND_BITS) == CJK else 2 for token in a]
    spans = [
        (i, n) for i in range(len(a)) for n in range(1, len(a) - i + 1) if _has(b, a[i : i + n])
    ]
    longest = max((sum(half[i : i + n]) for i, n in spans), default=0)
    at = found.in_benchmark[0]
    assert sum(half[at : at + found.longest[0]]) == longest
    counted = [
        s for s in spans if sum(half[s[0] : s[0] + s[1]]) >= LEAST_HALF_WORDS or s[1] == len(a)
    ]
    covered = {i + k for i, n in counted for k in range(n)}
    assert found.matched[0] == sum(half[i] for i in covered)
    start = found.in_material[0]
    assert b[start : start + found.longest[0]] == a[at : at + found.longest[0]]


def _has(tokens, part):
    return any(tokens[i : i + len(part)] == part for i in range(len(tokens) - len(part) + 1))
