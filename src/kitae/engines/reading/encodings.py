"""Bytes -> text. What is certain is taken; what is a guess is said; what is unclear is asked for."""

from __future__ import annotations

import codecs
import math
import mmap
import re
from dataclasses import dataclass, replace
from functools import cache

from kitae.core.errors import DataError, UsageError
from kitae.engines.reading.plausibility import Language, languages

MINIMUM_CONFIDENCE = 0.98
"""Below this a guess is not taken: the user is asked for `--encoding`."""

_SAMPLE_BYTES = 32_768
_LINE_BYTES = 4_096
_MANY_LINES = 20
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_LATIN_WORD = re.compile("[A-Za-z0-9] ?[\xa0-\u024f]|[\xa0-\u024f] ?[A-Za-z0-9]")
_ABOVE_ASCII = re.compile(r"[^\x00-\x7f]+")
_LOST_BYTE = -15.0
_TEMPERATURE = 1.6
"""Neighbouring characters depend on each other, so the sum over characters is too sure of itself."""
_CAUTIOUS_TEMPERATURE = 4.0
_WORST_PLAUSIBLE = -11.5
"""Mean log-probability of the characters above ASCII in a text that makes sense in its language."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_READINGS = (
    ("utf-8", "ja", 0.1),
    ("utf-8", "zh", 0.1),
    ("utf-8", "zh-hant", 0.1),
    ("utf-8", "ko", 0.05),
    ("utf-8", "latin", 0.1),
    ("utf-8", "ru", 0.05),
    ("cp932", "ja", 0.25),
    ("cp932", "ja-half", 0.02),
    ("gb18030", "zh", 0.25),
    ("gb18030", "zh-hant", 0.02),
    ("gb18030", "ja", 0.01),
    ("cp1252", "latin", 0.2),
    ("euc_jp", "ja", 0.03),
    ("big5", "zh-hant", 0.04),
    ("cp949", "ko", 0.04),
    ("cp1251", "ru", 0.04),
    ("koi8-r", "ru", 0.01),
)
"""Encoding, language, and how often such a file is met before one has looked into it."""

_SUPERSETS = {
    "shift_jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "euc_kr": "cp949",
}


@dataclass(frozen=True)
class Decoded:
    """A text and how its bytes were read.

    Attributes:
        text: Without byte order mark. A byte that could not be read stands as U+DC80 to U+DCFF.
        encoding: Python's name of the encoding.
        is_guess: Whether the encoding was inferred from the look of the text.
        confidence: Of the guess, 0 to 1; 1 where nothing was guessed.
        mark_bytes: Length of the byte order mark at the start of the file.
        num_bytes: Length of the file.
    """

    text: str
    encoding: str
    is_guess: bool = False
    confidence: float = 1.0
    mark_bytes: int = 0
    num_bytes: int = 0


@dataclass(frozen=True)
class Candidate:
    """One way to read the bytes, with its share of belief."""

    encoding: str
    confidence: float
    first_line: str
    is_plausible: bool


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of a file's bytes.

    Args:
        data: The whole file, not empty.
        encoding: What the user says it is; None to find out.

    Raises:
        DataError: The encoding is unclear, or is not what the user says.
        UsageError: There is no encoding of that name.
    """
    decoded = _decode_as(data, _known_name(encoding)) if encoding is not None else _find_out(data)
    return replace(decoded, num_bytes=len(data))


def _find_out(data: bytes) -> Decoded:
    certain = _by_mark(data) or _by_zero_bytes(data)
    if certain is not None:
        return certain
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _by_plausibility(data)
    if _could_be_chance(text):
        return _by_plausibility(data, _CAUTIOUS_TEMPERATURE)
    return Decoded(text, "utf-8")


def utf8_name(data: mmap.mmap, *, is_valid: bool) -> str | None:
    """`utf-8` or `utf-8-sig` where a large file is that for `decode` too; None where it may be another.

    Args:
        data: The whole file, more than 32 KiB.
        is_valid: Whether all of it can be decoded as UTF-8.
    """
    head = data[:_SAMPLE_BYTES]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding if encoding == "utf-8-sig" else None
    if head[:4096].count(0) >= 2:
        return None
    if is_valid or _is_mostly_utf8(_sample(data)):
        return "utf-8"
    best = candidates(data)[0]
    is_sure = best.confidence >= MINIMUM_CONFIDENCE and best.is_plausible
    return "utf-8" if is_sure and best.encoding == "utf-8" else None


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether so many lines can be read as UTF-8 that the others must be damaged."""
    lines = sample.split(b"\n")
    sound = sum(not line.isascii() and _is_utf8(line) for line in lines)
    return sound >= _MANY_LINES and sound >= 0.9 * len(lines)


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True


def is_wide(data: bytes) -> bool:
    """Whether the bytes are UTF-16 or UTF-32, with or without a byte order mark."""
    found = _by_mark(data) or _by_zero_bytes(data)
    return found is not None and found.encoding != "utf-8-sig"


def candidates(data: bytes | mmap.mmap, temperature: float = _TEMPERATURE) -> list[Candidate]:
    """Every reading of the bytes worth a thought, the likeliest first."""
    sample = _sample(data)
    bags = _languages()
    scores: dict[str, float] = {}
    plausible: dict[str, bool] = {}
    texts: dict[str, str] = {}
    for encoding, language, share in _READINGS:
        text = texts.setdefault(encoding, sample.decode(encoding, "surrogateescape"))
        score = math.log(share) + _score(text, bags[language]) / temperature
        plausible[encoding] = plausible.get(encoding, False) or _is_plausible(text, bags[language])
        scores[encoding] = max(score, scores.get(encoding, -math.inf))
    return _ranked(scores, texts, plausible)


def _score(text: str, language: Language) -> float:
    lost = sum(1 for char in text if "\udc80" <= char <= "\udcff")
    return language.score(text) + lost * (_LOST_BYTE + 18.0)


def _is_plausible(text: str, language: Language) -> bool:
    high = "".join(char for char in text if char > "\x7f")
    return bool(high) and _score(high, language) / len(high) > _WORST_PLAUSIBLE


def _ranked(
    scores: dict[str, float], texts: dict[str, str], plausible: dict[str, bool]
) -> list[Candidate]:
    """Candidates with shares of belief; encodings that read the same text share one entry."""
    best = max(scores.values())
    weights = {e: math.exp(max(s - best, -700.0)) for e, s in scores.items()}
    total = sum(weights.values())
    merged: dict[str, Candidate] = {}
    for name in sorted(scores, key=lambda e: -scores[e]):
        share, text = weights[name] / total, texts[name]
        if text in merged:
            earlier = merged[text]
            merged[text] = Candidate(
                earlier.encoding, earlier.confidence + share, earlier.first_line, plausible[name]
            )
        else:
            merged[text] = Candidate(name, share, _telling_line(text), plausible[name])
    return sorted(merged.values(), key=lambda c: -c.confidence)


def _could_be_chance(text: str) -> bool:
    """Whether valid UTF-8 says little: a few pairs of bytes, as a Chinese word in GBK can be."""
    if text.isascii() or len(text) > _SAMPLE_BYTES or _LATIN_WORD.search(text):
        return False
    high = "".join(_ABOVE_ASCII.findall(text))
    return len(high) <= 8 and max(high) < "\u0800"


def _by_plausibility(data: bytes, temperature: float = _TEMPERATURE) -> Decoded:
    found = candidates(data, temperature)
    best = found[0]
    if best.confidence < MINIMUM_CONFIDENCE or not best.is_plausible:
        raise _unclear(found)
    text = data.decode(best.encoding, "surrogateescape")
    is_guess = best.encoding != "utf-8"
    return Decoded(text, best.encoding, is_guess, round(best.confidence, 4) if is_guess else 1.0)


def _unclear(found: list[Candidate]) -> DataError:
    shown = [c for c in found if c.confidence >= 0.001][:4] or found[:3]
    readings = "; ".join(f"as {c.encoding} ({c.confidence:.0%}): {c.first_line}" for c in shown)
    return DataError(
        f"The encoding of the text is unclear. It reads {readings}.",
        fix=f"say which one it is: `--encoding {shown[0].encoding}`, or `encoding:` in the recipe, "
        "or save the file as UTF-8",
    )


def _by_mark(data: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            plain = "utf-8" if encoding == "utf-8-sig" else encoding
            text = data[len(mark) :].decode(plain, _error_rule(plain))
            return Decoded(text, encoding, mark_bytes=len(mark))
    return None


def _by_zero_bytes(data: bytes) -> Decoded | None:
    """UTF-16 and UTF-32 without a mark: plain characters leave zero bytes at every 2nd or 4th place."""
    head = data[:4096]
    zeros = [head[place::4].count(0) for place in range(4)]
    total = sum(zeros)
    if total < max(2, len(head) // 50) or len(data) % 2:
        return None
    shares = {
        "utf-32-le": (zeros[1] + zeros[2] + zeros[3]) / total if zeros[2] and zeros[3] else 0,
        "utf-32-be": (zeros[0] + zeros[1] + zeros[2]) / total if zeros[0] and zeros[1] else 0,
        "utf-16-le": (zeros[1] + zeros[3]) / total,
        "utf-16-be": (zeros[0] + zeros[2]) / total,
    }
    for encoding, share in shares.items():
        if share < 0.9 or (encoding.startswith("utf-32") and total < len(head) * 0.45):
            continue
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") + text.count("\0") <= len(text) // 100:
            text = data.decode(encoding, _error_rule(encoding))
            return Decoded(text, encoding, is_guess=True, confidence=round(share, 4))
    return None


def _decode_as(data: bytes, encoding: str) -> Decoded:
    marked = _by_mark(data)
    if marked is not None and marked.encoding[:5] == encoding[:5]:
        return marked
    text = data.decode(encoding, _error_rule(encoding))
    lost = sum(1 for char in text if "\udc80" <= char <= "\udcff" or char == "\ufffd")
    if lost > max(3, len(text) // 100):
        raise DataError(
            f"The text is not {encoding}: {lost} bytes cannot be read so.",
            fix="leave `--encoding` away to have it found out, or name another one",
        )
    return Decoded(text, encoding)


def _error_rule(encoding: str) -> str:
    """Bytes that cannot be read stay visible; the wide encodings have no bytes to keep."""
    return "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _known_name(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding.strip()).name
        "a".encode(name)
    except (LookupError, UnicodeError) as error:
        raise UsageError(
            f"There is no encoding called {encoding!r}.",
            where="--encoding",
            fix="use one of: utf-8, utf-16, cp932, gb18030, euc_jp, big5, cp949, cp1252",
        ) from error
    if name in ("utf-16", "utf-32"):
        return f"{name}-le"
    return _SUPERSETS.get(name, name)


def _sample(data: bytes | mmap.mmap) -> bytes:
    """The lines that have bytes above ASCII, up to a limit: they alone can tell."""
    if len(data) <= _SAMPLE_BYTES:
        return data[:]
    telling: list[bytes] = []
    size, place = 0, 0
    while size < _SAMPLE_BYTES and (found := _HIGH_BYTE.search(data, place)):
        start = max(data.rfind(b"\n", place, found.start()) + 1, found.start() - 100)
        end = data.find(b"\n", found.start())
        telling.append(data[start : min(end if end >= 0 else len(data), start + _LINE_BYTES)])
        size += len(telling[-1])
        if end < 0:
            break
        place = end
    return b"\n".join(telling)


def _telling_line(text: str) -> str:
    """The first line that has a character above ASCII, short enough to be shown."""
    lines = text.split("\n", 200)
    line = next((line for line in lines if not line.isascii()), lines[0]).strip()
    first = next((i for i, char in enumerate(line) if char > "\x7f"), 0)
    line = line[max(0, first - 20) :] if first > 40 else line
    return line.encode("utf-8", "replace").decode()[:60]


@cache
def _languages() -> dict[str, Language]:
    return languages()
