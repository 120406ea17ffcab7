"""Which texts may hold something private at all: one look at the bytes, before any of the checks.

The table is what a kernel over a whole column must look for; the regular expression is made from it and runs in Python and, written
without look-around, in Arrow's RE2 over a column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Trigger:
    """Something in the UTF-8 bytes of a text that makes a kind of finding possible."""

    form: Literal["bytes", "pattern"]
    """`bytes`: the sequence itself. `pattern`: a regular expression over bytes without look-around."""
    value: str
    any_case: bool = False


_DIGIT = "[0-9０-９]"
_GAP = "[-. ()/+\u3000－（）．‐‑–—―‒ー−\u00a0\u2002\u2003\u2009\u202f]{0,3}"
TOKEN_STARTS = (
    "-----BEGIN ",
    "AKIA", "ASIA", "AIza", "ya29.", "GOCSPX-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
    "glpat-", "gldt-", "glrt-", "glptt-", "xox", "hooks.slack.com", "sk_live_", "sk_test_", "rk_live_",
    "rk_test_", "whsec_", "sk-", "hf_", "api_org_", "eyJ", "SG.", "npm_", "pypi-", "dop_v1_", "doo_v1_",
    "dor_v1_", "shpat_", "shpca_", "shppa_", "shpss_", "LTAI", "AKID", "gsk_", "xai-", "r8_",
    "AccountKey=",
)  # fmt: skip
CJK_WORDS = ("パスワード", "暗証番号", "密码", "密碼", "口令")

TRIGGERS: tuple[Trigger, ...] = (
    Trigger("bytes", "@"),
    Trigger("bytes", "＠"),
    Trigger("pattern", f"(?:{_DIGIT}{_GAP}){{6}}{_DIGIT}"),
    Trigger("pattern", rf"{_DIGIT}[.．]{_DIGIT}{{1,3}}[.．]{_DIGIT}{{1,3}}[.．]{_DIGIT}"),
    Trigger("pattern", "[0-9A-Fa-f]::?[0-9A-Fa-f]{0,4}::?[0-9A-Fa-f]{1,4}:"),
    Trigger("pattern", "[0-9A-Fa-f]::[0-9A-Fa-f]"),
    Trigger("pattern", "[A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}[A-Za-z][0-9]"),
    *(Trigger("bytes", start) for start in TOKEN_STARTS),
    *(
        Trigger("pattern", rf"{word}[\"'”]?\]?\s*(?:[:=]|[-=]>|is |は|是|为)", any_case=True)
        for word in (
            "passw(?:or)?d",
            "passwort",
            "passphrase",
            "pwd",
            "token",
            "secret",
            "authorization",
            "bearer",
            "(?:api|access|secret|auth|private|client|account)[ _-]?(?:key|token|secret)(?:[ _-]?(?:id|key))?",
        )
    ),
    Trigger("pattern", r"(?:bearer|token|key|secret)\s+[0-9A-Za-z_-]{24}", any_case=True),
    *(Trigger("bytes", word) for word in CJK_WORDS),
)


def _as_pattern(trigger: Trigger) -> str:
    body = re.escape(trigger.value) if trigger.form == "bytes" else trigger.value
    return f"(?i:{body})" if trigger.any_case else body


GATE = "|".join(map(_as_pattern, TRIGGERS))
"""The table as one regular expression."""

_WITH_DIGIT = re.compile(
    "|".join(t.value for t in TRIGGERS if t.form == "pattern" and not t.any_case)
)
_ANNOUNCED = re.compile("|".join(map(_as_pattern, (t for t in TRIGGERS if t.any_case))))
_ANNOUNCING = ("passw", "passphrase", "pwd", "token", "secret", "authorization", "bearer", "key")
_WITH_LINE = tuple(start for start in TOKEN_STARTS if "_" in start)
_WITH_DASH = tuple(start for start in TOKEN_STARTS if "-" in start)
_OTHERS = tuple(start for start in TOKEN_STARTS if "_" not in start and "-" not in start)
_DIGITS = re.compile(_DIGIT)


def may_have_private(text: str) -> bool:
    """Whether `find_private` can find anything in this text. `False` is certain.

    The same answer as `GATE`, with the rarest first: Python takes much longer for all of it at once.
    """
    if "@" in text or "＠" in text or may_have_token(text):
        return True
    if (_DIGITS.search(text) or text.count(":") > 1) and _WITH_DIGIT.search(text):
        return True
    return may_announce_key(text)


def may_have_token(text: str) -> bool:
    """Whether a text has the start of a token of any provider."""
    return (
        any(start in text for start in _OTHERS)
        or ("_" in text and any(start in text for start in _WITH_LINE))
        or ("-" in text and any(start in text for start in _WITH_DASH))
    )


def may_announce_key(text: str) -> bool:
    """Whether a text has a word such as `password`, and a sign that a value follows."""
    if not text.isascii() and any(word in text for word in CJK_WORDS):
        return True
    lower = text.lower()
    return any(word in lower for word in _ANNOUNCING) and _ANNOUNCED.search(text) is not None


def column_may_have_private(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """`may_have_private` for each text of a column, as a column of booleans."""
    return pc.match_substring_regex(column, GATE)
