"""The texts inside wordings.

What of them is their own, which wordings ask about the same ones, which stands inside a longer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.similarity.clusters import cluster_labels
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.signatures import sequence_hashes
from kitae.engines.texts.tokens import mix, tokenise

INNER_SHARE = 0.98
SIBLING_HALF_WORDS = 6
SIBLING_SHARE = 0.5
"""Two wordings that share this part of their texts (of three words or more) are asked about the same."""
HEAD = 5
"""Tokens by which the shorter text is looked up."""

_U64 = np.uint64


@dataclass(frozen=True)
class Inner:
    """Texts inside wordings, without the words that nearly all of their wording have inside.

    Of `Amazing! Review: I love it` in `Title: … Is it positive?`, `review` is a part of the wording.

    Attributes:
        hashes: Equal for equal texts; as `Signatures.normal`.
        half_words: Their lengths.
    """

    hashes: NDArray[np.uint64]
    half_words: NDArray[np.int32]


def inner_texts(material: TextColumn, wordings: NDArray[np.int32]) -> Inner:
    """The own words of texts inside wordings.

    Args:
        material: The texts.
        wordings: The wording of each.
    """
    tokens = tokenise(material)
    row = np.repeat(np.arange(len(material)), tokens.counts)
    _, word = np.unique(tokens.values, return_inverse=True)
    pair = wordings[row].astype(np.int64) * (int(word.max(initial=0)) + 1) + word
    by_row = np.unique(np.stack([row, pair]), axis=1)[1] if len(row) else pair
    pairs, having = np.unique(by_row, return_counts=True)
    rows_of = np.bincount(wordings, minlength=1)
    width = int(word.max(initial=0)) + 1
    is_part = having >= INNER_SHARE * rows_of[pairs // width]
    keep = ~np.isin(pair, pairs[is_part])
    return Inner(*sequence_hashes(tokens.values, tokens.offsets, keep))


def sibling_keys(inner: Inner, wordings: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Keys for very short texts, where their wordings are asked about the same texts throughout.

    0 where a text has no words of its own.
    """
    names = np.unique(wordings)
    is_text = inner.half_words >= SIBLING_HALF_WORDS
    texts = [np.unique(inner.hashes[is_text & (wordings == name)]) for name in names]
    links: list[tuple[int, int]] = []
    for i, one in enumerate(texts):
        for j, other in enumerate(texts[:i]):
            shared = len(np.intersect1d(one, other, assume_unique=True))
            if shared >= SIBLING_SHARE * min(len(one), len(other)):
                links.append((i, j))
    family = cluster_labels(len(names), [([a for a, _ in links], [b for _, b in links])])
    salt = (family[np.searchsorted(names, wordings)].astype(np.uint64) + _U64(7)) * _U64(
        0xC2B2AE3D27D4EB4F
    )
    return np.where(inner.half_words > 0, inner.hashes ^ salt, _U64(0))


def contained_texts(
    texts: TextColumn, longest: int, least_half_words: int
) -> list[tuple[int, int]]:
    """Short texts that stand word for word inside a text at most twice as long: (long, short).

    Args:
        texts: Distinct texts.
        longest: Most tokens of the short text.
        least_half_words: Its least length.
    """
    tokens = tokenise(texts)
    everything = np.ones(len(tokens.values), np.bool_)
    hashes, half_words = sequence_hashes(tokens.values, tokens.offsets, everything)
    is_short = (tokens.counts <= longest) & (half_words >= least_half_words)
    is_short &= tokens.counts >= HEAD
    short = np.flatnonzero(is_short)
    heads = _head_hashes(tokens.values, tokens.offsets[short])
    order = np.lexsort((hashes[short], heads))
    pairs = _contained(tokens.values, tokens.offsets, short[order], heads[order])
    return sorted({(int(one), int(other)) for one, other in pairs})


@nb.njit
def _head(values: Any, place: Any) -> Any:  # noqa: ANN401
    found = _U64(0)
    for i in range(HEAD):
        found = mix(found ^ values[place + i]) + _U64(1)
    return found


@nb.njit(cache=True, nogil=True)
def _head_hashes(values: Any, places: Any) -> Any:  # noqa: ANN401
    found = np.empty(places.shape[0], np.uint64)
    for i in range(places.shape[0]):
        found[i] = _head(values, places[i])
    return found


@nb.njit(cache=True, nogil=True)
def _contained(values: Any, offsets: Any, short: Any, heads: Any) -> Any:  # noqa: ANN401
    found = [(np.int64(0), np.int64(0))]
    for text in range(offsets.shape[0] - 1):
        first, end = offsets[text], offsets[text + 1]
        for place in range(first, end - HEAD + 1):
            wanted = _head(values, place)
            i = np.searchsorted(heads, wanted)
            while i < heads.shape[0] and heads[i] == wanted:
                other = short[i]
                size = offsets[other + 1] - offsets[other]
                i += 1
                if other == text or place + size > end or end - first > 2 * size:
                    continue
                same = True
                for j in range(size):
                    if values[place + j] != values[offsets[other] + j]:
                        same = False
                        break
                if same:
                    found.append((np.int64(text), np.int64(other)))
    return found[1:]
