"""What rows carry with them: chat markers, languages, and made rows that nobody read."""

from __future__ import annotations

from collections import Counter

from kitae.records.example import Example
from kitae.records.gate import CheckResult
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.rows import Rows, finding, percent, shown

NOTICED_SHARE = 0.05
"""A language of fewer held-out rows than this is not missed on the train side."""


def check_special_tokens(rows: Rows, config: GateConfig) -> CheckResult:
    """Literal chat markers: in an answer the model would learn to write them; in a question they only disturb."""
    in_answers = [e for e in rows.all if _has_marker(e.output)]
    in_questions = [e for e in rows.all if _has_marker(e.question) or _has_marker(e.system)]
    found = in_answers or in_questions
    if not found:
        return finding("special_tokens", "pass")
    return finding(
        "special_tokens",
        "fail" if in_answers else "warn",
        "answers" if in_answers else "questions",
        evidence=[shown(e) for e in found[: config.evidence_rows]],
        measured=(len(found) / len(rows.all), 0.0, len(found)),
        values={"count": len(found), "marker": next(m for e in found for m in _markers(e))},
    )


def check_language(rows: Rows, _config: GateConfig) -> CheckResult:
    """Which languages there are; a held-out one that the train side lacks is worth a warning."""
    train = Counter(e.language or "?" for e in rows.train)
    held_out = Counter(e.language or "?" for e in rows.held_out)
    total = train + held_out
    mix = ", ".join(f"{code} {percent(n / total.total())} %" for code, n in total.most_common(6))
    missing = [
        code
        for code, count in held_out.items()
        if code not in train and count >= max(2, NOTICED_SHARE * len(rows.held_out))
    ]
    if not missing:
        return finding("language", "pass", values={"mix": mix})
    count = sum(held_out[code] for code in missing)
    return finding(
        "language",
        "warn",
        measured=(None, None, count),
        values={"mix": mix, "missing": ", ".join(missing), "count": count},
    )


def check_unread(rows: Rows, config: GateConfig) -> CheckResult:
    """Made rows that no person has read."""
    unread = [e for e in rows.all if e.origin == "made" and e.review in ("", "unread")]
    made = sum(e.origin == "made" for e in rows.all)
    if not unread:
        return finding("unread", "pass", "pass" if made else "none", values={"made": made})
    return finding(
        "unread",
        "warn",
        evidence=[shown(e) for e in unread[: config.evidence_rows]],
        measured=(len(unread) / len(rows.all), None, len(unread)),
        values={"count": len(unread), "made": made},
    )


def _has_marker(text: str) -> bool:
    return _marker(text) is not None


def _markers(example: Example) -> list[str]:
    found = (_marker(text) for text in (example.output, example.question, example.system))
    return [marker for marker in found if marker]


def _marker(text: str) -> str | None:
    from kitae.engines.language import inner_special_token

    return inner_special_token(text)
