"""The readable definition of frames, row by row, that the compiled one is compared with."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitae.engines.language.normal import CJK, word_count

SLOT_SHARE = 0.25
"""A place where this share of rows goes on in bundles too small to be a wording is where a text begins."""
ROOT_WORDS = 3.0
"""Words that a frame needs when the questions around it are of all kinds."""
LEADING_SHARE = 0.2
"""Behind a frame of one or two words, fewer rows than this go on with the same word."""
COUNTED_WORDS = 8.0
"""Longer frames are no better evidence: a long text asked about nine times is not a wording."""
SLOT_VALUES = 4
"""From this many ways on that all continue alike, a place is a slot, not a choice between wordings."""

_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")  # no signs: a full stop at its end belongs to the text


_MARKS = re.compile(r"[?？:：.。!！,，、;；]*")


@dataclass(frozen=True)
class Framed:
    """One question taken apart.

    Attributes:
        wording: The frame with `…` for the changing text; empty where the question has none.
        material: The changing text; the whole question where it has no frame.
    """

    wording: str
    material: str


@dataclass(frozen=True)
class _Tokens:
    spans: list[tuple[int, int]]
    words: list[str]


@dataclass(frozen=True)
class _Node:
    rows: list[int]
    depth: int
    words: float
    is_clear: bool  # every node above went on in a few large bundles


def assign_wordings(questions: Sequence[str], min_rows: int = 8) -> list[str]:
    """The wording that each question uses, or an empty string where it shares one with few others.

    Call it with all questions of a dataset at once: a wording shows only where enough rows share it.

    Args:
        questions: Full questions, as the model sees them.
        min_rows: Rows that make a wording; in large sets at least one row in a hundred.
    """
    return [framed.wording for framed in find_frames(questions, min_rows)]


def find_frames(questions: Sequence[str], min_rows: int = 8) -> list[Framed]:
    """Each question as its wording and the text inside it; see `assign_wordings`."""
    least = max(min_rows, len(questions) // 100)
    parsed = [_parsed(question) for question in questions]
    fronts, backs = _frames(parsed, least)
    framed = _taken_apart(questions, parsed, fronts, backs)
    return _without_rare(questions, framed, least)


def _parsed(text: str) -> _Tokens:
    found = [(m.start(), m.end(), m.group().lower()) for m in _WORD.finditer(text)]
    return _Tokens([(start, end) for start, end, _ in found], [word for _, _, word in found])


def _frames(parsed: Sequence[_Tokens], least: int) -> tuple[list[int], list[int]]:
    """Words of the frame before and behind the text, per row."""
    forward = [tokens.words for tokens in parsed]
    backward = [tokens.words[::-1] for tokens in parsed]
    rows = list(range(len(parsed)))
    from_front = _walk(forward, rows, least, must_find=True)
    from_back = _walk(backward, rows, least, must_find=True)
    fronts, backs = [0] * len(parsed), [0] * len(parsed)
    for is_front, members in _bundles(forward, backward, from_front, from_back):
        mine, other = (fronts, backs) if is_front else (backs, fronts)
        lines, far = (forward, backward) if is_front else (backward, forward)
        fixed = (from_front if is_front else from_back)[members[0]]
        rest = {row: far[row][: len(lines[row]) - fixed] for row in members}
        found = _walk(rest, members, least, must_find=False)
        for row in members:
            mine[row], other[row] = fixed, found.get(row, 0)
    return fronts, backs


def _bundles(
    forward: list[list[str]],
    backward: list[list[str]],
    from_front: Mapping[int, int],
    from_back: Mapping[int, int],
) -> list[tuple[bool, list[int]]]:
    """Rows by the better supported of their two frames: (is it the front one, rows)."""
    front_key = {row: tuple(forward[row][:depth]) for row, depth in from_front.items()}
    back_key = {row: tuple(backward[row][:depth]) for row, depth in from_back.items()}
    front_worth = _worth(front_key)
    back_worth = _worth(back_key)
    bundles: dict[tuple[bool, tuple[str, ...]], list[int]] = defaultdict(list)
    for row in range(len(forward)):
        front, back = front_key.get(row, ()), back_key.get(row, ())
        if front or back:
            is_front = front_worth[front] >= back_worth[back]
            bundles[is_front, front if is_front else back].append(row)
    return [(is_front, rows) for (is_front, _), rows in bundles.items()]


def _worth(keys: Mapping[int, tuple[str, ...]]) -> dict[tuple[str, ...], float]:
    sizes = Counter(keys.values())
    worth = {key: n * min(COUNTED_WORDS, _words(key)) for key, n in sizes.items()}
    return {**worth, (): 0.0}


def _walk(
    lines: Sequence[list[str]] | Mapping[int, list[str]],
    rows: list[int],
    least: int,
    *,
    must_find: bool,
) -> dict[int, int]:
    """How many tokens each row shares before its own text begins.

    Args:
        lines: Row -> tokens, in the direction of the walk.
        rows: The rows that walk.
        least: Rows that a bundle needs.
        must_find: Go past places that fall apart too early to be a frame; without it, such a place is
            the answer (the other end of these rows already has a frame).
    """
    depths: dict[int, int] = {}
    nodes = [_Node(rows, 0, 0.0, is_clear=True)]
    while nodes:
        node = nodes.pop()
        parts = _parts(lines, node)
        is_slot = _is_slot(lines, node, parts, least)
        leading = max((len(part) for part in parts.values()), default=0)
        is_diverse = leading < LEADING_SHARE * len(node.rows)
        needed = 1.0 if node.is_clear and is_diverse else ROOT_WORDS
        if is_slot and (not must_find or node.words >= needed):
            depths.update(dict.fromkeys(node.rows, node.depth))
            continue
        is_clear = node.is_clear and not is_slot
        nodes.extend(
            _Node(part, node.depth + 1, node.words + _words((word,)), is_clear)
            for word, part in parts.items()
            if word and len(part) >= least
        )
    return depths


def _parts(
    lines: Sequence[list[str]] | Mapping[int, list[str]], node: _Node
) -> dict[str, list[int]]:
    parts: dict[str, list[int]] = defaultdict(list)
    for row in node.rows:
        line = lines[row]
        parts[line[node.depth] if len(line) > node.depth else ""].append(row)
    return parts


def _is_slot(
    lines: Sequence[list[str]] | Mapping[int, list[str]],
    node: _Node,
    parts: Mapping[str, list[int]],
    least: int,
) -> bool:
    """Whether the rows fall apart here into texts of their own."""
    large = [part for word, part in parts.items() if word and len(part) >= least]
    small_rows = len(node.rows) - sum(len(part) for part in large) - len(parts.get("", ()))
    if small_rows >= SLOT_SHARE * len(node.rows):
        return True
    if len(large) < SLOT_VALUES:
        return False
    after = node.depth + 1
    follows = Counter(
        word
        for part in large
        for word in {lines[row][after] for row in part if len(lines[row]) > after}
    )
    return bool(follows) and max(follows.values()) >= 0.75 * len(large)


def _words(key: tuple[str, ...]) -> float:
    return word_count(list(key))


def _taken_apart(
    questions: Sequence[str], parsed: Sequence[_Tokens], fronts: list[int], backs: list[int]
) -> list[Framed]:
    names: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
    framed: list[Framed] = []
    for row, (question, tokens) in enumerate(zip(questions, parsed, strict=True)):
        front, back, spans = fronts[row], backs[row], tokens.spans
        if not front and not back:
            framed.append(Framed("", question))
            continue
        start = spans[front - 1][1] if front else 0
        end = spans[-back][0] if back else len(question)
        key = tuple(tokens.words[:front]), tuple(tokens.words[len(spans) - back :])
        marks = _MARKS.match(question, start, end) if front else None
        name = names.setdefault(
            key, _name(question[: marks.end() if marks else start], question[end:])
        )
        framed.append(Framed(name, question[start:end].strip()))
    return framed


def _name(before: str, behind: str) -> str:
    return " ".join(f"{before} … {behind}".split())


def _without_rare(questions: Sequence[str], framed: list[Framed], least: int) -> list[Framed]:
    texts: dict[str, set[str]] = defaultdict(set)
    for one in framed:
        texts[one.wording].add(one.material)
    return [
        one if one.wording and len(texts[one.wording]) >= least else Framed("", question)
        for question, one in zip(questions, framed, strict=True)
    ]
