"""What the answers say: are the labels spread, and do answers depend on the questions at all?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.records.columns import codes
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import (
    Finding,
    Measured,
    excerpt,
    finding,
    percent,
    shown_rows,
)
from kitae.stages.gate.rows import Mask, Places, Rows, joined_codes

Labels = Mapping[str, Counter[str]]
"""Field (empty for plain labels) -> label -> rows."""


def check_dependence(rows: Rows, config: GateConfig) -> Finding:
    """Answers that can be given without reading the question teach nothing.

    Measured within groups of like prompts: the share of rows whose answer is not the most frequent one of its group.
    """
    kinds = like_prompts(rows)
    is_usual = usual_answers(kinds, rows.answer_codes)
    others = int((~is_usual).sum())
    share = others / max(1, len(rows))
    measured = Measured.share(others, len(rows), config.min_dependence_share)
    if share >= config.warn_dependence_share:
        values = {"percent": percent(share)}
        return Finding(finding("dependence", "pass", values=values, measured=measured))
    outcome = "fail" if share < config.min_dependence_share else "warn"
    examples = _one_per_kind(kinds, is_usual)
    num_kinds = len(np.unique(kinds))
    num_usual = len(np.unique(rows.answer_codes[is_usual]))
    variant = "constant" if num_usual == 1 else "per_wording"
    result = finding(
        "dependence",
        outcome,
        f"{variant}.{outcome}",
        evidence=shown_rows(rows, examples, config.evidence_rows),
        measured=measured,
        values={
            "rows": len(rows),
            "wordings": num_kinds,
            "others": others,
            "answer": excerpt(rows.answer[int(examples[0])], 60) if len(examples) else "",
            "percent": percent(1 - share),
        },
    )
    return Finding(result, np.flatnonzero(is_usual))


def like_prompts(rows: Rows) -> NDArray[np.int32]:
    """A number per row, equal for prompts of one wording; 0 for those without one.

    As in `engines.statistics.answers.like_prompts`: only frames around a text of some length count.
    """
    from kitae.engines.similarity import whole_questions
    from kitae.engines.statistics.answers import MATERIAL_WORDS
    from kitae.engines.texts.column import TextColumn
    from kitae.engines.texts.memo import MEMO
    from kitae.engines.wording import frames_of

    questions = whole_questions(rows.table)
    framed = frames_of(questions)
    places = np.flatnonzero(framed.codes)
    if not len(places):
        return framed.codes
    begins = questions.offsets[:-1][places]
    inner = questions.slices(begins + framed.starts[places], begins + framed.ends[places])
    kinds, number = framed.codes[places], len(framed.wordings)
    words = np.bincount(kinds, MEMO.sign(inner).half_words / 2, number)
    mean_words = words / np.maximum(1, np.bincount(kinds, minlength=number))
    frames = TextColumn.from_texts([wording.replace("…", " ") for wording in framed.wordings])
    frame_words = MEMO.sign(frames).half_words / 2
    surrounds_text = mean_words >= np.maximum(MATERIAL_WORDS, frame_words)
    return np.where(surrounds_text[framed.codes], framed.codes, 0).astype(np.int32)


def usual_answers(kinds: NDArray[np.int32], answers: Places) -> Mask:
    """Which rows have the most frequent answer of their kind; the first one wins a tie."""
    if not len(kinds):
        return np.zeros(0, np.bool_)
    pairs = joined_codes(kinds, answers)
    _, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts, kinds[first]))
    is_best = np.ones(len(order), np.bool_)
    is_best[1:] = kinds[first[order]][1:] != kinds[first[order]][:-1]
    best = np.zeros(len(first), np.bool_)
    best[order[is_best]] = True
    return best[pairs]


def check_balance(rows: Rows, config: GateConfig) -> Finding:
    """Labels that the train side lacks, drowns or hardly shows. Free text has no labels to balance."""
    if not rows.is_closed:
        return Finding(finding("balance", "pass", "open"))
    train, held_out = _labels(rows.train), _labels(rows.held_out)
    unseen = [
        _named(field, label)
        for field, labels in held_out.items()
        for label in labels
        if label not in train.get(field, Counter())
    ]
    if unseen:
        return _warned("unseen", unseen)
    labels = sum(len(labels) for labels in train.values())
    return (
        _majority(train, config)
        or _rare(train, config)
        or Finding(finding("balance", "pass", values={"labels": labels}))
    )


def _majority(train: Labels, config: GateConfig) -> Finding | None:
    """One label drowns the others."""
    for field, labels in train.items():
        label, count = labels.most_common(1)[0]
        share = count / labels.total()
        if len(labels) > 1 and share > config.warn_majority_share:
            measured = Measured.share(count, labels.total(), config.warn_majority_share)
            values = {"label": excerpt(_named(field, label), 60), "percent": percent(share)}
            return Finding(finding("balance", "warn", "majority", measured=measured, values=values))
    return None


def _rare(train: Labels, config: GateConfig) -> Finding | None:
    """Labels that are hardly shown."""
    rare = [
        _named(field, label)
        for field, labels in train.items()
        for label, count in labels.items()
        if count < config.warn_rare_rows
    ]
    return _warned("rare", rare, config.warn_rare_rows) if rare else None


def _warned(text: str, labels: Sequence[str], wanted: int = 1) -> Finding:
    listed = ", ".join(excerpt(label, 40) for label in labels[:8])
    result = finding(
        "balance",
        "warn",
        text,
        measured=Measured(None, float(wanted), len(labels)),
        values={
            "count": len(labels),
            "labels": f"{listed} …" if len(labels) > 8 else listed,
            "wanted": wanted,
        },
    )
    return Finding(result)


def _one_per_kind(kinds: NDArray[np.int32], is_usual: Mask) -> Places:
    """Rows with the usual answer of their kind: one per kind first, then the others."""
    fitting = np.flatnonzero(is_usual)
    _, first = np.unique(kinds[fitting], return_index=True)
    chosen = fitting[np.sort(first)]
    return np.concatenate([chosen, fitting[~np.isin(fitting, chosen)]])


def _labels(side: pa.Table) -> Labels:
    """The labels of a side; every spelling is looked at once."""
    from kitae.engines.statistics.answers import answer_key, is_json_set, json_value

    counts: dict[str, Counter[str]] = defaultdict(Counter)
    places, answers = codes(side, "output")
    has_fields = is_json_set(answers, share=1.0)
    for answer, rows in zip(
        answers, np.bincount(places, minlength=len(answers)).tolist(), strict=True
    ):
        value = json_value(answer) if has_fields else None
        if isinstance(value, dict):
            for field, inner in value.items():
                counts[field][str(inner)] += rows
        else:
            counts[""][answer_key(answer)] += rows
    return counts


def _named(field: str, label: str) -> str:
    return f"{field}={label}" if field else label
