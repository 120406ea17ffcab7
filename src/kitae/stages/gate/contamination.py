"""Does the training material hold a long piece of what the model will be asked, or of a benchmark that the recipe names?

The same or near-equal questions of the dataset itself are `leakage`; this finds a held-out question inside a longer text, in an
answer, or in parts. Parts alone only warn: two requests for a chicken recipe share half of their words and are two questions.
"""

from __future__ import annotations

import numpy as np

from kitae.engines.texts.column import TextColumn
from kitae.records.columns import codes
from kitae.records.gate import EvidenceRow
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, excerpt, finding, percent
from kitae.stages.gate.rows import Mask, Places, Rows

Pair = tuple[int, str, bool]
"""A train row, the text that stands in it, and whether all of it does."""


def check_contamination(rows: Rows, config: GateConfig) -> Finding:
    """Benchmark texts in the training data fail; held-out questions fail from a share on."""
    from kitae.engines.similarity import whole_questions

    for name, texts in rows.benchmarks.items():
        found = _pairs(rows, texts)
        if found:
            return _found(rows, config, found, (name, len(texts)))
    is_new = ~_is_leaked(rows)
    asked = whole_questions(rows.held_out).take(np.flatnonzero(is_new))
    systems, _ = codes(rows.table, "system")
    held_out = _pairs(rows, asked, (systems, systems[rows.num_train :][is_new]))
    if held_out:
        return _found(rows, config, held_out, ("", rows.num_held_out))
    values = {"held_out": rows.num_held_out, "benchmarks": len(rows.benchmarks)}
    measured = Measured.share(0, rows.num_held_out, config.max_leak_share)
    return Finding(finding("contamination", "pass", values=values, measured=measured))


def _found(
    rows: Rows, config: GateConfig, pairs: list[Pair], looked_for: tuple[str, int]
) -> Finding:
    name, number = looked_for
    count = len({text for _, text, _ in pairs})
    share = count / max(1, number)
    whole = len({text for _, text, is_whole in pairs if is_whole}) / max(1, number)
    is_much = bool(name) or whole > config.max_leak_share
    places = np.unique([row for row, _, _ in pairs])
    result = finding(
        "contamination",
        "fail" if is_much else "warn",
        "benchmark" if name else "held_out",
        evidence=[_shown(rows, pair) for pair in pairs[: config.evidence_rows]],
        measured=Measured.share(count, number, 0.0 if name else config.max_leak_share),
        values={"count": count, "number": number, "percent": percent(share), "benchmark": name},
    )
    return Finding(result, places)


def _pairs(
    rows: Rows, wanted: TextColumn, systems: tuple[Places, Places] | None = None
) -> list[Pair]:
    """Train rows that hold one of the texts, in their question or in their answer.

    Args:
        rows: All rows.
        wanted: The texts.
        systems: Codes of the system prompts of all rows, and of those of the texts: under another one the same words
            are another question.
    """
    from kitae.engines.contamination import INSIDE, WHOLE, contaminated
    from kitae.engines.similarity import whole_questions

    found: list[Pair] = []
    answers = TextColumn.from_arrow(rows.train["output"])
    for is_answer, material in ((False, whole_questions(rows.train)), (True, answers)):
        pairs = contaminated(material, wanted)
        keep = np.ones(len(pairs), np.bool_)
        if systems is not None and not is_answer:
            keep = systems[0][pairs.material] == systems[1][pairs.benchmark]
        is_whole = np.isin(pairs.kind, [WHOLE, INSIDE])[keep].tolist()
        places = pairs.material[keep].tolist(), pairs.benchmark[keep].tolist()
        found += [
            (row, wanted[text], whole) for row, text, whole in zip(*places, is_whole, strict=True)
        ]
    return sorted(found)


def _is_leaked(rows: Rows) -> Mask:
    """Which held-out rows have a question that stands on the train side word for word: `leakage` tells of them."""
    train: Places = rows.question_codes[: rows.num_train]
    return np.isin(rows.question_codes[rows.num_train :], train)


def _shown(rows: Rows, pair: Pair) -> EvidenceRow:
    row, text, _ = pair
    example = rows.example(row)
    said = f"{excerpt(text)} ⊂ {excerpt(example.question)} → {excerpt(example.output)}"
    return EvidenceRow(ids=(example.id,), text=said)
