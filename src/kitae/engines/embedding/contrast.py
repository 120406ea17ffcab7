"""What an embedding hardly sees and a model must learn: numbers, names, negation, one word for another.

Two questions that differ in this way are a minimal pair, whatever their vectors say. Where it cannot be
told, they count as one: a copy that stays costs little, a difference that goes is not learnt.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from kitae.engines.language.normal import numbers, tokens, word_count

FRAME_SHARE = 0.5
"""Questions that share this part of the shorter one's words are of one frame, ..."""
SWAPPED_WORDS, SWAPPED_SHARE = 2.0, 0.2
"""... and ask for other things where so many words, or this part of them, stand for others."""

_FUNCTION_WORDS = (
    "a an the is are am was were be been being 's s do does did of please kindly can could would will "
    "you me i my your it its that this to 的 了 吗 嗎 呢 吧 请 請 一 下 啊 们 是 我 你 您 何 方"
)
"""Words that may come or go without another question being asked."""
_NEGATING_WORDS = "not no never none nothing nobody neither nor without cannot avoid except 不 没 沒 無 无 非 未 勿 莫 别"
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_NEGATION = frozenset(_NEGATING_WORDS.split())
_JAPANESE_NEGATION = re.compile(r"ない|なかっ|なく|ません|ずに|ぬ(?=[。、\s]|$)")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
"""Hiragana is grammar, katakana is compared as names."""
_SHORTENED = re.compile(r"['’](?:s|re|ll|d|m|ve)$")
_KATAKANA = re.compile(r"[ァ-ヺー]{2,}")
_NAME = re.compile(r"(?<![\w'’])[^\W\d_]*[A-Z][\w'’-]*")
_MYSELF = re.compile(r"I(?:['’]\w+)?$")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n\"“”「『(（*#>-]|\d[.)])\s*$")


@dataclass(frozen=True)
class _Said:
    """What one text says, as far as it is compared."""

    words: frozenset[str]
    content: tuple[str, ...]
    names: frozenset[str]
    numbers: tuple[str, ...]
    is_negated: bool


class Contrast:
    """Tells pairs of texts that differ on purpose."""

    def __init__(self, text_of: Callable[[int], str]) -> None:
        self._said = lru_cache(maxsize=65_536)(lambda row: _said(text_of(row)))

    def differ(self, left: int, right: int) -> bool:
        """Whether two texts, given by their numbers, are a minimal pair."""
        one, other = self._said(left), self._said(right)
        if one.numbers != other.numbers or one.is_negated != other.is_negated:
            return True
        if one.names - other.words or other.names - one.words:
            return True
        return _is_swapped(one.content, other.content)


def _is_swapped(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether words stand for other words in one frame, or the same words stand in another order."""
    mine, theirs = Counter(one), Counter(other)
    if mine == theirs:
        return one != other
    only_mine, only_theirs = list((mine - theirs).elements()), list((theirs - mine).elements())
    if not only_mine or not only_theirs:
        return False
    shared = word_count(list((mine & theirs).elements()))
    least = min(word_count(list(one)), word_count(list(other)))
    swapped = max(word_count(only_mine), word_count(only_theirs))
    return shared >= FRAME_SHARE * least and swapped <= max(SWAPPED_WORDS, SWAPPED_SHARE * least)


def _said(text: str) -> _Said:
    plain = unicodedata.normalize("NFKC", text)
    found = tokens(text)
    words = frozenset(found) | frozenset(_KATAKANA.findall(plain))
    negated = any(word in _NEGATION or word.endswith(("n't", "n’t")) for word in found)
    return _Said(
        words=words,
        content=tuple(_content(found)),
        names=frozenset(_names(plain)),
        numbers=numbers(text),
        is_negated=negated or bool(_JAPANESE_NEGATION.search(plain)),
    )


def _content(found: list[str]) -> list[str]:
    """The words that decide what is asked."""
    words = [_SHORTENED.sub("", word) for word in found]
    return [word for word in words if word not in _FUNCTION and not _KANA.match(word)]


def _names(text: str) -> list[str]:
    """Words in katakana, and words with a capital letter that do not begin a sentence, as tokens."""
    found = _KATAKANA.findall(text)
    for name in _NAME.finditer(text):
        before = text[max(0, name.start() - 8) : name.start()]
        if not _MYSELF.match(name[0]) and not _SENTENCE_START.search(before):
            found += tokens(name[0])
    return found
