"""What every character says about its text: its kind, and the gates that it opens, as a table for kernels.

A gate is open where a slower rule *may* find something, and never closed where the rule would. The sets
of characters come from the rules themselves, so that a gate cannot drift away from its rule.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntFlag
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language import detect, repair


class Gate(IntFlag):
    """What a text has, somewhere in it. The first nine are told by single characters."""

    NON_ASCII = 1 << 0
    MOJIBAKE = 1 << 1
    """Signs of UTF-8 that was read as Windows-1252, Shift-JIS or GBK."""
    CONTROL = 1 << 2
    """A control or zero-width character, a joiner, a line break other than a line feed."""
    COMPOSING = 1 << 3
    """A character that may not be in Unicode NFC where it stands."""
    BRACE = 1 << 4
    BRACKET = 1 << 5
    AT_SIGN = 1 << 6
    REPLACEMENT = 1 << 7
    """U+FFFD: a character that was lost."""
    WORD = 1 << 8
    """A letter, a digit or a character of a language: the text has tokens. Without it, it may have some."""
    SPECIAL_TOKEN = 1 << 16
    """The start of a chat marker: `<|`, `</s>`, `<eos>`, `[INST]` and their like."""
    OUTER_SPACE = 1 << 17
    """White space at one of the two ends."""
    FENCE = 1 << 18
    """Three backticks: a block of code."""
    LINK = 1 << 19
    """`http://` or `https://`."""
    TAG = 1 << 20
    """`<` with a letter, `/` or `!` after it: a tag of HTML or XML."""
    ENTITY = 1 << 21
    """`&` with a letter or `#` after it, as in `&amp;`."""
    MANY_DIGITS = 1 << 22
    """Seven digits or more, with nothing but spaces and the signs of numbers between them."""


KINDS = range(10)
NOTHING, SPACE, LATIN, DIGIT, SIGN, KANA, HAN, HANGUL, OTHER_SCRIPT, LETTER = KINDS
"""Kinds of characters. `OTHER_SCRIPT`: Greek to Mongolian and Thai; `LETTER`: letters of no such script."""

KIND_BITS = 15
PLACE_SHIFT = 4
PLACE_BITS = 63
"""Six bits: which of the characters this is that Japanese alone or Chinese alone has; 0 for none."""
GATE_SHIFT = 10

JOINS_DIGITS = 1 << 26
"""A space or a sign that stands inside long numbers."""
BLANK = 1 << 27
GBK = 1 << 28
SHIFT_JIS = 1 << 29
TRAIL = 1 << 30
"""The second character of what UTF-8 gives when it is read as Windows-1252."""
RARE = 1 << 31
"""A character that needs a look at its neighbours."""

TABLE_SIZE = 0x20000
"""Of characters from here on there are few kinds: see `measures`."""


def bits(gate: Gate) -> int:
    """A gate as the table of characters has it."""
    return int(gate) << GATE_SHIFT


@lru_cache(maxsize=1)
def character_table() -> NDArray[np.uint32]:
    """Kind, place, gates and flags of every character below `TABLE_SIZE`."""
    everything = "".join(chr(code) for code in range(TABLE_SIZE) if not 0xD800 <= code < 0xE000)
    table = np.zeros(TABLE_SIZE, np.uint32)
    for pattern, kind in _KINDS:
        table[_codes(pattern, everything)] = kind
    table[0x80:] |= np.uint32(bits(Gate.NON_ASCII))
    for pattern, flags in _FLAGS:
        table[_codes(pattern, everything)] |= np.uint32(flags)
    words = [ord(char) for char in everything if char.isalnum()]
    table[words] |= np.uint32(bits(Gate.WORD))
    table[sorted(_composing(everything))] |= np.uint32(bits(Gate.COMPOSING))
    for place, char in enumerate(detect.JAPANESE_ONLY + detect.CHINESE_ONLY, start=1):
        table[ord(char)] |= np.uint32(place << PLACE_SHIFT)
    return table


_KINDS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"[^\w\s]|_"), SIGN),
    (re.compile(r"[^\W\d_]"), LETTER),
    (re.compile(r"\d"), DIGIT),
    (re.compile(r"\s"), SPACE),
    (re.compile(r"[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f]"), NOTHING),
    (detect.OTHER_LETTER, OTHER_SCRIPT),
    (detect.KANA, KANA),
    (detect.HAN, HAN),
    (detect.HANGUL, HANGUL),
    (detect.LATIN, LATIN),
)
"""Later ones first; the scripts are those that tell a language."""

_FLAGS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"\s"), BLANK),
    (
        re.compile(
            r"[ .,()/+\u00a0\u2002\u2003\u2009\u202f\u2010-\u2015\u2212\u3000\u30fc\uff08\uff09\uff0d\uff0e-]"
        ),
        JOINS_DIGITS,
    ),
    (repair.CONTROLS, bits(Gate.CONTROL)),
    (repair.LINE_BREAKS, bits(Gate.CONTROL)),
    (repair.JOINERS, bits(Gate.CONTROL)),
    (repair.WINDOWS_CHARACTER, bits(Gate.MOJIBAKE)),
    (repair.MOJIBAKE_TRAIL, TRAIL),
    (repair.SHIFT_JIS_CHARACTER, SHIFT_JIS | RARE),
    (repair.GBK_CHARACTER, GBK | RARE),
    (re.compile(r"\{"), bits(Gate.BRACE)),
    (re.compile(r"\["), bits(Gate.BRACKET) | RARE),
    (re.compile("@"), bits(Gate.AT_SIGN)),
    (re.compile("\ufffd"), bits(Gate.REPLACEMENT)),
    (re.compile("[<&`:]"), RARE),
)


def _codes(pattern: re.Pattern[str], everything: str) -> NDArray[np.uint32]:
    """The characters that a pattern matches, alone."""
    return np.frombuffer("".join(pattern.findall(everything)).encode("utf-32-le"), np.uint32)


def _composing(everything: str) -> set[int]:
    """Characters that NFC may write in another way, reorder, or join with the one before."""
    found = {code for first, last in _HANGUL_PARTS for code in range(first, last + 1)}
    for char in everything:
        if char.isascii():
            continue
        if unicodedata.combining(char) or not unicodedata.is_normalized("NFC", char):
            found.add(ord(char))
        split = unicodedata.decomposition(char)
        if split and split[0] != "<" and " " in split:
            found.add(int(split.split()[1], 16))
    return found


_HANGUL_PARTS = ((0x1161, 0x1175), (0x11A8, 0x11C2))
