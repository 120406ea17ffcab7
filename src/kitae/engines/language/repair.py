"""Repair of broken text, one named rule at a time. Sound text comes back unchanged.

NFC, never NFKC: what a person wrote in full-width or as `①` stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

MOJIBAKE_TRAIL = re.compile(
    r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
"""What the second byte of a character becomes when UTF-8 is read as Windows-1252 or Latin-1."""
_MOJIBAKE = re.compile(rf"[\u00c2-\u00f4]{MOJIBAKE_TRAIL.pattern}|[\u00ef\u00bf]\u00bf?\u00bd")
WINDOWS_CHARACTER = re.compile(r"[\u0080-\u009f]")
SHIFT_JIS_CHARACTER = re.compile("[縺繧繝]")
_READ_AS_SHIFT_JIS = re.compile(rf"(?:{SHIFT_JIS_CHARACTER.pattern}[^\s]){{2}}")
GBK_CHARACTER = re.compile("[鐨鏄銆锛鍦浣涓鎴鍒]")

LINE_BREAKS = re.compile(r"\r\n?|\u2028|\u2029")
CONTROLS = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u2060-\u2064\ufeff\u202a-\u202e"
    r"\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Joiners shape emoji and some scripts; between other characters they are left-overs.
JOINERS = re.compile(r"[\u200c\u200d]")
_STRAY_JOINERS = re.compile(
    r"[\u200c\u200d](?![\u0590-\u0dff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])"
    r"|(?<![\u0590-\u0dff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)

_SPECIAL = (
    r"<\|[A-Za-z0-9_]{1,40}\|>|<\uff5c[^\s\uff5c]{1,40}\uff5c>|\[/?INST\]|<</?SYS>>|</s>"
    r"|<(?:eos|bos|pad|unk|start_of_turn|end_of_turn)>"
)
_INNER_SPECIAL = re.compile(_SPECIAL)
_LEADING_SPECIAL = re.compile(rf"\A\s*(?:(?:{_SPECIAL}|<s>)\s*)+")
_TRAILING_SPECIAL = re.compile(rf"(?:\s*(?:{_SPECIAL}|<s>))+\s*\Z")


def mended_encoding(text: str) -> str:
    """Text whose bytes were once read in the wrong encoding, read in the right one."""
    if _MOJIBAKE.search(text):
        text = with_right_encoding(text)
    text = WINDOWS_CHARACTER.sub(_windows_character, text)
    for gate, least, codec in ((_READ_AS_SHIFT_JIS, 1, "cp932"), (GBK_CHARACTER, 3, "gb18030")):
        if len(gate.findall(text)) >= least:
            return _read_again(text, codec)
    return text


def composed(text: str) -> str:
    """The text in NFC."""
    return unicodedata.normalize("NFC", text)


def without_controls(text: str) -> str:
    """The text without control and zero-width characters; every line break as a line feed."""
    return _STRAY_JOINERS.sub("", CONTROLS.sub("", LINE_BREAKS.sub("\n", text)))


def without_special_tokens(text: str) -> str:
    """The text without chat markers such as `<|endoftext|>` at its two ends.

    `<s>…</s>` with both ends there is HTML, and stays.
    """
    if _is_html(text):
        return text
    return _TRAILING_SPECIAL.sub("", _LEADING_SPECIAL.sub("", text))


def trimmed(text: str) -> str:
    """The text without blank lines around it and space at its end; the first line keeps its indent."""
    inner = re.sub(r"\A(?:[^\S\n]*\n)+", "", text).rstrip()
    return inner if "\n" in inner else inner.lstrip()


RULES: dict[str, Callable[[str], str]] = {
    "mojibake": mended_encoding,
    "control_character": without_controls,
    "unicode_form": composed,
    "special_token": without_special_tokens,
    "outer_space": trimmed,
}
"""Name of each rule and what it does, in the order in which they are applied."""

MOST_ROUNDS = 20


ALWAYS = ("special_token", "outer_space")
"""Rules that also serve texts which are otherwise to stay as they are."""


def repaired(text: str, *, all_rules: bool = True) -> tuple[str, list[tuple[str, str, str]]]:
    """The text after all rules (or only those of `ALWAYS`), and each change as (rule, before, after).

    The rules are applied until none of them changes anything, so a repaired text is its own repair.
    """
    rules = {name: RULES[name] for name in (RULES if all_rules else ALWAYS)}
    changes: list[tuple[str, str, str]] = []
    for _ in range(MOST_ROUNDS):
        count = len(changes)
        for name, rule in rules.items():
            after = rule(text)
            if after != text:
                changes.append((name, text, after))
                text = after
        if len(changes) == count:
            break
    return text, changes


def inner_special_token(text: str) -> str | None:
    """The first chat marker inside a text, or None. A model would take it for a real one."""
    if _is_html(text):
        return None
    found = _INNER_SPECIAL.search(text)
    return found.group() if found else None


def without_inner_special_tokens(text: str) -> str:
    """The text without any chat marker."""
    return text if _is_html(text) else _INNER_SPECIAL.sub("", text)


def _is_html(text: str) -> bool:
    return bool(re.search(r"<s>[^<]*</s>", text)) and not re.search(r"<\|\w+\|>", text)


MAY_BE_BAD = re.compile(r"[\u0080-\u2fff\uf8ff\ufb00-\ufb06\ufffd]+")
"""Outside of these, and more than `_BAD_REACH` characters away from them, ftfy finds nothing bad."""
_BAD_REACH = 7


def with_right_encoding(text: str) -> str:
    """What `ftfy.fix_encoding` gives, without looking at all of a text that was read wrongly as a whole."""
    import ftfy

    while is_bad(text):
        whole = _read_as_utf8(text)
        if whole is None:
            return ftfy.fix_encoding(text)
        text = whole
    return text


def is_bad(text: str) -> bool:
    """What `ftfy.badness.is_bad` says, looking only around characters that can be bad."""
    from ftfy.badness import BADNESS_RE

    around = (
        (max(0, found.start() - _BAD_REACH), found.end() + _BAD_REACH)
        for found in MAY_BE_BAD.finditer(text)
    )
    return any(BADNESS_RE.search(text, first, last) for first, last in around)


def _read_as_utf8(text: str) -> str | None:
    """The text as the UTF-8 that it was; None where only some of it was, or its bytes were changed."""
    for encoding in ("latin-1", "sloppy-windows-1252"):
        try:
            raw = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        try:
            return None if b"\x1a" in raw else raw.decode("utf-8")
        except UnicodeDecodeError:
            return None
    return None


def _windows_character(found: re.Match[str]) -> str:
    """What a control code of Latin-1 is in Windows-1252: dashes, curly quotes, an ellipsis."""
    return found.group().encode("latin-1").decode("cp1252", "ignore")


def _read_again(text: str, codec: str) -> str:
    try:
        return text.encode(codec).decode("utf-8")
    except UnicodeError:
        return text
