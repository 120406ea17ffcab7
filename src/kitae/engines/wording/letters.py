"""What every character is to a wording: part of a word, a word by itself, blank, or nothing.

Words are kept as they stand, case aside: width and signs tell two wordings apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language.normal import CJK
from kitae.engines.texts.characters import TABLE_SIZE

OTHER, LETTER, CJK_WORD, BLANK = range(4)
KIND_BITS = 3
LAST_CJK = 0x3FFFF
"""Characters from `TABLE_SIZE` to here are CJK; above, none is part of a word."""

_KINDS = (
    (LETTER, re.compile(rf"[^\W_{CJK}]+")),
    (CJK_WORD, re.compile(rf"[{CJK}]+")),
    (BLANK, re.compile(r"\s+")),
)
_DOTTED_I, _SIGMA, _FINAL_SIGMA = 0x130, 0x3C3, 0x3C2


@lru_cache(maxsize=1)
def letters() -> NDArray[np.uint32]:
    """Kind (two lowest bits) and lower-case form (the rest) of every character below `TABLE_SIZE`.

    The lower-case form is that of `str.lower`, but for two letters: a sigma is the same at the end of a
    word and inside it; the dotted capital I is a letter by itself, as nothing else has its lower-case form.
    """
    text = "".join(map(chr, range(TABLE_SIZE)))
    kinds = np.full(TABLE_SIZE, OTHER, np.uint32)
    for kind, pattern in _KINDS:
        for run in pattern.finditer(text):
            kinds[run.start() : run.end()] = kind
    lower = text.replace(chr(_DOTTED_I), "-").lower().encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(lower, "<u4").copy()
    codes[_DOTTED_I] = _DOTTED_I
    codes[codes == _FINAL_SIGMA] = _SIGMA
    return (codes << np.uint32(2)) | kinds
