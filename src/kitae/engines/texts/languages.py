"""The language of each row of several text columns: the same answers as `engines.language.detect_language`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language import detect
from kitae.engines.texts import gates as g
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import Gate
from kitae.engines.texts.measures import ENGLISH, FOREIGN, MARKED, WORDS, Measures, measure

LANGUAGES = ("", "en", "ja", "zh", "ko", "other")
"""What the numbers of `languages` stand for."""
UNKNOWN, ENGLISH_LANGUAGE, JAPANESE, CHINESE, KOREAN, OTHER = range(6)

MAY_HAVE_PLACEHOLDER = Gate.BRACE | Gate.FENCE | Gate.LINK


def languages(
    columns: Sequence[TextColumn], measures: Sequence[Measures], hint: str = ""
) -> NDArray[np.int8]:
    """Which of `LANGUAGES` each row is in, the texts of all columns taken together.

    Args:
        columns: Texts; row `i` is text `i` of each of them, joined by line feeds.
        measures: Of the same columns.
        hint: As in `detect_language`.
    """
    counts = _Counts.of(measures)
    gates = reduce(or_, (one.gates for one in measures))
    rows = np.flatnonzero(gates & np.uint32(MAY_HAVE_PLACEHOLDER))
    texts = ("\n".join(column[row] for column in columns) for row in rows.tolist())
    plain = [detect.PLACEHOLDER.sub(" ", text) for text in texts]
    if plain:
        counts.put(rows, _Counts.of([measure(TextColumn.from_texts(plain))]))
    return counts.languages(hint)


class _Counts:
    """What `detect_language` counts in a text, for many."""

    def __init__(
        self, kinds: NDArray[np.int32], words: NDArray[np.int32], places: NDArray[np.uint64]
    ) -> None:
        self._kinds = kinds
        self._words = words
        self._places = places

    @classmethod
    def of(cls, measures: Sequence[Measures]) -> _Counts:
        """The counts of several columns together."""
        return cls(
            sum((one.kinds for one in measures[1:]), measures[0].kinds.copy()),
            sum((one.words for one in measures[1:]), measures[0].words.copy()),
            reduce(or_, (one.places for one in measures[1:]), measures[0].places.copy()),
        )

    def put(self, rows: NDArray[np.int64], new: _Counts) -> None:
        """Take over the counts of some rows."""
        self._kinds[rows] = new._kinds
        self._words[rows] = new._words
        self._places[rows] = new._places

    def languages(self, hint: str) -> NDArray[np.int8]:
        """The heaviest script tells the language, or which words and characters are to be looked at."""
        cjk = 0.5 * (self._kinds[:, g.KANA] + self._kinds[:, g.HAN])
        hangul, other = 0.5 * self._kinds[:, g.HANGUL], 0.2 * self._kinds[:, g.OTHER_SCRIPT]
        weights = np.stack([cjk, hangul, other, self._words[:, WORDS].astype(np.float64)])
        heaviest = weights.argmax(axis=0)
        by_script = np.array([0, KOREAN, OTHER, 0], np.int8)[heaviest]
        for script, tell in ((0, self._japanese_or_chinese(hint)), (3, self._latin())):
            by_script = np.where(heaviest == script, tell, by_script)
        return np.where(weights.max(axis=0) == 0, UNKNOWN, by_script).astype(np.int8)

    def _japanese_or_chinese(self, hint: str) -> NDArray[np.int8]:
        kana, han = self._kinds[:, g.KANA], self._kinds[:, g.HAN]
        japanese_places = np.uint64((1 << len(detect.JAPANESE_ONLY)) - 1)
        japanese = _bits(self._places & japanese_places)
        chinese = _bits(self._places & ~japanese_places)
        undecided = JAPANESE if hint == "ja" else CHINESE
        by_characters = np.where(japanese > chinese, JAPANESE, CHINESE)
        by_characters = np.where(japanese == chinese, undecided, by_characters)
        return np.where(kana >= 0.05 * (kana + han), JAPANESE, by_characters).astype(np.int8)

    def _latin(self) -> NDArray[np.int8]:
        words, marked = self._words[:, WORDS], self._words[:, MARKED]
        english, foreign = self._words[:, ENGLISH], self._words[:, FOREIGN]
        is_short = words < detect.SHORT_WORDS
        rest = np.where(is_short | (marked == 0), UNKNOWN, OTHER)
        is_english = english >= detect.ENGLISH_SHARE * words
        found = np.where(is_english, ENGLISH_LANGUAGE, rest)
        other = np.where(is_short, UNKNOWN, OTHER)
        return np.where(foreign + marked > english, other, found).astype(np.int8)


def _bits(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """How many bits of each value are set."""
    return np.unpackbits(values.view(np.uint8).reshape(-1, 8), axis=1).sum(axis=1, dtype=np.int64)
