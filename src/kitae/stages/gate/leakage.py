"""Does the train side already hold what the held-out sides ask?"""

from __future__ import annotations

import numpy as np

from kitae.records.columns import codes
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding, percent, shown_pairs
from kitae.stages.gate.rows import Places, Rows

NONE = np.iinfo(np.int64).max


def check_leakage(rows: Rows, config: GateConfig) -> Finding:
    """The same question on both sides fails; near-equal rows and shared texts fail from a share on."""
    same = _twins(rows, rows.question_codes)
    if (same < NONE).any():
        return _found(rows, config, "same", same)
    close = np.minimum(_near_rows(rows), _shared_texts(rows))
    if (close < NONE).any():
        return _found(rows, config, "near", close)
    return Finding(
        finding(
            "leakage",
            "pass",
            values={"held_out": rows.num_held_out},
            measured=Measured.share(0, rows.num_held_out, config.max_leak_share),
        )
    )


def _found(rows: Rows, config: GateConfig, kind: str, twins: Places) -> Finding:
    """A finding from the train row of each held-out row."""
    leaked = np.flatnonzero(twins < NONE)
    pairs = np.stack([twins[leaked], leaked + rows.num_train], axis=1)
    share = len(leaked) / rows.num_held_out
    result = finding(
        "leakage",
        "fail" if kind == "same" or share > config.max_leak_share else "warn",
        kind,
        evidence=shown_pairs(rows, pairs, config.evidence_rows),
        measured=Measured.share(len(leaked), rows.num_held_out, config.max_leak_share),
        values={
            "count": len(leaked),
            "held_out": rows.num_held_out,
            "percent": percent(share),
        },
    )
    return Finding(result, pairs.ravel())


def _twins(rows: Rows, keys: Places) -> Places:
    """For each held-out row, the first train row that has a key in common; negative keys are none."""
    columns = keys.reshape(len(rows), -1)
    first = np.full(int(keys.max(initial=0)) + 1, NONE)
    twins = np.full(rows.num_held_out, NONE)
    for column in columns[: rows.num_train].T:
        known = np.flatnonzero(column >= 0)
        np.minimum.at(first, column[known], known)
    for column in columns[rows.num_train :].T:
        twins = np.minimum(twins, np.where(column >= 0, first[np.maximum(column, 0)], NONE))
    return twins


def _near_rows(rows: Rows) -> Places:
    """Near-equal question and near-equal answer; near-equal questions with other answers teach the difference."""
    from kitae.engines.similarity import find_repeats

    found = find_repeats(rows.compared, is_focus=rows.is_held_out)
    train = np.arange(rows.num_train)
    of_form = np.full(len(rows), NONE)
    np.minimum.at(of_form, found.first[: rows.num_train], train)
    nearest = of_form.copy()
    np.minimum.at(nearest, found.left, of_form[found.right])
    np.minimum.at(nearest, found.right, of_form[found.left])
    return nearest[found.first[rows.num_train :]]


def _shared_texts(rows: Rows) -> Places:
    """One group, or one text in two wordings, on two sides. Made rows share words with all; they are left out."""
    from kitae.engines.similarity import row_texts, text_links

    groups, names = codes(rows.table, "group")
    if "" in names:
        groups = np.where(groups == names.index(""), -1, groups)
    links = text_links(row_texts(rows.table))
    found = _twins(rows, np.where(rows.is_made, -1, groups))
    for kind, keys in links.keys:
        if kind == "text":
            own = np.where(rows.is_made[:, None], -1, keys)
            found = np.minimum(found, _twins(rows, own))
    return found
