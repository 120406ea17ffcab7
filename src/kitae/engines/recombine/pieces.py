"""Texts as pieces: words where a script has spaces between them, single characters where it has none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

Script = Literal["ja", "zh", "spaced"]
Pieces = tuple[str, ...]

_PIECE = re.compile(
    r"[぀-ヿ㐀-鿿豈-﫿々〆]"  # one character of Japanese or Chinese
    r"|\w+(?:['’\-]\w+)*"  # a word, with its apostrophes and hyphens
    r"|[^\w\s]",  # one sign
)
_KANA = re.compile(r"[぀-ヿ]")
_HAN = re.compile(r"[㐀-鿿豈-﫿々〆]")
_CLOSING = frozenset(".,;:!?)]}%’”…")
_OPENING = frozenset("([{‘“$#")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of closed classes: they carry structure, not content. Language knowledge; no topic of any data set.
_DETERMINERS = _words("a an the this that these those my your his her its our their")
_OTHER_DETERMINERS = _words("no any some every each")
_PREPOSITIONS = _words(
    "in on at of to for from with by about over under during before after until since within into through"
)
_CONJUNCTIONS = _words("and or but nor if than as because while")
_PRONOUNS = _words("i you he she it we they what who which whom whose")
_OBJECT_PRONOUNS = _words("me him us them")
_AUXILIARIES = _words(
    "is are am was were be been being do does did have has had will would can could shall should may might must"
)
_QUESTION_ADVERBS = _words("how when where why there")
_NOT_LAST = _DETERMINERS | _OTHER_DETERMINERS | _PREPOSITIONS | _CONJUNCTIONS
_NOT_FIRST = _CONJUNCTIONS | _PRONOUNS | _AUXILIARIES | _QUESTION_ADVERBS
FUNCTION_WORDS = _NOT_LAST | _NOT_FIRST | _OBJECT_PRONOUNS | _words("not here next last")
BARE = "~"
"""The shape of a word or phrase without any function word."""
_PARTICLES = frozenset("のはがをにへとも、")
_JOINING_PARTICLES = frozenset("のはがをへに")


def script_of(text: str, language: str = "") -> Script:
    """How a text is written; kana means Japanese, Han characters without kana mean Chinese."""
    if _KANA.search(text):
        return "ja"
    if _HAN.search(text):
        return "ja" if language == "ja" else "zh"
    return "spaced"


def to_pieces(text: str) -> Pieces:
    """The pieces of a text; spaces are not among them."""
    return tuple(_PIECE.findall(text))


def to_text(pieces: Sequence[str]) -> str:
    """The text of pieces, with spaces where the script wants them."""
    text = ""
    for piece in pieces:
        if text and _needs_space(text[-1], piece):
            text += " "
        text += piece
    return text


def _needs_space(before: str, piece: str) -> bool:
    if _is_unspaced(before) or _is_unspaced(piece[0]):
        return False
    return piece[0] not in _CLOSING and before not in _OPENING


def _is_unspaced(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def weight(piece: str) -> float:
    """How much a piece says, for the comparison of descriptions."""
    kind = kind_of(piece)
    return 0.5 if kind in ("hiragana", "sign") else 1.0


@lru_cache(maxsize=20_000)
def kind_of(piece: str) -> str:
    """The class of a piece: hiragana, katakana, han, word or sign."""
    first = piece[0]
    if "぀" <= first <= "ゟ":
        return "hiragana"
    if "゠" <= first <= "ヿ":
        return "katakana"
    if _HAN.match(first):
        return "han"
    return "word" if first.isalnum() or first == "_" else "sign"


def cut_cost(pieces: Sequence[str], place: int, script: Script) -> float:
    """How unnatural it is to cut before the piece at this place; 0 is a natural place, 9 is none."""
    if not 0 < place < len(pieces):
        return 0.0
    left, right = pieces[place - 1], pieces[place]
    if kind_of(left) == "sign" or kind_of(right) == "sign":
        return 0.0
    if script == "spaced":
        return _phrase_cut_cost(pieces, place)
    before, after = kind_of(left), kind_of(right)
    if before == after and before in ("katakana", "word"):
        return 9.0
    return 0.0 if script == "zh" else _japanese_cut_cost(pieces, place)


def _phrase_cut_cost(pieces: Sequence[str], place: int) -> float:
    """A cut inside a noun phrase: after its determiner, or after its adjective."""
    left = [piece.lower() for piece in pieces[max(0, place - 2) : place]]
    if left[-1] in _DETERMINERS:
        return 2.0
    is_inside = len(left) == 2 and left[0] in _DETERMINERS and left[1] not in FUNCTION_WORDS
    return 1.2 if is_inside and pieces[place].lower() not in FUNCTION_WORDS else 0.0


def _japanese_cut_cost(pieces: Sequence[str], place: int) -> float:
    left, right = pieces[place - 1], pieces[place]
    before, after = kind_of(left), kind_of(right)
    if before == "han" and after == "han":
        return 1.8
    if before == "hiragana":
        if after != "hiragana":
            return 0.2
        return 0.2 if left in _PARTICLES or right in _PARTICLES else 1.0
    if before == "han" and after == "hiragana" and right not in _PARTICLES:
        stands_alone = place < 2 or kind_of(pieces[place - 2]) != "han"
        return 2.0 if stands_alone else 0.0
    return 0.0


@lru_cache(maxsize=20_000)
def filler_cost(filler: Pieces, script: Script) -> float:
    """How unlikely it is that these pieces are one word or phrase."""
    if any(kind_of(piece) == "sign" for piece in filler):
        return 9.0
    if script == "spaced":
        return _phrase_cost(filler)
    starts = 1.0 if filler[0] in _PARTICLES else 0.0
    ends = 0.6 if len(filler) > 1 and filler[-1] in _PARTICLES else 0.0
    joins = 1.5 if any(piece in _JOINING_PARTICLES for piece in filler[2:-1]) else 0.0
    return starts + ends + joins


def _phrase_cost(filler: Pieces) -> float:
    words = [word.lower() for word in filler]
    cost = (2.0 if words[-1] in _NOT_LAST else 0.0) + (1.5 if words[0] in _NOT_FIRST else 0.0)
    return cost + (2.0 if all(word in FUNCTION_WORDS for word in words) else 0.0)


@lru_cache(maxsize=20_000)
def shape_of(filler: Pieces, script: Script) -> str:
    """What a filler looks like from outside: its function words, with content left open."""
    if script == "spaced":
        return _phrase_shape(filler)
    kinds: list[str] = []
    for piece in filler:
        kind = kind_of(piece)
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
    return "-".join(kinds) + (f":{len(filler)}" if len(kinds) == 1 else "")


def _phrase_shape(filler: Pieces) -> str:
    shape: list[str] = []
    for word in filler:
        mark = word.lower() if word.lower() in FUNCTION_WORDS else BARE
        if mark != BARE or not shape or shape[-1] != BARE:
            shape.append(mark)
    return " ".join(shape)


def normalised(text: str) -> str:
    """A text without the differences that a reader would not count: width, case, spaces, end signs."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())
