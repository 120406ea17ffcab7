"""Candidates found where memory is not shared: every text goes to one partition per band, by the key of the band.

A partition sees whole buckets and says which of their texts stand near each other; the bucket's order is a function
of content, so the pairs are those that `neighbours` finds in one process. The driver, which holds the signatures,
compares the pairs as they arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numba as nb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.engines.dataflow.flow import PARTITION
from kitae.engines.similarity.neighbours import (
    BANDS,
    BANDS_AT_ONCE,
    WINDOW,
    Signed,
    band_keys,
    by_content,
    equal_values,
    window,
)

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow

PART_TEXTS = 20_000
"""Texts per part: 25 MB of keys."""
PARTITION_TEXTS = 50_000
"""About as many texts make one partition: 62 MB of keys, since each text has one per band."""
FEWEST_TEXTS = 1_000
"""Fewer than so many are not spread over several partitions."""
MOST_WANTED = 1 << 20
"""A focus of so many texts is told to all workers, which then send only what meets it: 270 MB of keys at most."""
MOST_PARTS = 1_000
"""With more texts the parts and partitions grow: the driver holds a reference for each piece of each part."""


class _SignedPart(NamedTuple):
    """Some texts, with all that is needed to put them into buckets."""

    minhash: NDArray[np.uint16]
    numbers: NDArray[np.int64]
    identity: NDArray[np.uint64]
    is_answer: NDArray[np.bool_]
    is_focus: NDArray[np.bool_]


def shuffled_pairs(signed: Signed, least: int, flow: Dataflow) -> NDArray[np.int64]:
    """(text, text, equal values) as `near_candidates` takes them, in no order.

    Args:
        signed: The texts that are compared.
        least: Values that two signatures must have in common.
        flow: Where the buckets are made.
    """
    number = len(signed.texts)
    by_size = 1 + number // max(PARTITION_TEXTS, number // MOST_PARTS)
    partitions = max(by_size, min(flow.workers, 1 + number // FEWEST_TEXTS))
    keyed = partial(_bucketed, partitions, _wanted_keys(signed))
    reduced = flow.shuffle(_parts(signed), keyed, _neighbours, partitions)
    found = [np.zeros((0, 3), np.int64)]
    for table in reduced:
        columns: Any = table
        pairs = np.stack([columns[name].to_numpy() for name in ("one", "other", "band")], axis=1)
        found.append(_agreeing(signed.minhash, pairs, least))
    return np.concatenate(found)


def _wanted_keys(signed: Signed) -> NDArray[np.uint64] | None:
    """The keys of all bands of the focus, sorted; None where every bucket may be wanted."""
    texts = signed.texts[signed.is_focus] if len(signed.is_focus) else signed.texts
    if len(texts) == len(signed.texts) or len(texts) > MOST_WANTED:
        return None
    firsts = range(0, BANDS, BANDS_AT_ONCE)
    return np.unique(np.stack([band_keys(signed.minhash, texts, first) for first in firsts]))


def _parts(signed: Signed) -> Iterator[_SignedPart]:
    pool, one, other = signed.minhash
    size = max(PART_TEXTS, len(signed.texts) // MOST_PARTS)
    for start in range(0, len(signed.texts), size):
        numbers = signed.texts[start : start + size]
        yield _SignedPart(
            np.minimum(pool[one[numbers]], pool[other[numbers]]),
            numbers,
            signed.identity[numbers],
            signed.is_answer[numbers],
            signed.is_focus[start : start + size]
            if len(signed.is_focus)
            else np.ones(len(numbers), np.bool_),
        )


def _bucketed(partitions: int, wanted: NDArray[np.uint64] | None, part: _SignedPart) -> pa.Table:
    """Every text of a part, once per band; only with keys that are wanted."""
    own = np.arange(len(part.numbers))
    groups = [
        band_keys((part.minhash, own, own), own, first) for first in range(0, BANDS, BANDS_AT_ONCE)
    ]
    keys = np.concatenate(groups)
    following = np.concatenate([np.roll(group, -1, axis=0) for group in groups])
    arrow: Any = pa
    rows = arrow.table(
        {
            PARTITION: (keys % np.uint64(partitions)).astype(np.int32).ravel(),
            "band": np.repeat(np.arange(BANDS, dtype=np.int8), len(own)),
            "key": keys.ravel(),
            "following": following.ravel(),
            "number": np.tile(part.numbers, BANDS),
            "identity": np.tile(part.identity, BANDS),
            "is_answer": np.tile(part.is_answer, BANDS).astype(np.uint8),
            "is_focus": np.tile(part.is_focus, BANDS).astype(np.uint8),
        }
    )
    return rows if wanted is None else rows.filter(arrow.array(np.isin(keys.ravel(), wanted)))


def _neighbours(rows: pa.Table) -> pa.Table:
    """The pairs of texts that stand near each other in a bucket, with the band of the bucket."""
    columns: Any = rows
    band, key, *others = (
        columns[name].to_numpy()
        for name in ("band", "key", "number", "following", "identity", "is_answer", "is_focus")
    )
    order = np.lexsort((others[0], key, band))
    pairs = _pairs_of_buckets(band[order], key[order], tuple(other[order] for other in others))
    arrow: Any = pa
    return arrow.table({name: pairs[:, i] for i, name in enumerate(("one", "other", "band"))})


@nb.njit(cache=True, nogil=True)
def _pairs_of_buckets(bands: Any, keys: Any, columns: Any) -> Any:  # noqa: ANN401
    numbers, following, identity, is_answer, is_focus = columns
    found = np.empty((1024, 3), np.int64)
    number = 0
    start = 0
    while start < keys.shape[0]:
        end = start + 1
        has_focus = is_focus[start] > 0
        while end < keys.shape[0] and keys[end] == keys[start] and bands[end] == bands[start]:
            has_focus |= is_focus[end] > 0
            end += 1
        if end - start > 1 and has_focus:
            order = np.arange(start, end)
            if end - start > WINDOW:
                order = by_content(order, following[order], identity, is_answer)
            found, number = _add_neighbours(
                order, (numbers, is_answer), bands[start], found, number
            )
        start = end
    return found[:number].copy()


@nb.njit(cache=True, nogil=True)
def _add_neighbours(order: Any, texts: Any, band: Any, found: Any, count: Any) -> Any:  # noqa: ANN401
    """Each text of a bucket with its neighbours in it, as `neighbours` compares them."""
    numbers, is_answer = texts
    num_questions = 0
    for place in order:
        num_questions += np.int64(not is_answer[place])
    for a in range(1, order.shape[0]):
        one = order[a]
        first, last = window(a, is_answer[one], order.shape[0], num_questions)
        for b in range(first, last):
            other = order[b]
            if is_answer[one] and is_answer[other]:
                continue
            if count == found.shape[0]:
                larger = np.empty((2 * count, 3), np.int64)
                larger[:count] = found
                found = larger
            found[count, 0], found[count, 1], found[count, 2] = numbers[one], numbers[other], band
            count += 1
    return found, count


@nb.njit(cache=True, nogil=True)
def _agreeing(minhash: Any, pairs: Any, least: Any) -> Any:  # noqa: ANN401
    """(text, text, equal values) of the pairs that agree in their band for the first time, and in enough values."""
    found = np.empty((pairs.shape[0], 3), np.int64)
    number = 0
    for i in range(pairs.shape[0]):
        same = equal_values(minhash, pairs[i, 0], pairs[i, 1], pairs[i, 2])
        if same >= least:
            found[number, 0], found[number, 1], found[number, 2] = pairs[i, 0], pairs[i, 1], same
            number += 1
    return found[:number].copy()
