"""A column of texts, ready for comparison: what decides about short texts, and what about long ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.language import short_form
from kitae.engines.similarity.neighbours import estimated_jaccards, exact_jaccards
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.memo import MEMO
from kitae.engines.texts.signatures import MinHashes, Signatures, distinct_sorted, shingle_values
from kitae.engines.texts.tokens import tokenise
from kitae.engines.wording import frames_of

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow

LONG_TEXT = 24
"""Shingles from which on a text is long enough for a similarity to mean something."""
DOUBTFUL = 0.16
"""Estimates this near to a threshold (3.6 standard errors) are counted exactly."""
MANY_PARTNERS = 16
"""A text with more candidates shares a form with many; what they share is not held for likeness."""
BOILERPLATE_TEXTS = 32
BOILERPLATE_SHARE = 0.02
BOILERPLATE_MOST = 256
"""A shingle in more texts than this is a form that they share, not evidence of a copy: at least 32 texts
(a text in a dozen wordings is no form), else 2 % of them, 256 at most."""


@dataclass(frozen=True)
class Compared:
    """One text of every row.

    Attributes:
        whole: The texts; short ones are compared by them.
        material: What long ones are compared by: the text inside a wording, else the whole.
        signs: Signatures of `material`, but `normal`, `coarse` and `numbers` of `whole`.
        forms: Equal where two texts are the same but for case, width, marks and, if short, politeness.
        kinds: Wording of each text; only texts of one wording can be near.
    """

    whole: TextColumn
    material: TextColumn
    signs: Signatures
    forms: NDArray[np.int64]
    kinds: NDArray[np.int32]

    @property
    def sizes(self) -> NDArray[np.int32]:
        """Shingles of each material, repeats included."""
        return self.signs.num_shingles

    @property
    def are_short(self) -> NDArray[np.bool_]:
        """Which texts are too short for a similarity to mean something; short answers are labels."""
        return self.sizes < LONG_TEXT

    def take(self, rows: NDArray[np.int64]) -> Compared:
        """Some rows."""
        return Compared(
            self.whole.take(rows),
            self.material.take(rows),
            self.signs.take(rows),
            self.forms[rows],
            self.kinds[rows],
        )

    def are_near(
        self, left: NDArray[np.int64], right: NDArray[np.int64], threshold: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Whether each pair is near in this column, and how similar it is (equal forms: 1)."""
        same = self.forms[left] == self.forms[right]
        is_long = np.maximum(self.sizes[left], self.sizes[right]) >= LONG_TEXT
        alike = is_long & self.are_comparable(left, right)
        similarity = np.where(same, 1.0, 0.0)
        open_pairs = np.flatnonzero(alike & ~same)
        similarity[open_pairs] = similarities(
            Estimable.of(self.signs.minhash, self.material.take),
            (left[open_pairs], right[open_pairs]),
            (threshold, LABEL_NEAR),
        )
        return same | (alike & (similarity >= threshold - 1e-12)), similarity

    def token_similarities(
        self, left: NDArray[np.int64], right: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Jaccard similarity of the words (CJK: characters) of pairs of texts."""
        used, place = np.unique(np.concatenate([left, right]), return_inverse=True)
        tokens = tokenise(self.material.take(used))
        values, offsets = distinct_sorted(tokens.values, tokens.offsets)
        return exact_jaccards(values, offsets, place[: len(left)], place[len(left) :])

    def are_comparable(
        self, left: NDArray[np.int64], right: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Whether two texts of a pair stand in one wording and hold the same numbers."""
        return (self.kinds[left] == self.kinds[right]) & (
            self.signs.numbers[left] == self.signs.numbers[right]
        )


LABEL_NEAR = 0.8
"""Similarity of questions whose answers are short: there a small change is more often another case."""


@dataclass(frozen=True)
class Estimable:
    """Texts whose similarity can be estimated and, from the texts themselves, counted.

    Attributes:
        minhash: Pool and places per number of a text, as in `Signed`.
        take: Numbers of texts, rising -> the texts.
    """

    minhash: tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.int64]]
    take: Callable[[NDArray[np.int64]], TextColumn]

    @classmethod
    def of(cls, minhash: MinHashes, take: Callable[[NDArray[np.int64]], TextColumn]) -> Estimable:
        """The texts of one column."""
        return cls((minhash.pool.values, minhash.places, minhash.places), take)


def similarities(
    texts: Estimable,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    thresholds: Sequence[float],
    estimates: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Jaccard similarity of pairs of texts: estimated, and counted where it matters.

    It matters where the estimate is near a threshold, and where a text looks like many others: then
    shingles that a great many of them share are left out.
    """
    left, right = pairs
    found = (
        estimated_jaccards(texts.minhash, left, right) if estimates is None else estimates.copy()
    )
    names, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    partners = np.bincount(places, minlength=1)
    most = np.maximum(partners[places[: len(left)]], partners[places[len(left) :]])
    is_doubtful = most > MANY_PARTNERS
    for threshold in thresholds:
        is_doubtful |= np.abs(found - threshold) < DOUBTFUL
    rows = np.flatnonzero(is_doubtful)
    if not len(rows):
        return found
    one, other = places[: len(left)][rows], places[len(left) :][rows]
    used, place = np.unique(np.concatenate([one, other]), return_inverse=True)
    values, offsets = shingle_values(texts.take(names[used]))
    if most.max() > MANY_PARTNERS:
        values, offsets = without_boilerplate(values, offsets)
    found[rows] = exact_jaccards(values, offsets, place[: len(rows)], place[len(rows) :])
    return found


def without_boilerplate(
    values: NDArray[np.uint64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Shingle sets without the shingles that a great many of the texts share."""
    number = len(offsets) - 1
    if number <= BOILERPLATE_TEXTS:
        return values, offsets
    most = max(BOILERPLATE_TEXTS, min(BOILERPLATE_MOST, int(BOILERPLATE_SHARE * number)))
    suspects, counts = np.unique(_frequent(values, most), return_counts=True)
    common = suspects[counts > most]
    if not len(common):
        return values, offsets
    place = np.minimum(np.searchsorted(common, values), len(common) - 1)
    keep = common[place] != values
    kept_before = np.r_[0, np.cumsum(keep)]
    return values[keep], kept_before[offsets].astype(np.int64)


@nb.njit(cache=True, nogil=True)
def _frequent(values: Any, most: int) -> Any:  # noqa: ANN401
    """Every value that occurs more often than `most`, as often as it does, and a few others."""
    size = 1 << 16
    while size < 2 * values.shape[0] and size < 1 << 24:
        size *= 2
    counts = np.zeros(size, np.uint32)
    mask = np.uint64(size - 1)
    for value in values:
        counts[value & mask] += np.uint32(1)
    number = 0
    for value in values:
        number += np.int64(counts[value & mask] > most)
    found = np.empty(number, np.uint64)
    number = 0
    for value in values:
        if counts[value & mask] > most:
            found[number] = value
            number += 1
    return found


def compared(
    column: TextColumn, flow: Dataflow | None = None, *, in_wordings: bool = False
) -> Compared:
    """A column, ready for comparison.

    Args:
        column: The texts.
        flow: Where they are signed; here and now if not given.
        in_wordings: Whether the texts inside shared wordings are what long texts are compared by.
    """
    signs = MEMO.sign(column, flow)
    forms = _forms(column, signs)
    nothing = np.zeros(len(column), np.int32)
    if not in_wordings:
        return Compared(column, column, signs, forms, nothing)
    framed = frames_of(column)
    rows = np.flatnonzero(framed.codes)
    if not len(rows):
        return Compared(column, column, signs, forms, nothing)
    begin = column.offsets[:-1]
    material = column.slices(begin + framed.starts, begin + framed.ends)
    inner = MEMO.sign(material.take(rows), flow)
    outer = signs.take(rows)
    marks = replace(
        outer,
        minhash=inner.minhash,
        num_tokens=inner.num_tokens,
        half_words=inner.half_words,
    )
    return Compared(column, material, signs.with_rows(rows, marks), forms, framed.codes)


def _forms(column: TextColumn, signs: Signatures) -> NDArray[np.int64]:
    """Codes of texts that are the same; short ones that may be so are looked at one by one."""
    is_short = signs.num_shingles < LONG_TEXT
    keys = np.where(is_short, mixed(signs.coarse, 1), mixed(signs.normal, 2))
    keys = np.where(signs.num_tokens == 0, mixed(column.hashes, 3), keys)
    _, codes, counts = np.unique(keys, return_inverse=True, return_counts=True)
    codes = codes.astype(np.int64)
    rows = np.flatnonzero(is_short & (counts[codes] > 1) & (signs.num_tokens > 0))
    known: dict[tuple[int, str], int] = {}
    seen: dict[tuple[int, int], int] = {}
    for row in rows.tolist():
        key = int(codes[row]), int(signs.normal[row])
        if key not in seen:
            form = key[0], short_form(column[row])
            seen[key] = known.setdefault(form, len(counts) + len(known))
        codes[row] = seen[key]
    return codes


def mixed(values: NDArray[np.uint64], salt: int) -> NDArray[np.uint64]:
    """Hashes of another family, so that values of two kinds do not meet."""
    turned = (values ^ np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    return turned ^ (turned >> np.uint64(29))
