"""Made-up words of three languages, drawn as often as words are in real text (Zipf)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LANGUAGES = ("en", "ja", "zh")
Ids = NDArray[np.int32]

_SENTENCE = 14
_CLAUSE = 7
_EN_FREQUENT = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an "
    "they which one you were all their there would so can if what more when who will about out up some them "
    "than then her like him into time has look two write explain list give describe summarize translate "
    "create how why make use number people water day part"
)
_EN_STARTS = [*"bcdfghklmnprstvw", "ch", "sh", "th", "st", "tr", "pl"]
_EN_VOWELS = [*"aeiou", "ai", "ea", "ou"]
_EN_ENDS = ["", "", "s", "ed", "ing", "ly", "tion", "er", "ment", "al"]
_ZH_FREQUENT = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
_JA_FREQUENT = (
    "の に は を た が で て と し れ さ ある いる も する から な こと として い や れる など なっ ない この ため その "
    "あっ よう また もの という あり まで られ なる へ か だ これ によって により おり より による ず なり られる において "
    "です ます ました ください について 説明して"
)
_KATAKANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポー"
)


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language.

    Attributes:
        language: One of `LANGUAGES`.
        words: The most frequent ones first.
        capitals: The same, as they begin a sentence.
        shares: Share of text that each word and all before it make up.
    """

    language: str
    words: list[str]
    capitals: list[str]
    shares: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> Ids:
        """The numbers of some words, frequent ones often."""
        found = np.searchsorted(self.shares, rng.random(count))
        return np.minimum(found, len(self.words) - 1).astype(np.int32)

    def text(self, ids: Ids) -> str:
        """Words as sentences."""
        numbers: list[int] = ids.tolist()
        if not numbers:
            return ""
        return self._spaced(numbers) if self.language == "en" else self._unspaced(numbers)

    def tokens(self, ids: Ids) -> int:
        """How many words, or CJK characters, a text has."""
        if self.language == "en":
            return len(ids)
        numbers: list[int] = ids.tolist()
        return sum(len(self.words[number]) for number in numbers)

    def _spaced(self, numbers: list[int]) -> str:
        words = [self.words[number] for number in numbers]
        for place in range(0, len(words), _SENTENCE):
            words[place] = self.capitals[numbers[place]]
        for place in range(_CLAUSE - 1, len(words), _SENTENCE):
            words[place] += ","
        for place in range(_SENTENCE - 1, len(words) - 1, _SENTENCE):
            words[place] += "."
        words[-1] = words[-1].rstrip(",") + "."
        return " ".join(words)

    def _unspaced(self, numbers: list[int]) -> str:
        words = [self.words[number] for number in numbers]
        comma = "、" if self.language == "ja" else "，"
        for place in range(_CLAUSE - 1, len(words) - 1, _SENTENCE):
            words[place] += comma
        for place in range(_SENTENCE - 1, len(words) - 1, _SENTENCE):
            words[place] += "。"
        return "".join(words) + "。"


def vocabularies() -> tuple[Vocabulary, ...]:
    """One per language, the same at each call."""
    rng = np.random.default_rng(1)
    english = [*_EN_FREQUENT.split(), *(_english(rng) for _ in range(40_000))]
    japanese = [*_JA_FREQUENT.split(), *(_japanese(rng) for _ in range(30_000))]
    chinese = [*_ZH_FREQUENT, *(_ideographs(rng, (1, 2, 2, 2, 3, 4)) for _ in range(30_000))]
    named = zip(LANGUAGES, (english, japanese, chinese), strict=True)
    return tuple(_vocabulary(language, words) for language, words in named)


def _vocabulary(language: str, words: list[str]) -> Vocabulary:
    frequency = 1 / (np.arange(len(words)) + 2.7) ** 1.05
    shares = np.cumsum(frequency / frequency.sum())
    return Vocabulary(language, words, [word.capitalize() for word in words], shares)


def _one(rng: np.random.Generator, parts: Sequence[str]) -> str:
    return parts[int(rng.integers(len(parts)))]


def _english(rng: np.random.Generator) -> str:
    syllables = (_one(rng, _EN_STARTS) + _one(rng, _EN_VOWELS) for _ in range(rng.integers(1, 4)))
    return "".join(syllables) + _one(rng, _EN_ENDS)


def _ideographs(rng: np.random.Generator, lengths: tuple[int, ...]) -> str:
    count = lengths[int(rng.integers(len(lengths)))]
    return "".join(chr(0x4E00 + int(rng.integers(0, 3500))) for _ in range(count))


def _japanese(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.55:
        particle = "" if rng.random() < 0.6 else _one(rng, _JA_FREQUENT.split())
        return _ideographs(rng, (1, 2, 2, 3)) + particle
    if kind < 0.8:
        return "".join(_one(rng, _KATAKANA) for _ in range(rng.integers(2, 6)))
    return "".join(chr(0x3042 + int(rng.integers(0, 80))) for _ in range(rng.integers(2, 5)))
