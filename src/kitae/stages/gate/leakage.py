"""Does the train side already hold what the held-out sides ask?"""

from __future__ import annotations

from collections.abc import Iterable

from kitae.records.gate import CheckResult
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.rows import Rows, finding, percent, shown_pair

Pair = tuple[int, int]
"""Places of a train row and of a held-out row in `Rows.all`."""


def check_leakage(rows: Rows, config: GateConfig) -> CheckResult:
    """The same question on both sides fails; near-equal rows and shared texts fail from a share on."""
    same = _first_per_held_out(_same_questions(rows))
    if same:
        return _found(rows, config, "same", same)
    close = _first_per_held_out([*_near_rows(rows), *_shared_texts(rows)])
    share = len(close) / max(1, len(rows.held_out))
    if close:
        return _found(rows, config, "near", close)
    return finding(
        "leakage",
        "pass",
        values={"held_out": len(rows.held_out)},
        measured=(share, config.max_leak_share, 0),
    )


def _found(rows: Rows, config: GateConfig, kind: str, pairs: list[Pair]) -> CheckResult:
    share = len(pairs) / len(rows.held_out)
    outcome = "fail" if kind == "same" or share > config.max_leak_share else "warn"
    shown = [(rows.all[left], rows.all[right]) for left, right in pairs[: config.evidence_rows]]
    return finding(
        "leakage",
        outcome,
        kind,
        evidence=[shown_pair(*pair) for pair in shown],
        measured=(share, config.max_leak_share, len(pairs)),
        values={
            "count": len(pairs),
            "held_out": len(rows.held_out),
            "percent": percent(share),
        },
    )


def _same_questions(rows: Rows) -> Iterable[Pair]:
    in_train = {key: i for i, key in enumerate(rows.question_keys[: len(rows.train)])}
    for place in range(len(rows.train), len(rows.all)):
        if rows.question_keys[place] in in_train:
            yield in_train[rows.question_keys[place]], place


def _near_rows(rows: Rows) -> Iterable[Pair]:
    """Near-equal question and near-equal answer; near-equal questions with other answers teach the difference."""
    from kitae.engines.similarity import duplicate_pairs, question_answer

    found = duplicate_pairs([question_answer(e) for e in rows.all])
    pairs = zip(found.left.tolist(), found.right.tolist(), strict=True)
    limit = len(rows.train)
    return ((left, right) for left, right in pairs if left < limit <= right)


def _shared_texts(rows: Rows) -> Iterable[Pair]:
    """One group, or one text in two wordings, on two sides. Made rows share words with all; they are left out."""
    in_train: dict[str, int] = {}
    for place, keys in enumerate(_text_keys(rows)):
        for key in keys:
            if place < len(rows.train):
                in_train.setdefault(key, place)
            elif key in in_train:
                yield in_train[key], place


def _text_keys(rows: Rows) -> list[list[str]]:
    """Per row: its group and the texts that it holds; none for a made row."""
    from kitae.engines.similarity import TextRow, text_links, whole_question

    links = text_links([TextRow(whole_question(e), e.output, e.input) for e in rows.all])
    keys = [[key for key, kind in found if kind == "text"] for found in links.keys]
    return [
        [] if e.origin == "made" else [*own, *([f"group: {e.group}"] if e.group else [])]
        for e, own in zip(rows.all, keys, strict=True)
    ]


def _first_per_held_out(pairs: Iterable[Pair]) -> list[Pair]:
    first: dict[int, int] = {}
    for left, right in pairs:
        first.setdefault(right, left)
    return [(first[right], right) for right in sorted(first)]
