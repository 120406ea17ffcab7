"""What the answers say: are the labels spread, and do answers depend on the questions at all?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from kitae.records.gate import CheckResult
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.rows import Rows, excerpt, finding, percent, shown

Labels = Mapping[str, Counter[str]]
"""Field (empty for plain labels) -> label -> rows."""


def check_dependence(rows: Rows, config: GateConfig) -> CheckResult:
    """Answers that can be given without reading the question teach nothing.

    Measured within groups of like prompts: the share of rows whose answer is not the most frequent one of its group.
    """
    from kitae.engines.statistics.answers import like_prompts

    kinds = like_prompts([e.question for e in rows.all])
    answers = rows.answer_keys
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, answer in zip(kinds, answers, strict=True):
        by_kind[kind][answer] += 1
    usual = {kind: counts.most_common(1)[0] for kind, counts in by_kind.items()}
    others = len(rows.all) - sum(count for _, count in usual.values())
    share = others / max(1, len(rows.all))
    measured = (share, config.min_dependence_share, others)
    outcome = "fail" if share < config.min_dependence_share else "warn"
    if share >= config.warn_dependence_share:
        return finding("dependence", "pass", values={"percent": percent(share)}, measured=measured)
    examples = _one_per_kind(rows, kinds, usual, config.evidence_rows)
    return finding(
        "dependence",
        outcome,
        f"{_variant(by_kind)}.{outcome}",
        evidence=[shown(rows.all[place]) for place in examples],
        measured=measured,
        values={
            "rows": len(rows.all),
            "wordings": len(by_kind),
            "others": others,
            "answer": excerpt(rows.all[examples[0]].output, 60) if examples else "",
            "percent": percent(1 - share),
        },
    )


def check_balance(rows: Rows, config: GateConfig) -> CheckResult:
    """Labels that the train side lacks, drowns or hardly shows. Free text has no labels to balance."""
    if not rows.is_closed:
        return finding("balance", "pass", "open")
    train = _labels([e.output for e in rows.train])
    held_out = _labels([e.output for e in rows.held_out])
    unseen = [
        _named(field, label)
        for field, labels in held_out.items()
        for label in labels
        if label not in train.get(field, Counter())
    ]
    if unseen:
        return _warned("unseen", unseen)
    return (
        _majority(train, config)
        or _rare(train, config)
        or finding(
            "balance", "pass", values={"labels": sum(len(labels) for labels in train.values())}
        )
    )


def _majority(train: Labels, config: GateConfig) -> CheckResult | None:
    """One label drowns the others."""
    for field, labels in train.items():
        label, count = labels.most_common(1)[0]
        share = count / labels.total()
        if len(labels) > 1 and share > config.warn_majority_share:
            return finding(
                "balance",
                "warn",
                "majority",
                measured=(share, config.warn_majority_share, count),
                values={"label": _named(field, label), "percent": percent(share)},
            )
    return None


def _rare(train: Labels, config: GateConfig) -> CheckResult | None:
    """Labels that are hardly shown."""
    rare = [
        _named(field, label)
        for field, labels in train.items()
        for label, count in labels.items()
        if count < config.warn_rare_rows
    ]
    return _warned("rare", rare, config.warn_rare_rows) if rare else None


def _warned(text: str, labels: Sequence[str], wanted: int = 1) -> CheckResult:
    listed = ", ".join(excerpt(label, 40) for label in labels[:8])
    return finding(
        "balance",
        "warn",
        text,
        measured=(None, float(wanted), len(labels)),
        values={
            "count": len(labels),
            "labels": f"{listed} …" if len(labels) > 8 else listed,
            "wanted": wanted,
        },
    )


def _variant(by_kind: Mapping[str, Counter[str]]) -> str:
    answers = {counts.most_common(1)[0][0] for counts in by_kind.values()}
    return "constant" if len(answers) == 1 else "per_wording"


def _one_per_kind(
    rows: Rows, kinds: Sequence[str], usual: Mapping[str, tuple[str, int]], wanted: int
) -> list[int]:
    """Places of rows with the usual answer of their kind: one per kind first, then more of the first kind."""
    fitting = [i for i, kind in enumerate(kinds) if rows.answer_keys[i] == usual[kind][0]]
    first: dict[str, int] = {}
    for place in fitting:
        first.setdefault(kinds[place], place)
    chosen = list(first.values())
    chosen += [place for place in fitting if place not in set(chosen)]
    return chosen[: max(1, wanted)]


def _labels(answers: Sequence[str]) -> Labels:
    from kitae.engines.statistics.answers import answer_key, is_json_set, json_value

    counts: dict[str, Counter[str]] = defaultdict(Counter)
    has_fields = is_json_set(answers, share=1.0)
    for answer in answers:
        value = json_value(answer) if has_fields else None
        if isinstance(value, dict):
            for field, inner in value.items():
                counts[field][str(inner)] += 1
        else:
            counts[""][answer_key(answer)] += 1
    return counts


def _named(field: str, label: str) -> str:
    return f"{field}={label}" if field else label
