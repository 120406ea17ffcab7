"""What stands in every text in which something private can be found, in groups that are looked for in whole columns."""

from __future__ import annotations

import string

from kitae.engines.private.gate import CJK_WORDS, TOKEN_STARTS

SHORT = 4
"""Shorter starts are looked for with every character that may follow."""
_BODY = string.ascii_lowercase + string.digits + "_-"
_SPACES = tuple(code for code in map(chr, range(0x3001)) if code.isspace())
_BEHIND_PWD = ('"', "'", "”", "]", ":", "=", "-", "i", "は", "是", "为", *_SPACES)

_STARTS = tuple(
    start + last for start in TOKEN_STARTS for last in (_BODY if len(start) < SHORT else ("",))
)
_ANNOUNCING = (
    "passwd",
    "password",
    "passwort",
    "passphrase",
    "token",
    "secret",
    "authorization",
    "bearer",
    *(
        f"{kind}{gap}key"
        for kind in ("api", "access", "secret", "auth", "private", "client", "account")
        for gap in ("", " ", "_", "-")
    ),
    *("pwd" + sign for sign in _BEHIND_PWD),
)
TOKEN_START, ANNOUNCED = "private_token", "private_announced"
NEEDLES: dict[str, tuple[str, ...]] = {
    TOKEN_START: _STARTS,
    ANNOUNCED: (*_ANNOUNCING, *CJK_WORDS),
}
"""The start of a provider's token, and the words that announce a password or a key; whatever the case."""
