"""Signatures computed once: texts that were signed before in this process are not read again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.signatures import Signatures, sign

MOST_BYTES = 1 << 30
MOST_COLUMNS = 4
"""What is kept at most; beyond it texts are signed again."""
SAMPLE = 256
MOSTLY = 0.7


@dataclass(frozen=True)
class _Kept:
    """Signatures, and the hashes of their texts in rising order with the row of each."""

    hashes: NDArray[np.uint64]
    rows: NDArray[np.int64]
    signatures: Signatures

    def places(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(row, whether it is there) of each hash."""
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return self.rows[place], self.hashes[place] == hashes


@dataclass
class SignatureMemo:
    """Signatures of texts seen before, by the hash of the text. One per process.

    Two texts of ten million would have the same hash with a probability of three in a million.
    """

    _kept: list[_Kept] = field(default_factory=list[_Kept])

    def sign(self, column: TextColumn) -> Signatures:
        """The signature of every text; only new ones are computed."""
        if not len(column):
            return sign(column)
        hashes = column.hashes
        kept = self._nearest(hashes)
        if kept is None:
            fresh = sign(column)
            self._keep(hashes, fresh)
            return fresh
        place, is_known = kept.places(hashes)
        is_same = len(place) == len(kept.rows) and bool(is_known.all())
        if is_same and np.array_equal(place, np.arange(len(place))):
            return kept.signatures
        found = kept.signatures.take(place)
        rows = np.flatnonzero(~is_known)
        return found.with_rows(rows, sign(column.take(rows))) if len(rows) else found

    def _nearest(self, hashes: NDArray[np.uint64]) -> _Kept | None:
        """The kept signatures that most of these texts are among, going by a sample."""
        sample = hashes[:: max(1, len(hashes) // SAMPLE)]
        shares = [float(kept.places(sample)[1].mean()) for kept in self._kept]
        best = max(range(len(shares)), key=lambda i: shares[i], default=None)
        return self._kept[best] if best is not None and shares[best] > MOSTLY else None

    def _keep(self, hashes: NDArray[np.uint64], fresh: Signatures) -> None:
        order = np.argsort(hashes)
        self._kept.insert(0, _Kept(hashes[order], order, fresh))
        sizes = np.cumsum([kept.signatures.minhash.nbytes for kept in self._kept])
        fits = int(np.searchsorted(sizes, MOST_BYTES, side="right"))
        del self._kept[min(fits, MOST_COLUMNS) :]


MEMO = SignatureMemo()
