"""Which rows share a text: asked twice, in several wordings, or as question here and answer there.

Four kinds of link, strongest first:

- `given`: the source says that the rows belong together (conversation, document, group).
- `question`: the same question.
- `text`: the same text inside two wordings, as input, or as question here and answer there.
- `near`: nearly the same long text, or a short question that differs in politeness alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.language.repair import without_special_tokens
from kitae.engines.similarity.clusters import cluster_labels, codes_of, links_of_codes
from kitae.engines.similarity.compared import (
    LONG_TEXT,
    Compared,
    Estimable,
    compared,
    mixed,
    similarities,
)
from kitae.engines.similarity.materials import Inner, contained_texts, inner_texts, sibling_keys
from kitae.engines.similarity.neighbours import Signed, near_candidates
from kitae.engines.texts.column import TextColumn, first_bytes, joined
from kitae.engines.texts.memo import MEMO
from kitae.engines.texts.signatures import Signatures, in_one_pool

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow

LinkKind = Literal["given", "question", "text", "near"]
KINDS: tuple[LinkKind, ...] = get_args(LinkKind)

MATERIAL_WORDS = 4.0
"""A text inside a wording links rows from this length on; `France` in two wordings is no shared text."""
INPUT_WORDS = 6.0
ANSWER_WORDS = 4.0
WITHIN_WORDS = 5.0
"""A text inside a longer one links rows from this length on."""
MOST_QUESTIONS = 3
"""An answer that more questions of one wording have is a label or a set phrase, not a text."""
NEAR = 0.5

_ANSWER = 2
"""Column of answers among the texts by which a row can be near others."""


@dataclass(frozen=True)
class RowTexts:
    """The texts of every row.

    Attributes:
        question: All that the model is asked, earlier rounds included.
        answer: The answer wanted.
        input: The material of the question by itself; empty where the row has none.
        given: Equal numbers for rows that the source keeps together; -1 where it says nothing.
    """

    question: TextColumn
    answer: TextColumn
    input: TextColumn
    given: NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """What links rows: they have a key in common, or texts that are near each other.

    Attributes:
        keys: Keys of every row, (rows, k) numbers each, with the kind of link between two rows that
            have one in common; -1: none.
        units: (rows, 3): the texts by which a row can be near others (in the question, as input, as
            answer), as numbers; -1: none. Rows with a text in common are linked as `near`.
        left: Texts that are near ...
        right: ... these, as numbers of `units`.
        kinds: Kind of each of these links, as place in `KINDS`.
    """

    keys: tuple[tuple[LinkKind, NDArray[np.int64]], ...]
    units: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    kinds: NDArray[np.int8]

    @cached_property
    def all_groups(self) -> NDArray[np.int64]:
        """The first row of each row's group, links of all kinds taken together."""
        return self.groups(KINDS)

    def groups(self, kinds: Collection[LinkKind]) -> NDArray[np.int64]:
        """The same with links of the given kinds alone."""
        columns = [codes for kind, codes in (*self.keys, ("near", self.units)) if kind in kinds]
        found = [_links_of_columns(codes) for codes in columns]
        first = self._first_rows()
        wanted = np.isin(self.kinds, [KINDS.index(kind) for kind in kinds])
        found.append((first[self.left[wanted]], first[self.right[wanted]]))
        return cluster_labels(len(self.units), found)

    def row_keys(self, row: int) -> list[tuple[tuple[int, int], LinkKind]]:
        """The keys of one row, each with its kind; its texts have -1 for the number of the column."""
        columns: list[tuple[LinkKind, NDArray[np.int64]]] = [("near", self.units), *self.keys]
        found: list[tuple[tuple[int, int], LinkKind]] = []
        for number, (kind, codes) in enumerate(columns, -1):
            for code in codes[row].tolist():
                if code >= 0:
                    found.append(((number, code), kind))  # noqa: PERF401
        return found

    def near_units(self) -> dict[int, list[tuple[int, LinkKind]]]:
        """Text -> texts near it, with the kind of link."""
        near: dict[int, list[tuple[int, LinkKind]]] = defaultdict(list)
        pairs = zip(self.left.tolist(), self.right.tolist(), self.kinds.tolist(), strict=True)
        for one, other, kind in pairs:
            near[one].append((other, KINDS[kind]))
            near[other].append((one, KINDS[kind]))
        return near

    def _first_rows(self) -> NDArray[np.int64]:
        """For each text, the first row that has it."""
        first = np.full(int(self.units.max(initial=-1)) + 1, len(self.units), np.int64)
        for codes in self.units.T:
            rows = np.flatnonzero(codes >= 0)
            np.minimum.at(first, codes[rows], rows)
        return first


def _links_of_columns(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Links between rows that have a number in common, in whichever column."""
    rows = np.tile(np.arange(len(codes), dtype=np.int64), codes.shape[1])
    stands, others = links_of_codes(codes.T.ravel())
    return rows[stands], rows[others]


def shared_text_groups(rows: RowTexts) -> NDArray[np.int64]:
    """The first row of each row's group, all kinds of link taken together."""
    return text_links(rows).all_groups


def text_links(rows: RowTexts, threshold: float = NEAR, flow: Dataflow | None = None) -> Links:
    """All links between rows; the same rows in another order give the same groups.

    Args:
        rows: All rows at once: wordings and labels show only in their number.
        threshold: Jaccard similarity of long texts that counts as near.
        flow: Where texts are signed and pairs looked for; here and now if not given.
    """
    return _find_links(_plain(rows), threshold, flow)


def _find_links(rows: RowTexts, threshold: float, flow: Dataflow | None) -> Links:
    texts = _Texts(
        rows,
        compared(rows.question, flow, in_wordings=True),
        MEMO.sign(rows.input, flow),
        MEMO.sign(rows.answer, flow),
    )
    framed = np.flatnonzero(texts.questions.kinds)
    wordings = texts.questions.kinds[framed]
    inner = inner_texts(texts.questions.material.take(framed), wordings)
    is_text = _are_texts(texts)
    signs = texts.questions.signs
    keys: tuple[tuple[LinkKind, NDArray[np.int64]], ...] = (
        ("given", rows.given[:, None]),
        ("question", _coded(_where(signs.normal, signs.num_tokens > 0))),
        ("text", _text_keys(texts, framed, inner, is_text)),
        ("text", _coded(_spread(sibling_keys(inner, wordings), framed, len(signs)))),
        ("near", np.where(_are_short(texts), texts.questions.forms, -1)[:, None]),
    )
    units = _units(texts, is_text)
    left, right, kinds = _near(texts, units, threshold, flow)
    return Links(keys, units.codes, left, right, kinds)


@dataclass(frozen=True)
class _Texts:
    """The texts with their signatures."""

    rows: RowTexts
    questions: Compared
    inputs: Signatures
    answers: Signatures

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def columns(self) -> tuple[TextColumn, TextColumn, TextColumn]:
        """Texts by which a row can be near others: in the question, as input, as answer."""
        return self.questions.material, self.rows.input, self.rows.answer

    @property
    def signs(self) -> tuple[Signatures, Signatures, Signatures]:
        """Signatures of `columns`."""
        return self.questions.signs, self.inputs, self.answers


@dataclass(frozen=True)
class _Units:
    """The distinct texts among the columns of `_Texts`.

    Attributes:
        codes: (rows, 3) number of each text; -1 where it is missing or too short.
        places: For each number, `column * rows + row` of the first such text.
    """

    codes: NDArray[np.int64]
    places: NDArray[np.int64]


def _plain(rows: RowTexts) -> RowTexts:
    return RowTexts(
        without_special_ends(rows.question),
        without_special_ends(rows.answer),
        without_special_ends(rows.input),
        rows.given,
    )


def without_special_ends(column: TextColumn) -> TextColumn:
    """The texts without chat markers at their ends."""
    rows = np.flatnonzero(_may_have_marker(column.data, column.offsets)).tolist()
    return column.replaced(
        {
            row: after
            for row in rows
            if (after := without_special_tokens(text := column[row])) != text
        }
    )


@nb.njit(cache=True, nogil=True)
def _may_have_marker(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    """Texts with `<` or `[` and one of the characters that chat markers go on with."""
    found = np.zeros(offsets.shape[0] - 1, np.bool_)
    for row in range(found.shape[0]):
        for place in range(offsets[row], offsets[row + 1] - 1):
            if data[place] == 60 or data[place] == 91:
                after = data[place + 1]
                is_mark = after in (47, 60, 124, 239)
                if (
                    is_mark
                    or (data[place] == 91 and after == 73)
                    or after in (98, 101, 112, 115, 117)
                ):
                    found[row] = True
                    break
    return found


def _where(keys: NDArray[np.uint64], condition: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """The keys where a condition holds, else 0, which stands for none."""
    return np.where(condition, keys, np.uint64(0))


def _coded(*columns: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Columns of keys as (rows, columns) numbers, equal for equal keys in any column; 0 becomes -1."""
    keys = np.stack(columns, axis=1)
    return codes_of(keys.ravel(), keys.ravel() != 0).reshape(keys.shape)


def _spread(keys: NDArray[np.uint64], rows: NDArray[np.int64], number: int) -> NDArray[np.uint64]:
    found = np.zeros(number, np.uint64)
    found[rows] = keys
    return found


def _text_keys(
    texts: _Texts, framed: NDArray[np.int64], inner: Inner, is_text: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The texts inside wordings, whole questions without one, inputs, and answers that are texts."""
    signs, inputs = texts.questions.signs, texts.inputs
    is_plain = texts.questions.kinds == 0
    asked = _where(signs.normal, is_plain & (signs.half_words >= 2 * INPUT_WORDS))
    own = _where(inner.hashes, inner.half_words >= 2 * MATERIAL_WORDS)
    asked[framed] = own
    given = _where(inputs.normal, inputs.half_words >= 2 * INPUT_WORDS)
    return _coded(asked, given, _where(texts.answers.normal, is_text))


def _are_short(texts: _Texts) -> NDArray[np.bool_]:
    """Short questions, which are near when they differ in politeness alone."""
    signs = MEMO.sign(texts.rows.question)
    return (signs.num_tokens > 0) & (signs.num_tokens <= LONG_TEXT)


def _are_texts(texts: _Texts) -> NDArray[np.bool_]:
    """Answers that are texts: not data, not short, and not the answer to many questions of a wording."""
    answers = texts.answers
    is_text = answers.half_words >= 2 * ANSWER_WORDS
    starts = first_bytes(texts.rows.answer)
    is_text &= (starts != ord("{")) & (starts != ord("["))
    rows = np.flatnonzero(is_text)
    wording = texts.questions.kinds[rows].astype(np.uint64)
    asked = mixed(answers.normal[rows], 11) ^ (wording * np.uint64(0xC2B2AE3D27D4EB4F))
    question = texts.questions.signs.normal[rows]
    both = np.unique(np.stack([asked, question]), axis=1)
    keys, counts = np.unique(both[0], return_counts=True)
    labels = np.isin(asked, keys[counts > MOST_QUESTIONS])
    label_texts = np.unique(answers.normal[rows[labels]])
    is_text[rows] &= ~np.isin(answers.normal[rows], label_texts)
    return is_text


def _units(texts: _Texts, is_text: NDArray[np.bool_]) -> _Units:
    columns: list[NDArray[np.uint64]] = []
    for number, signs in enumerate(texts.signs):
        normal = signs.normal if number else _material_normals(texts)
        is_unit = signs.half_words >= 2 * WITHIN_WORDS
        if number == _ANSWER:
            is_unit &= is_text
        columns.append(_where(mixed(normal, 13 if number == _ANSWER else 12), is_unit))
    codes = _coded(*columns)
    flat = codes.T.ravel()
    _, places = np.unique(flat[flat >= 0], return_index=True)
    return _Units(codes, np.flatnonzero(flat >= 0)[places])


def _material_normals(texts: _Texts) -> NDArray[np.uint64]:
    """Hash of the text inside each question's wording; of the whole question without one."""
    normal = texts.questions.signs.normal.copy()
    framed = np.flatnonzero(texts.questions.kinds)
    normal[framed] = MEMO.sign(texts.questions.material.take(framed)).normal
    return normal


def _near(
    texts: _Texts, units: _Units, threshold: float, flow: Dataflow | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
    """Texts that are nearly the same, or short and inside another; two answers link nothing.

    In two wordings, they are one text.
    """
    number = len(texts)
    sizes = np.concatenate([signs.num_shingles for signs in texts.signs])
    flat = units.codes.T.ravel()
    pool, places = in_one_pool([signs.minhash for signs in texts.signs])
    everywhere = np.concatenate(places)
    signed = Signed(
        pool.values,
        everywhere,
        everywhere,
        np.sort(units.places[sizes[units.places] >= LONG_TEXT // 2]),
        np.concatenate([signs.normal for signs in texts.signs]),
        np.arange(3 * number) >= _ANSWER * number,
    )
    left, right, estimates = near_candidates(signed, threshold, flow)
    is_long = np.maximum(sizes[left], sizes[right]) >= LONG_TEXT
    left, right, estimates = left[is_long], right[is_long], estimates[is_long]
    estimable = Estimable(signed.minhash, lambda places: _gathered(texts, places))
    similarity = similarities(estimable, (left, right), (threshold,), estimates)
    keep = similarity >= threshold - 1e-12
    left, right = left[keep], right[keep]
    kinds = texts.questions.kinds
    one, other = kinds[left % number], kinds[right % number]
    is_text = (one != other) & (one > 0) & (other > 0)
    near = np.where(is_text, KINDS.index("text"), KINDS.index("near")).astype(np.int8)
    inside = _contained(texts, units)
    return (
        np.concatenate([flat[left], inside[:, 0]]),
        np.concatenate([flat[right], inside[:, 1]]),
        np.concatenate([near, np.full(len(inside), KINDS.index("text"), np.int8)]),
    )


def _gathered(texts: _Texts, places: NDArray[np.int64]) -> TextColumn:
    """Texts by their places in the columns, which must be sorted."""
    number = len(texts)
    pieces = [
        column.take(places[places // max(number, 1) == i] % max(number, 1))
        for i, column in enumerate(texts.columns)
    ]
    return joined(pieces)


def _contained(texts: _Texts, units: _Units) -> NDArray[np.int64]:
    """Pairs of texts, one inside the other, among those of questions with a wording."""
    number = len(texts)
    kinds = texts.questions.kinds
    chosen = np.flatnonzero(kinds[units.places % max(number, 1)] > 0)
    chosen = chosen[np.argsort(units.places[chosen])]
    column = _gathered(texts, units.places[chosen])
    pairs = contained_texts(column, LONG_TEXT, round(2 * WITHIN_WORDS))
    return chosen[np.array(pairs, np.int64).reshape(-1, 2)]
