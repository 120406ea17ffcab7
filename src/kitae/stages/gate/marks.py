"""What rows carry with them: chat markers, languages, and made rows that nobody read."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from kitae.records.columns import counted, is_among
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import (
    Finding,
    Measured,
    finding,
    percent,
    shown_rows,
)
from kitae.stages.gate.rows import Rows

NOTICED_SHARE = 0.05
"""What fewer held-out rows than this have is not missed on the train side."""


def check_special_tokens(rows: Rows, config: GateConfig) -> Finding:
    """Literal chat markers: in an answer the model would learn to write them; in a question they only disturb."""
    in_answers, in_questions = _marked(rows)
    found = in_answers or in_questions
    if not found:
        return Finding(finding("special_tokens", "pass"))
    places = np.array(sorted(found), np.int64)
    result = finding(
        "special_tokens",
        "fail" if in_answers else "warn",
        "answers" if in_answers else "questions",
        evidence=shown_rows(rows, places, config.evidence_rows),
        measured=Measured.share(len(found), len(rows), 0.0),
        values={"count": len(found), "marker": found[int(places[0])]},
    )
    return Finding(result, places)


def _marked(rows: Rows) -> tuple[dict[int, str], dict[int, str]]:
    """Row -> its first chat marker, in answers and in questions."""
    from kitae.engines.language import inner_special_token
    from kitae.engines.texts.gates import Gate
    from kitae.engines.texts.measures import measure

    in_answers: dict[int, str] = {}
    in_questions: dict[int, str] = {}
    for texts in rows.texts:
        if not len(texts.column):
            continue
        found = in_answers if texts.name == "output" else in_questions
        for place in measure(texts.column).rows_with(Gate.SPECIAL_TOKEN).tolist():
            marker = inner_special_token(texts.column[place])
            if marker:
                found.setdefault(int(texts.rows[place]), marker)
    return in_answers, in_questions


def check_language(rows: Rows, _config: GateConfig) -> Finding:
    """Which languages there are; a held-out one that the train side lacks is worth a warning."""
    train, held_out = languages(rows.train), languages(rows.held_out)
    total = train + held_out
    mix = ", ".join(f"{code} {percent(n / total.total())} %" for code, n in total.most_common(6))
    missing = [
        code
        for code, count in held_out.items()
        if code not in train and count >= max(2, NOTICED_SHARE * rows.num_held_out)
    ]
    if not missing:
        return Finding(finding("language", "pass", values={"mix": mix}))
    count = sum(held_out[code] for code in missing)
    names = ["" if code == "?" else code for code in missing]
    result = finding(
        "language",
        "warn",
        measured=Measured.share(count, rows.num_held_out, NOTICED_SHARE),
        values={"mix": mix, "missing": ", ".join(missing), "count": count},
    )
    concerned = np.flatnonzero(is_among(rows.held_out, "language", names)) + rows.num_train
    return Finding(result, concerned)


def languages(side: pa.Table) -> Counter[str]:
    """Language -> rows; `?` where it cannot be told."""
    return Counter({code or "?": number for code, number in counted(side, "language")})


def check_unread(rows: Rows, config: GateConfig) -> Finding:
    """Made rows that no person has read."""
    unread = np.flatnonzero(rows.is_made & is_among(rows.table, "review", ["", "unread"]))
    made = int(rows.is_made.sum())
    if not len(unread):
        text = "pass" if made else "none"
        return Finding(finding("unread", "pass", text, values={"made": made}))
    result = finding(
        "unread",
        "warn",
        evidence=shown_rows(rows, unread, config.evidence_rows),
        measured=Measured(len(unread) / len(rows), None, len(unread)),
        values={"count": len(unread), "made": made},
    )
    return Finding(result, unread)
