"""What is known about a frozen dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from kitae.engines.language import is_label_set
from kitae.engines.language.labels import SMALL_SET, SMALL_SHARE
from kitae.engines.similarity import history_texts
from kitae.engines.texts.column import TextColumn, first_bytes, text_pieces
from kitae.engines.texts.memo import MEMO
from kitae.records.columns import (
    characters,
    counted,
    equals,
    list_lengths,
    number_of_different,
)
from kitae.records.dataset import Dataset, SideStatistics
from kitae.records.example import SIDES, Side

_TEXTS = ("side", "group", "instruction", "input", "output", "system")


def summarise(sides: Mapping[Side, pa.Table]) -> Dataset:
    """The record of a dataset, from its sides."""
    rows = pa.concat_tables([sides[side] for side in SIDES])
    answers = TextColumn.from_arrow(rows["output"])
    distinct = _distinct(answers)
    return Dataset(
        rows_hash=_rows_hash(rows),
        train=_statistics(sides["train"]),
        validation=_statistics(sides["validation"]),
        test=_statistics(sides["test"]),
        distinct_answers=distinct,
        is_closed=_is_closed(answers, distinct),
        languages=dict(counted(rows, "language")),
    )


def _distinct(answers: TextColumn) -> int:
    """Different answers, case, width and marks left out of account."""
    signs = MEMO.sign(answers)
    return len(np.unique(np.where(signs.num_tokens > 0, signs.normal, answers.hashes)))


def _is_closed(answers: TextColumn, distinct: int) -> bool:
    """Whether the answers are a small set of labels; not asked one by one where they cannot be."""
    starts = first_bytes(answers)
    is_json = len(answers) > 0 and bool((starts == ord("{")).all())
    most = max(SMALL_SET, SMALL_SHARE * len(answers))
    if not is_json and distinct > most:
        return False
    return is_label_set(list(answers.texts(range(len(answers)))))


def _rows_hash(rows: pa.Table) -> str:
    """Hash over the content of all rows with their sides, in order."""
    hashed = hashlib.sha256()
    columns = [text_pieces(rows[name]) for name in _TEXTS]
    for pieces in (*columns, *([column] for column in history_texts(rows))):
        for piece in (*(p.sizes for p in pieces), *(p.content for p in pieces)):
            hashed.update(np.ascontiguousarray(piece).data.cast("B"))
    hashed.update(list_lengths(rows, "history").tobytes())
    return hashed.hexdigest()


def _question_characters(rows: pa.Table) -> int:
    """Characters of all questions: earlier rounds, instruction and input, each in lines of its own."""
    parts = [rows["instruction"], rows["input"], *(one.to_arrow() for one in history_texts(rows))]
    breaks = int((~equals(rows, "input", "")).sum()) + sum(len(part) for part in parts[2:])
    return breaks + sum(characters(part) for part in parts)


def _statistics(rows: pa.Table) -> SideStatistics:
    number = max(rows.num_rows, 1)
    questions = _question_characters(rows)
    answers = characters(rows["output"])
    return SideStatistics(
        rows=rows.num_rows,
        groups=number_of_different(rows, "group", where_empty="id"),
        made_rows=int(equals(rows, "origin", "made").sum()),
        characters_mean=round((questions + answers) / number, 3),
        answer_characters_mean=round(answers / number, 3),
    )
