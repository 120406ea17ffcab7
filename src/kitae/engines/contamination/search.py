"""Which rows of some material hold which texts of a benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.contamination.index import Index, index_of
from kitae.engines.contamination.places import in_written_form
from kitae.engines.contamination.scan import Hits, Scan
from kitae.engines.contamination.settings import EDITED, INSIDE, PASSAGE, WHOLE, Settings
from kitae.engines.contamination.spans import (
    LEAST_HALF_WORDS,
    PlacedTokens,
    Shared,
    placed_tokens,
    shared,
)
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import with_plain_characters

LEAST_SEEDS = 0.1
"""Part of a benchmark text's passages that a row must have to be compared: a quarter of the words changed
leaves a quarter of them."""
LONG_TEXT = 24
"""Words (36 CJK characters); shorter texts are held to `short_share`."""
_OTHER_NUMBERS = 0.2
"""Part of the numbers that may differ in what is still the same text."""
_BATCH = 4096
"""Pairs compared at a time."""
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Contamination:
    """Pairs of a benchmark text and a material text that holds it, by benchmark row, then material row.

    Attributes:
        benchmark: Row of the benchmark.
        material: Row of the material.
        kind: `WHOLE`, `INSIDE`, `PASSAGE` or `EDITED`.
        share: Part of the benchmark text's own words that stand in the material.
        span: Tokens of the longest common span.
        benchmark_span: (pairs, 2): its first byte in the benchmark text and the one after its last.
        material_span: Likewise in the material text.
        compared: Pairs that had a passage in common and were looked at closely.
    """

    benchmark: _Ints
    material: _Ints
    kind: NDArray[np.uint8]
    share: NDArray[np.float64]
    span: _Ints
    benchmark_span: _Ints
    material_span: _Ints
    compared: int = 0

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.benchmark)


def contaminated(
    material: TextColumn, benchmark: TextColumn, settings: Settings | None = None
) -> Contamination:
    """Find the texts of a benchmark in some material.

    Forms do not count: what very many rows of the material, or of the benchmark, have in common.

    Args:
        material: Read once; may be far larger than the benchmark.
        benchmark: Indexed; memory grows with its size and with what is found.
        settings: What counts as found.
    """
    chosen = settings or Settings()
    index = index_of(benchmark, chosen)
    scan = Scan(index, chosen, chosen.common_rows(len(material)))
    hits = scan.read(material)
    candidates = _candidates(index, hits, scan.is_common)
    parts = [
        _compared(candidates.part(start), index, material, chosen)
        for start in range(0, max(len(candidates.benchmark), 1), _BATCH)
    ]
    whole = [np.concatenate(found) for found in zip(*parts, strict=True)]
    number, row, kind, share, span, ours, theirs = whole
    order = np.lexsort((row, number))
    number, row, ours, theirs = (part[order] for part in (number, row, ours, theirs))
    return Contamination(
        number,
        row,
        kind[order].astype(np.uint8),
        share[order],
        span[order],
        in_written_form(benchmark, number, ours),
        in_written_form(material, row, theirs),
        len(candidates.benchmark),
    )


@dataclass(frozen=True)
class _Candidates:
    """Pairs worth comparing, by material row; where their hits are in `bytes_`."""

    benchmark: _Ints
    material: _Ints
    bytes_: _Ints
    offsets: _Ints
    is_form: NDArray[np.bool_]

    def part(self, start: int) -> _Candidates:
        end = min(start + _BATCH, len(self.benchmark))
        offsets = self.offsets[start : end + 1]
        pairs = self.benchmark[start:end], self.material[start:end]
        return _Candidates(*pairs, self.bytes_, offsets, self.is_form)


def _candidates(index: Index, hits: Hits, is_common: NDArray[np.bool_]) -> _Candidates:
    """Pairs with enough passages in common, or with equal texts; also which passages are forms, by text."""
    texts = len(index.texts)
    times = np.diff(index.offsets)
    place = np.repeat(np.arange(len(times)), times)
    is_counted = ~index.is_whole[place]
    own = np.bincount(index.rows[is_counted & ~is_common[place]], minlength=texts)
    is_all_form = (own == 0) & (index.num_passages >= LONG_TEXT)
    own = np.where(is_all_form, index.num_passages, own)
    repeat = times[hits.passage]
    hit = np.repeat(np.arange(len(hits.row)), repeat)
    start = np.cumsum(repeat) - repeat
    number = index.rows[index.offsets[hits.passage][hit] + np.arange(len(hit)) - start[hit]]
    is_kept = ~is_common[hits.passage][hit] | is_all_form[number]
    hit, number = hit[is_kept], number[is_kept]
    order = np.lexsort((hits.byte[hit], number, hits.row[hit]))
    hit, number = hit[order], number[order]
    pair = hits.row[hit] * texts + number
    pairs, first, seeds = np.unique(pair, return_index=True, return_counts=True)
    is_whole = np.zeros(len(pairs), np.bool_)
    is_whole[np.searchsorted(pairs, pair[index.is_whole[hits.passage[hit]]])] = True
    keep = np.flatnonzero(is_whole | (seeds >= LEAST_SEEDS * own[pairs % max(texts, 1)]))
    spots = np.repeat(first[keep], seeds[keep]) + _counting(seeds[keep])
    offsets = np.zeros(len(keep) + 1, np.int64)
    np.cumsum(seeds[keep], out=offsets[1:])
    passages = index.passages
    is_form = is_common[index.places]
    is_form &= ~is_all_form[passages.text]
    kept = pairs[keep]
    return _Candidates(
        kept % max(texts, 1), kept // max(texts, 1), hits.byte[hit][spots], offsets, is_form
    )


def _counting(sizes: _Ints) -> _Ints:
    """0, 1, 2 … for each size anew."""
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _compared(
    pairs: _Candidates, index: Index, material: TextColumn, settings: Settings
) -> tuple[NDArray[Any], ...]:
    """Those pairs that count, as the columns of `Contamination`; byte places are of the normal forms."""
    texts, ours = np.unique(pairs.benchmark, return_inverse=True)
    rows, theirs = np.unique(pairs.material, return_inverse=True)
    asked = placed_tokens(index.texts.take(texts))
    held = placed_tokens(with_plain_characters(material.take(rows)))
    is_own = _own_tokens(index, pairs.is_form, texts, asked)
    first, end = _windows(
        (pairs.bytes_, pairs.offsets),
        (ours, theirs),
        (asked.offsets, held.offsets, held.firsts),
    )
    found = shared(asked, held, (ours, theirs, first, end), is_own)
    kind = _kinds(found, (asked, held), (ours, theirs), settings)
    keep = np.flatnonzero(kind >= 0)
    share = found.matched[keep] / np.maximum(found.own[keep], 1)
    return (
        pairs.benchmark[keep],
        pairs.material[keep],
        kind[keep],
        np.where(kind[keep] == WHOLE, 1.0, share),
        found.longest[keep],
        _bytes(asked, ours[keep], found.in_benchmark[keep], found.longest[keep]),
        _bytes(held, theirs[keep], found.in_material[keep], found.longest[keep]),
    )


def _bytes(tokens: PlacedTokens, text: _Ints, first: _Ints, length: _Ints) -> _Ints:
    """(first byte, byte after the last) of spans of tokens."""
    start = tokens.offsets[text] + first
    return np.stack([tokens.firsts[start], tokens.ends[start + length - 1]], axis=1)


def _own_tokens(
    index: Index, is_form: NDArray[np.bool_], texts: _Ints, tokens: PlacedTokens
) -> NDArray[np.bool_]:
    """Which tokens of some benchmark texts are no part of a form."""
    passages = index.passages
    forms = np.flatnonzero(is_form & np.isin(passages.text, texts))
    place = np.searchsorted(texts, passages.text[forms])
    wide = int(index.texts.sizes.max(initial=0)) + 1
    keys = np.repeat(np.arange(len(texts)), tokens.counts) * wide + tokens.firsts
    base = index.texts.offsets[passages.text[forms]] - place * wide
    change = np.zeros(len(keys) + 1, np.int64)
    np.add.at(change, np.searchsorted(keys, passages.first[forms] - base), 1)
    np.add.at(change, np.searchsorted(keys, passages.end[forms] - base), -1)
    return np.cumsum(change)[:-1] == 0


def _kinds(
    found: Shared,
    texts: tuple[PlacedTokens, PlacedTokens],
    pairs: tuple[_Ints, _Ints],
    settings: Settings,
) -> _Ints:
    """How each pair counts; -1: not at all."""
    word, character = settings.weights
    asked, held = (tokens.counts[row] for tokens, row in zip(texts, pairs, strict=True))
    ideographs = texts[0].ideographs[pairs[0]]
    text_weight = ideographs * character + (asked - ideographs) * word
    weight = found.span_words[:, 0] * character + found.span_words[:, 1] * word
    numbers = found.agreeing + found.contradicted
    is_same_sum = (found.contradicted <= _OTHER_NUMBERS * numbers) | (weight >= LONG_TEXT * word)
    share = found.matched / np.maximum(found.own, 1)
    is_long = text_weight >= LONG_TEXT * word
    has_own = found.own >= LEAST_HALF_WORDS
    is_near = is_same_sum & has_own & (weight >= settings.seed)
    enough = np.where(
        is_long,
        np.where(weight >= settings.passage, settings.share, settings.edited_share),
        settings.short_share,
    )
    is_complete = (share == 1) & (weight >= settings.inside)
    is_near &= (share >= enough) & (is_long | is_complete | (weight >= settings.passage))
    kind = np.where(is_near, np.where(weight >= settings.passage, PASSAGE, EDITED), -1)
    is_all = (found.longest == asked) & (asked > 0)
    kind[is_all & has_own & (weight >= settings.inside)] = INSIDE
    kind[is_all & (held == asked)] = WHOLE
    return kind


def _windows(hits: Any, pairs: Any, tokens: Any) -> tuple[_Ints, _Ints]:  # noqa: ANN401
    found = np.empty((2, len(pairs[0])), np.int64)
    _find_windows(hits, pairs, tokens, found)
    return found[0], found[1]


@nb.njit(cache=True, nogil=True)
def _find_windows(hits: Any, pairs: Any, tokens: Any, found: Any) -> None:  # noqa: ANN401
    """The part of the material's tokens with the most hits that a benchmark text would fill."""
    places, offsets = hits
    ours, theirs = pairs
    asked, held, firsts = tokens
    for pair in range(ours.shape[0]):
        size = asked[ours[pair] + 1] - asked[ours[pair]]
        start, stop = held[theirs[pair]], held[theirs[pair] + 1]
        wide = size + size // 2 + 16
        if stop - start <= 2 * wide:
            found[0, pair], found[1, pair] = 0, stop - start
            continue
        best, middle, behind = 0, 0, offsets[pair]
        for i in range(offsets[pair], offsets[pair + 1]):
            while places[i] - places[behind] > _bytes_of(firsts[start:stop], places[behind], wide):
                behind += 1
            if i - behind + 1 > best:
                best = i - behind + 1
                middle = places[behind]
        at = np.searchsorted(firsts[start:stop], middle)
        found[0, pair] = max(0, at - wide)
        found[1, pair] = min(stop - start, at + wide)


@nb.njit
def _bytes_of(firsts: Any, byte: Any, wide: Any) -> Any:  # noqa: ANN401
    """Bytes of so many tokens from a byte on."""
    at = np.searchsorted(firsts, byte)
    return firsts[min(at + wide, firsts.shape[0] - 1)] - byte
