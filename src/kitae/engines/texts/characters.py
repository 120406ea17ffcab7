"""What every character counts for: its class and its folded form, as tables for the kernels.

Taken from the definitions in `engines.language.normal`, so that both ways of reading a text agree.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language.normal import CJK

SKIP, SPACE, LETTER, DIGIT, CJK_CHARACTER, SIGN, APOSTROPHE, POINT, MINUS, OPENER, SIGN_OPENER = (
    range(11)
)
CLASS_BITS = 15
EXPANDS = 16
"""Added to the class of a character whose normal form has several characters, or that joins with its
neighbours: texts with one are brought into normal form before they are read."""
TABLE_SIZE = 0x20000
"""Characters from here on: CJK up to 0x3FFFF, nothing above."""

_SIGNS = "+*/=<>#%&@|^~$\\"
_IGNORED = re.compile(r"[\w\s\u0000-\u00bf\u2010-\u206f\u3000-\u303f\ufe10-\ufe6f\uff00-\uffef]")
_CJK = re.compile(rf"[{CJK}]")


@lru_cache(maxsize=1)
def character_tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """(class, folded form) of every character below `TABLE_SIZE`."""
    codes = [code for code in range(TABLE_SIZE) if not 0xD800 <= code < 0xE000 and code != _BREAK]
    normal = _normal_forms(codes)
    plain = _plain_classes()
    classes = np.zeros(TABLE_SIZE, np.uint8)
    folded = np.arange(TABLE_SIZE, dtype=np.uint32)
    classes[_BREAK] = SPACE
    sizes = np.array([len(form) for form in normal])
    singles = np.flatnonzero(sizes == 1)
    places = np.array(codes)[singles]
    folded[places] = [ord(normal[i]) for i in singles.tolist()]
    classes[places] = plain[folded[places]]
    for i in np.flatnonzero(sizes > 1).tolist():
        if any(plain[ord(one)] not in (SKIP, SPACE) for one in normal[i]):
            classes[codes[i]] |= EXPANDS
    joining = [code for code in codes if _is_joining(code)]
    classes[joining] |= EXPANDS
    return classes, folded


_BREAK = 0x0A


def _normal_forms(codes: list[int]) -> list[str]:
    """NFKC and case folding of each character: a line break keeps it from joining with its neighbours."""
    text = chr(_BREAK).join(map(chr, codes))
    return unicodedata.normalize("NFKC", text).casefold().split(chr(_BREAK))


def _is_joining(code: int) -> bool:
    """Whether a character changes together with the one before it."""
    is_joining = 0x1100 <= code < 0x1200 or code in (0xFF9E, 0xFF9F)
    return is_joining or (code >= 0x300 and unicodedata.combining(chr(code)) != 0)


def _plain_classes() -> NDArray[np.uint8]:
    """Class of every character in normal form."""
    everything = "".join(chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000)
    classes = np.full(0x30000, SIGN, np.uint8)
    for kind, pattern in (
        (SKIP, _IGNORED),
        (SIGN, re.compile(f"[{re.escape(_SIGNS)}]")),
        (LETTER, re.compile(r"\w")),
        (DIGIT, re.compile(r"\d")),
        (SPACE, re.compile(r"\s")),
        (CJK_CHARACTER, _CJK),
    ):
        classes[[ord(char) for char in pattern.findall(everything)]] = kind
    simple = {"'": APOSTROPHE, "\u2019": APOSTROPHE, ".": POINT, ",": POINT, "-": MINUS}
    simple |= {"\u2212": MINUS, "(": OPENER, ":": OPENER, "=": SIGN_OPENER, "_": SKIP}
    for char, kind in simple.items():
        classes[ord(char)] = kind
    return classes
