"""How likely a decoded text is as a text in some language: one number per reading of the same bytes.

Each language is a bag of characters with a probability each. The scores of two readings of the same bytes
can be compared, because each is the log-probability of the whole: a wrong reading pays with rare characters.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from kitae.engines.reading import frequency

_IMPOSSIBLE = -18.0
_FOREIGN = -14.0
_ASCII = -3.4
_ODD = -4.0
_LONE_VOICING = re.compile("(?<![ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<![ﾊ-ﾎ])ﾟ|(?<![ｦ-ﾟ])[ｰｬｭｮｯﾝ]")
_LATIN_PAIR = re.compile("[^\x00-\x7f](?=[^\x00-\x7f])")
_MIXED_WORD = re.compile("[А-яЁё](?=[A-Za-z])|(?<=[A-Za-z])[А-яЁё]")
_SINGLE_HANGUL = re.compile("(?<![가-힣])[가-힣](?![가-힣])")
_PUNCTUATION = "、。，．・：；？！「」『』（）〈〉《》【】“”‘’…—～〜ー々％￥＋－＝／＜＞"


@dataclass(frozen=True)
class Language:
    """A bag of characters.

    Attributes:
        name: ISO 639-1 code or a variant of one.
        logp: Natural logarithm of the probability of one character.
        unlikely: Neighbours that the language hardly ever has; each costs `_ODD`.
    """

    name: str
    logp: Callable[[str], float]
    unlikely: re.Pattern[str] | None = None
    _known: dict[str, float] = field(default_factory=dict[str, float])

    def score(self, text: str) -> float:
        """Log-probability of a text."""
        total = sum(n * self._of(char) for char, n in Counter(text).items())
        if self.unlikely:
            total += _ODD * sum(1 for _ in self.unlikely.finditer(text))
        return total

    def _of(self, char: str) -> float:
        if char not in self._known:
            self._known[char] = _plain(char) if char < "\x80" else self.logp(char)
        return self._known[char]


def languages() -> dict[str, Language]:
    """The languages that readings are compared in, by name."""
    return {
        "ja": Language("ja", _japanese(half_width=0.004), _LONE_VOICING),
        "ja-half": Language("ja-half", _japanese(half_width=0.6), _LONE_VOICING),
        "zh": Language("zh", _chinese(frequency.SIMPLIFIED, "gb2312", 0xD7)),
        "zh-hant": Language("zh-hant", _chinese(frequency.TRADITIONAL, "big5", 0xC6)),
        "ko": Language("ko", _korean(), _SINGLE_HANGUL),
        "ru": Language("ru", _russian(), _MIXED_WORD),
        "latin": Language("latin", _latin(), _LATIN_PAIR),
    }


def _plain(char: str) -> float:
    return _ASCII if char >= " " or char in "\t\n\r" else _IMPOSSIBLE


def _ranked(chars: str, mass: float) -> dict[str, float]:
    """Log-probabilities that fall with the rank (Zipf, softened) and sum to `mass`."""
    unique = list(dict.fromkeys(chars))
    weights = [1.0 / (rank + 20) for rank in range(len(unique))]
    total = sum(weights)
    return {c: math.log(mass * w / total) for c, w in zip(unique, weights, strict=True)}


def _even(chars: str, mass: float) -> dict[str, float]:
    return dict.fromkeys(chars, math.log(mass / len(chars)))


@cache
def _lead(char: str, encoding: str) -> int | None:
    """First byte of a character in a double-byte encoding, or None when it has no place there."""
    try:
        raw = char.encode(encoding)
    except UnicodeEncodeError:
        return None
    return raw[0] if len(raw) > 1 else None


def _foreign(char: str) -> float:
    """For what a language does not use: symbols are likelier than private use or unassigned."""
    category = unicodedata.category(char)
    if category in ("Co", "Cs", "Cn", "Cc"):
        return _IMPOSSIBLE
    if "\uff01" <= char <= "\uff5e":
        return -7.5
    if category in ("So", "Sm", "Nl", "No", "Sk", "Sc", "Po", "Ps", "Pe"):
        return -9.5
    return _FOREIGN


def _japanese(half_width: float) -> Callable[[str], float]:
    mass = 1.0 - half_width
    known = {
        **_even("".join(map(chr, range(0x3041, 0x3094))), 0.10 * mass),
        **_ranked(frequency.HIRAGANA, 0.33 * mass),
        **_even("".join(map(chr, range(0x30A1, 0x30F7))), 0.11 * mass),
        **_ranked(frequency.KANJI, 0.28 * mass),
        **_even(_PUNCTUATION, 0.06 * mass),
        **_even("、。ー", 0.07 * mass),
        **_even("".join(map(chr, range(0xFF61, 0xFFA0))), 0.1 * half_width),
        **_ranked(frequency.HALF_WIDTH, 0.9 * half_width),
    }

    def logp(char: str) -> float:
        if char in known:
            return known[char]
        lead = _lead(char, "cp932")
        if not "\u4e00" <= char <= "\u9fff":
            return _foreign(char)
        if lead is None:
            return _FOREIGN - 2
        is_first_level = lead <= 0x98
        return math.log(0.04 * mass / 2965) if is_first_level else math.log(0.002 / 3390)

    return logp


def _chinese(common: str, charset: str, last_common_lead: int) -> Callable[[str], float]:
    known = {**_ranked(common, 0.68), **_even(_PUNCTUATION, 0.03), **_even("，。、：？", 0.09)}

    def logp(char: str) -> float:
        if char in known:
            return known[char]
        if not "\u4e00" <= char <= "\u9fff":
            return _foreign(char)
        lead = _lead(char, charset)
        if lead is None:
            return _FOREIGN - 1
        return math.log(0.18 / 3755) if lead <= last_common_lead else math.log(0.004 / 3008)

    return logp


def _korean() -> Callable[[str], float]:
    known = _ranked(frequency.HANGUL, 0.8)

    def logp(char: str) -> float:
        if char in known:
            return known[char]
        if "\uac00" <= char <= "\ud7a3":
            return math.log(0.18 / 2350) if _lead(char, "euc_kr") else _FOREIGN
        return _foreign(char) if not "\u4e00" <= char <= "\u9fff" else _FOREIGN

    return logp


def _latin() -> Callable[[str], float]:
    known = {**_ranked(frequency.LATIN, 0.5), **_even("’“”‘–—…•«»€£°¿¡·\xa0", 0.3)}
    return lambda char: known.get(char, -8.0 if "\xa0" <= char <= "\u0178" else _FOREIGN)


def _russian() -> Callable[[str], float]:
    known = {**_ranked(frequency.CYRILLIC, 0.95), **_even("«»—…№“”", 0.04)}
    return lambda char: known.get(char, -9.0 if "\u0400" <= char <= "\u045f" else _FOREIGN)
