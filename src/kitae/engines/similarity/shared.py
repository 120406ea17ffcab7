"""Which rows share a text: asked twice, in several wordings, or as question here and answer there.

Four kinds of link, strongest first:

- `given`: the source says that the rows belong together (conversation, document, group).
- `question`: the same question.
- `text`: the same text inside two wordings, as input, or as question here and answer there.
- `near`: nearly the same long text, or a short question that differs in politeness alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from kitae.engines.language import normalised, short_form, tokens, word_count
from kitae.engines.language.repair import without_special_tokens
from kitae.engines.similarity.clusters import DisjointSets
from kitae.engines.similarity.kernel import near_pairs
from kitae.engines.similarity.shingles import (
    LONG_TEXT,
    SHORT_CHARACTERS,
    shingles,
    without_boilerplate,
)
from kitae.engines.wording import find_frames

LinkKind = Literal["given", "question", "text", "near"]
KINDS: tuple[LinkKind, ...] = get_args(LinkKind)

MATERIAL_WORDS = 4.0
"""A text inside a wording links rows from this length on; `France` in two wordings is no shared text."""
INPUT_WORDS = 6.0
ANSWER_WORDS = 4.0
WITHIN_WORDS = 5.0
"""A text inside a longer one links rows from this length on."""
HEAD = 5
"""Tokens by which the shorter text is looked up."""
INNER_SHARE = 0.98
SIBLING_WORDS = 3.0
SIBLING_SHARE = 0.5
"""Two wordings that share this part of their texts (of this length) are asked about the same texts."""
MOST_QUESTIONS = 3
"""An answer that more questions of one wording have is a label or a set phrase, not a text."""
NEAR = 0.5


@dataclass(frozen=True)
class TextRow:
    """The texts of one row.

    Attributes:
        question: All that the model is asked, earlier rounds included.
        answer: The answer wanted.
        input: The material of the question by itself, where the row has it.
        given: What the source says that the row belongs to; empty where it says nothing.
    """

    question: str
    answer: str
    input: str = ""
    given: str = ""


@dataclass(frozen=True)
class Links:
    """What links rows: they have a key in common, or keys that are near each other.

    Attributes:
        keys: The keys of each row, each with the kind of link between two rows that both have it.
        near: Key -> keys near it, with the kind of link between rows of one and rows of the other.
    """

    keys: tuple[tuple[tuple[str, LinkKind], ...], ...]
    near: Mapping[str, tuple[tuple[str, LinkKind], ...]]

    def groups(self, kinds: Collection[LinkKind] = KINDS) -> list[int]:
        """The first row of each row's group, links of the given kinds taken together."""
        first: dict[str, int] = {}
        sets = DisjointSets(len(self.keys))
        for row, keys in enumerate(self.keys):
            for key, kind in keys:
                stands = first.setdefault(key, row)
                if kind in kinds:
                    sets.union(row, stands)
        for key, others in self.near.items():
            for other, kind in others:
                if kind in kinds:
                    sets.union(first[key], first[other])
        return sets.labels()


@dataclass(frozen=True)
class _Unit:
    row: int
    text: str
    is_answer: bool

    @property
    def key(self) -> str:
        return f"{'answer' if self.is_answer else 'question'} unit: {self.text}"


def shared_text_groups(rows: Sequence[TextRow]) -> list[int]:
    """The first row of each row's group, all kinds of link taken together."""
    return text_links(rows).groups()


def text_links(rows: Sequence[TextRow], threshold: float = NEAR) -> Links:
    """All links between rows; the same rows in another order give the same groups.

    Args:
        rows: All rows at once: wordings and labels show only in their number.
        threshold: Jaccard similarity of long texts that counts as near.
    """
    plain = [_plain(row) for row in rows]
    framed = find_frames([row.question for row in plain])
    wordings = [one.wording for one in framed]
    materials = _inner_materials(wordings, [one.material for one in framed])
    answers = _answer_texts(plain, wordings)
    units = _units(plain, materials, answers)
    named: list[tuple[LinkKind, Iterable[tuple[int, str]]]] = [
        ("given", ((i, row.given) for i, row in enumerate(plain))),
        ("question", ((i, normalised(row.question)) for i, row in enumerate(plain))),
        ("text", _text_keys(plain, wordings, materials)),
        ("text", enumerate(answers)),
        ("near", _short_keys(plain)),
    ]
    keys: list[dict[str, LinkKind]] = [{} for _ in rows]
    for kind, found in named:
        for row, key in found:
            if key:
                keys[row][f"{kind}: {key}"] = kind
    for unit in units:
        keys[unit.row][unit.key] = "near"
    near: dict[str, dict[str, LinkKind]] = defaultdict(dict)
    inside = _contained([unit for unit in units if wordings[unit.row]])
    for one, other, kind in [*_near(units, wordings, threshold), *inside]:
        near[one.key][other.key] = kind
        near[other.key][one.key] = kind
    return Links(
        tuple(tuple(row.items()) for row in keys),
        {key: tuple(sorted(others.items())) for key, others in near.items()},
    )


def _plain(row: TextRow) -> TextRow:
    return TextRow(
        without_special_tokens(row.question),
        without_special_tokens(row.answer),
        without_special_tokens(row.input),
        row.given,
    )


def _text_keys(
    rows: Sequence[TextRow], wordings: Sequence[str], materials: Sequence[str]
) -> list[tuple[int, str]]:
    keys = [
        (i, key if _words(key) >= (MATERIAL_WORDS if wording else INPUT_WORDS) else "")
        for i, (key, wording) in enumerate(zip(materials, wordings, strict=True))
    ]
    keys += _sibling_keys(wordings, materials)
    keys += [(i, _long_enough(row.input, INPUT_WORDS)) for i, row in enumerate(rows)]
    return keys


def _inner_materials(wordings: Sequence[str], materials: Sequence[str]) -> list[str]:
    """Materials in normal form, without the words that nearly all of their wording have inside.

    Of `Amazing! Review: I love it` in `Title: … Is it positive?`, `review` is a part of the wording.
    """
    found = [tokens(material) for material in materials]
    rows: Counter[str] = Counter(wordings)
    having = Counter((w, t) for w, one in zip(wordings, found, strict=True) for t in set(one))
    return [
        " ".join(t for t in one if not wording or having[wording, t] < INNER_SHARE * rows[wording])
        for wording, one in zip(wordings, found, strict=True)
    ]


def _sibling_keys(wordings: Sequence[str], materials: Sequence[str]) -> list[tuple[int, str]]:
    """Keys for very short texts, where their wordings are asked about the same texts throughout."""
    texts: dict[str, set[str]] = defaultdict(set)
    for wording, material in zip(wordings, materials, strict=True):
        if wording and _words(material) >= SIBLING_WORDS:
            texts[wording].add(material)
    names = sorted(texts)
    families = DisjointSets(len(names))
    for i, one in enumerate(names):
        for j, other in enumerate(names[:i]):
            least = min(len(texts[one]), len(texts[other]))
            if len(texts[one] & texts[other]) >= SIBLING_SHARE * least:
                families.union(i, j)
    family = {name: families.find(i) for i, name in enumerate(names)}
    return [
        (i, f"family {family[wording]}: {material}")
        for i, (wording, material) in enumerate(zip(wordings, materials, strict=True))
        if wording in family and material
    ]


def _contained(units: Sequence[_Unit]) -> list[tuple[_Unit, _Unit, LinkKind]]:
    """Short texts that stand word for word inside a text at most twice as long."""
    distinct = list({unit.key: unit for unit in units}.values())
    texts = [normalised(unit.text).split() for unit in distinct]
    heads: dict[tuple[str, ...], dict[tuple[str, ...], _Unit]] = defaultdict(dict)
    for unit, words in zip(distinct, texts, strict=True):
        if len(words) <= LONG_TEXT and word_count(words) >= WITHIN_WORDS:
            heads[tuple(words[:HEAD])].setdefault(tuple(words), unit)
    found: list[tuple[_Unit, _Unit, LinkKind]] = []
    for unit, words in zip(distinct, texts, strict=True):
        for first in range(len(words) - HEAD + 1):
            for inner, other in heads.get(tuple(words[first : first + HEAD]), {}).items():
                size = len(inner)
                is_inside = tuple(words[first : first + size]) == inner
                if is_inside and len(words) <= 2 * size and unit.key != other.key:
                    found.append((unit, other, "text"))
    return found


def _words(normal_form: str) -> float:
    return word_count(normal_form.split())


def _is_long_enough(text: str, words: float) -> bool:
    return word_count(tokens(text)) >= words


def _long_enough(text: str, words: float) -> str:
    found = tokens(text)
    return " ".join(found) if word_count(found) >= words else ""


def _answer_texts(rows: Sequence[TextRow], wordings: Sequence[str]) -> list[str]:
    """Each row's answer in normal form where it is a text; empty where it is a label or data."""
    keys = [
        "" if row.answer.lstrip().startswith(("{", "[")) else _long_enough(row.answer, ANSWER_WORDS)
        for row in rows
    ]
    questions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, wording, row in zip(keys, wordings, rows, strict=True):
        questions[key, wording].add(row.question)
    labels = {key for (key, _), asked in questions.items() if len(asked) > MOST_QUESTIONS}
    return ["" if key in labels else key for key in keys]


def _short_keys(rows: Sequence[TextRow]) -> list[tuple[int, str]]:
    """Short questions by what is left of them without politeness."""
    keys = [
        (i, short_form(row.question))
        for i, row in enumerate(rows)
        if len(row.question) <= SHORT_CHARACTERS
    ]
    return [(i, key) for i, key in keys if key.count(" ") < LONG_TEXT]


def _units(
    rows: Sequence[TextRow], materials: Sequence[str], answers: Sequence[str]
) -> list[_Unit]:
    units: list[_Unit] = []
    for i, row in enumerate(rows):
        units.append(_Unit(i, materials[i], is_answer=False))
        if row.input:
            units.append(_Unit(i, row.input, is_answer=False))
        if answers[i]:
            units.append(_Unit(i, row.answer, is_answer=True))
    return [unit for unit in units if _is_long_enough(unit.text, WITHIN_WORDS)]


def _near(
    units: Sequence[_Unit], wordings: Sequence[str], threshold: float
) -> list[tuple[_Unit, _Unit, LinkKind]]:
    """Nearly the same long texts; two answers link nothing. In two wordings, they are one text."""
    distinct = sorted({unit.key: unit for unit in units}.values(), key=lambda unit: unit.key)
    sets = without_boilerplate(shingles([unit.text for unit in distinct]))
    pairs = near_pairs(sets, threshold, least_size=LONG_TEXT // 2)
    sizes = sets.sizes
    pairs = pairs.where(np.maximum(sizes[pairs.left], sizes[pairs.right]) >= LONG_TEXT)
    found: list[tuple[_Unit, _Unit, LinkKind]] = []
    for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
        one, other = distinct[left], distinct[right]
        if one.is_answer and other.is_answer:
            continue
        frames = {wordings[one.row], wordings[other.row]}
        found.append((one, other, "text" if len(frames) == 2 and "" not in frames else "near"))
    return found
