"""Rows that repeat each other, and rows that contradict each other."""

from __future__ import annotations

import numpy as np

from kitae.records.gate import EvidenceRow, Outcome
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import (
    Finding,
    Measured,
    excerpt,
    finding,
    full_question,
    percent,
    shown_pairs,
)
from kitae.stages.gate.rows import Places, Rows, first_of_each, joined_codes


def check_duplicates(rows: Rows, config: GateConfig) -> Finding:
    """Same question, same answer, more than once on one side."""
    first = first_of_each(joined_codes(rows.is_held_out, rows.question_codes, rows.answer_codes))
    repeats = np.flatnonzero(first != np.arange(len(rows)))
    share = len(repeats) / max(1, len(rows))
    outcome = "pass" if share <= config.warn_duplicate_share else "warn"
    if share > config.max_duplicate_share:
        outcome = "fail"
    pairs = np.stack([first[repeats], repeats], axis=1)
    result = finding(
        "duplicates",
        outcome,
        "pass" if outcome == "pass" else "found",
        evidence=shown_pairs(rows, pairs, config.evidence_rows),
        measured=Measured.share(len(repeats), len(rows), config.max_duplicate_share),
        values={
            "count": len(repeats),
            "percent": percent(share),
            "distinct": len(rows) - len(repeats),
        },
    )
    return Finding(result, repeats)


def check_density(rows: Rows, config: GateConfig) -> Finding:
    """Training rows that say nearly the same as another one: near question and near answer."""
    from kitae.engines.similarity import find_repeats

    found = find_repeats(rows.compared)
    pairs = np.stack([found.left, found.right], axis=1)
    pairs = pairs[found.right < rows.num_train]
    near = np.unique(pairs[:, 1])
    share = len(near) / max(1, rows.num_train)
    outcome = "warn" if share > config.warn_near_share else "pass"
    result = finding(
        "density",
        outcome,
        evidence=shown_pairs(rows, pairs, config.evidence_rows),
        measured=Measured.share(len(near), rows.num_train, config.warn_near_share),
        values={"count": len(near), "percent": percent(share)},
    )
    return Finding(result, near)


def check_contradictions(rows: Rows, config: GateConfig) -> Finding:
    """Same full question, different answer: a defect among labels, possible in free text."""
    found = _contradictions(rows.question_codes, rows.answer_codes)
    if not len(found):
        return _nearly_same(rows, config)
    text = "closed" if rows.is_closed else "open"
    is_much = len(found) / len(rows) > config.max_contradiction_share
    outcome = "fail" if rows.is_closed and is_much else "warn"
    return _found(rows, config, (rows.question_codes, found), (outcome, text))


def _nearly_same(rows: Rows, config: GateConfig) -> Finding:
    """Label sets also warn where questions differ in case and signs alone."""
    from kitae.engines.texts.memo import MEMO

    if rows.is_closed:
        signs = MEMO.sign(rows.question)
        codes = np.where(signs.num_tokens > 0, signs.normal, rows.question.hashes)
        codes = first_of_each(codes)
        found = _contradictions(codes, rows.answer_codes)
        if len(found):
            return _found(rows, config, (codes, found), ("warn", "nearly"))
    measured = Measured.share(0, len(rows), config.max_contradiction_share)
    return Finding(finding("contradictions", "pass", measured=measured))


def _found(
    rows: Rows, config: GateConfig, found: tuple[Places, Places], said: tuple[Outcome, str]
) -> Finding:
    codes, members = found
    outcome, text = said
    questions = np.unique(codes[members])
    result = finding(
        "contradictions",
        outcome,
        text,
        evidence=_shown_answers(rows, codes, members, config.evidence_rows),
        measured=Measured.share(len(members), len(rows), config.max_contradiction_share),
        values={"count": len(members), "questions": len(questions)},
    )
    return Finding(result, np.flatnonzero(np.isin(codes, questions)))


def _contradictions(questions: Places, answers: Places) -> Places:
    """Of each question with several answers one row for each of its answers, in order of the rows."""
    first = np.unique(first_of_each(joined_codes(questions, answers)))
    _, places, counts = np.unique(questions[first], return_inverse=True, return_counts=True)
    return first[counts[places] > 1]


def _shown_answers(rows: Rows, codes: Places, members: Places, most: int) -> list[EvidenceRow]:
    found: list[EvidenceRow] = []
    asked = codes[members]
    _, first = np.unique(asked, return_index=True)
    for place in np.sort(first)[:most].tolist():
        shown = members[asked == asked[place]][:4]
        examples = [rows.example(row) for row in shown.tolist()]
        answers = " | ".join(excerpt(example.output, 60) for example in examples)
        text = f"{excerpt(full_question(examples[0]))} → {answers}"
        found.append(EvidenceRow(ids=tuple(example.id for example in examples), text=text))
    return found
