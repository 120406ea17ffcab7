"""Is there variety: do the questions and the answers differ, and are the answers of a like length?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kitae.engines.texts.column import TextColumn
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import (
    Finding,
    Measured,
    finding,
    percent,
    shown_pairs,
    shown_rows,
)
from kitae.stages.gate.rows import Rows

SAMPLE_TOKENS = 20_000
FEWEST_TOKENS = 2_000
LEAST_DISTINCT = 0.05
"""Share of different pairs of words among twenty thousand. Sound free text has 0.3 to 0.8, nine wordings of
the same two hundred short tasks 0.1."""
MANY_TIMES = 20
LONG_ANSWER = 4_000
WARN_LONG_SHARE = 0.01
"""Answers of more than twenty times the middle length, and of more than 4,000 characters: a hundredth of them is no accident."""


def check_diversity(rows: Rows, config: GateConfig) -> Finding:
    """Long questions that are nearly one another's copies, or free answers made of the same few words."""
    from kitae.engines.similarity import near_questions

    found = near_questions(rows.question)
    pairs = np.stack([found.left, found.right], axis=1)
    pairs = pairs[found.right < rows.num_train]
    alike = np.unique(pairs)
    share = len(alike) / max(1, rows.num_train)
    measured = Measured.share(len(alike), rows.num_train, config.warn_alike_share)
    values: dict[str, str | float] = {"count": len(alike), "percent": percent(share)}
    if share > config.warn_alike_share:
        evidence = shown_pairs(rows, pairs, config.evidence_rows)
        result = finding(
            "diversity", "warn", "questions", values=values, evidence=evidence, measured=measured
        )
        return Finding(result, alike)
    distinct = (
        1.0 if rows.is_closed else distinct_pairs(TextColumn.from_arrow(rows.train["output"]))
    )
    if distinct < LEAST_DISTINCT:
        measured = Measured(distinct, LEAST_DISTINCT, rows.num_train)
        values = {"percent": percent(distinct)}
        return Finding(finding("diversity", "warn", "answers", values=values, measured=measured))
    return Finding(finding("diversity", "pass", values=values, measured=measured))


def distinct_pairs(column: TextColumn) -> float:
    """Different pairs of neighbouring words over all, in the first of the texts in the order of their hashes.

    1 where there are too few words for it to mean something.
    """
    from kitae.engines.language import tokens

    pairs: list[tuple[str, str]] = []
    for text in column.texts(np.argsort(column.hashes, kind="stable")):
        found = tokens(text)
        pairs += pairwise(found)
        if len(pairs) >= SAMPLE_TOKENS:
            break
    return len(set(pairs)) / len(pairs) if len(pairs) >= FEWEST_TOKENS else 1.0


def check_length(rows: Rows, config: GateConfig) -> Finding:
    """Answers far longer than the others: usually rows that ran together, or whole documents."""
    from kitae.engines.texts.measures import measure

    sizes = measure(rows.answer).characters
    middle = int(np.median(sizes)) if len(sizes) else 0
    long = np.flatnonzero(sizes > max(MANY_TIMES * middle, LONG_ANSWER))
    share = len(long) / max(1, len(rows))
    values: dict[str, str | float] = {
        "count": len(long),
        "percent": percent(share),
        "middle": middle,
        "longest": int(sizes.max(initial=0)),
    }
    result = finding(
        "length",
        "warn" if share > WARN_LONG_SHARE else "pass",
        values=values,
        evidence=shown_rows(rows, long, config.evidence_rows),
        measured=Measured.share(len(long), len(rows), WARN_LONG_SHARE),
    )
    return Finding(result, long)
