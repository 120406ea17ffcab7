"""Rows that repeat each other, and rows that contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from kitae.records.example import Example
from kitae.records.gate import CheckResult, EvidenceRow
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.rows import Rows, excerpt, finding, full_question, percent, shown_pair


def check_duplicates(rows: Rows, config: GateConfig) -> CheckResult:
    """Same question, same answer, more than once on one side."""
    first: dict[tuple[bool, str, str], Example] = {}
    repeats: list[tuple[Example, Example]] = []
    keys = zip(rows.question_keys, rows.answer_keys, strict=True)
    for place, (example, (question, answer)) in enumerate(zip(rows.all, keys, strict=True)):
        twin = first.setdefault((place < len(rows.train), question, answer), example)
        if twin is not example:
            repeats.append((twin, example))
    share = len(repeats) / max(1, len(rows.all))
    outcome = "pass" if share <= config.warn_duplicate_share else "warn"
    if share > config.max_duplicate_share:
        outcome = "fail"
    return finding(
        "duplicates",
        outcome,
        "pass" if outcome == "pass" else "found",
        evidence=[shown_pair(*pair) for pair in repeats[: config.evidence_rows]],
        measured=(share, config.max_duplicate_share, len(repeats)),
        values={
            "count": len(repeats),
            "percent": percent(share),
            "distinct": len(rows.all) - len(repeats),
        },
    )


def check_contradictions(rows: Rows, config: GateConfig) -> CheckResult:
    """Same full question, different answer: a defect among labels, possible in free text."""
    found = _contradictions(rows, rows.question_keys)
    count = sum(len(members) for members in found)
    share = count / max(1, len(rows.all))
    measured = (share, config.max_contradiction_share, count)
    evidence = [_shown_answers(members) for members in found[: config.evidence_rows]]
    values: dict[str, str | float] = {"count": count, "questions": len(found)}
    if found and rows.is_closed:
        outcome = "fail" if share > config.max_contradiction_share else "warn"
        return finding(
            "contradictions", outcome, "closed", evidence=evidence, measured=measured, values=values
        )
    if found:
        return finding(
            "contradictions", "warn", "open", evidence=evidence, measured=measured, values=values
        )
    return _nearly_same(rows, config)


def _nearly_same(rows: Rows, config: GateConfig) -> CheckResult:
    """Label sets also warn where questions differ in case and signs alone."""
    from kitae.engines.language import normalised

    keys = [normalised(q) or q for q in rows.questions] if rows.is_closed else []
    found = _contradictions(rows, keys) if keys else []
    if not found:
        return finding("contradictions", "pass", measured=(0.0, config.max_contradiction_share, 0))
    count = sum(len(members) for members in found)
    return finding(
        "contradictions",
        "warn",
        "nearly",
        evidence=[_shown_answers(members) for members in found[: config.evidence_rows]],
        measured=(count / len(rows.all), config.max_contradiction_share, count),
        values={"count": count, "questions": len(found)},
    )


def _contradictions(rows: Rows, keys: Sequence[str]) -> list[list[Example]]:
    """Per question with several answers: one row for each of its answers, in order of the rows."""
    by_question: dict[str, dict[str, Example]] = defaultdict(dict)
    for example, question, answer in zip(rows.all, keys, rows.answer_keys, strict=True):
        by_question[question].setdefault(answer, example)
    return [list(answers.values()) for answers in by_question.values() if len(answers) > 1]


def _shown_answers(members: Sequence[Example]) -> EvidenceRow:
    answers = " | ".join(excerpt(e.output, 60) for e in members[:4])
    question = excerpt(full_question(members[0]))
    return EvidenceRow(ids=tuple(e.id for e in members[:4]), text=f"{question} → {answers}")
