"""The form in which texts are compared: case, width, spacing and sentence marks do not count.

Signs that carry meaning stay: the minus before a number, `+`, `#`, `%`, currency, emoji.
"""

from __future__ import annotations

import re
import unicodedata

CJK = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uac00-\ud7af\U00020000-\U0003ffff"
)
"""Character class (inside a regex) of what is written without spaces: a token each."""

_TOKEN = re.compile(
    rf"[{CJK}]"
    r"|(?:(?<![^\s(=:])[-\u2212])?\d+(?:[.,]\d+)*"  # -5 and 3.14, but not the hyphen of 3-4
    rf"|(?:(?![{CJK}\d_])\w)+(?:['\u2019](?:(?![{CJK}\d_])\w)+)?"
    r"|[+*/=<>#%&@|^~$\\]"
    r"|[^\w\s\u0000-\u00bf\u2010-\u206f\u3000-\u303f\ufe10-\ufe6f\uff00-\uffef]"  # emoji, symbols
)
_IS_CJK = re.compile(rf"[{CJK}]")

_ARTICLES = {"a", "an", "the", "please", "kindly"}
_POLITE = re.compile(
    r"^(?:(?:can|could|would|will) you (?:please )?)"
    r"|(?:を?お願いします|を?お願いいたします|ください|下さい|ですか|です)(?=$|[^\w])"
    r"|^(?:请问|請問|请你|請你|请|請)|(?:一下|吗|呢|吧|嗎|呀)(?=$|[^\w])"
)


def tokens(text: str) -> list[str]:
    """Words of alphabets lower-cased, numbers whole, every CJK character by itself."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def normalised(text: str) -> str:
    """The text as its tokens with single spaces between them; an empty text stays empty."""
    return " ".join(tokens(text))


def short_form(text: str) -> str:
    """The normal form without words of politeness and articles.

    Two short questions count as the same only when these forms are equal: a single other word may
    mean another answer, as today and tomorrow do.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    found: list[str] = _TOKEN.findall(_POLITE.sub("", plain))
    return " ".join(t for t in found if t not in _ARTICLES) or " ".join(_TOKEN.findall(plain))


def word_count(found: list[str]) -> float:
    """How much the tokens say, in words: a CJK character counts as half a word."""
    return sum(0.5 if _IS_CJK.match(token) else 1.0 for token in found)


def numbers(text: str) -> tuple[str, ...]:
    """The numbers in a text, in order: two sums with other numbers are two questions."""
    return tuple(token for token in tokens(text) if token[-1].isdigit())
