"""What was found in a text, what of it may be shown, and the text without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["key", "url_login", "iban", "national_id", "card", "email", "ip", "phone"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Most telling first: where two findings overlap, the first of these names the whole."""

MASKS: dict[Kind, str] = {kind: f"[{kind.upper()}]" for kind in KINDS}
"""What stands in the text instead: the same in every language, and itself nothing private."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A private value at `text[start:end]`. It does not hold the value."""

    kind: Kind
    start: int
    end: int
    evidence: str
    """Why it counts, in stable words such as `visa, check digit`; never the value."""
    hint: str = ""
    """As much of the value as may be shown."""
    is_example: bool = False
    """A value that is reserved, documented or made up as an example, such as `you@example.com`."""


def shown(finding: Finding) -> str:
    """What may be printed: `t…@company.com`, `…4242`; never the full value."""
    return finding.hint or MASKS[finding.kind]


def tail_of(value: str) -> str:
    """The last four characters that are letters or digits, or fewer of a short value."""
    plain = "".join(letter for letter in value if letter.isalnum())
    return "…" + plain[-min(4, len(plain) // 3) :] if len(plain) >= 3 else "…"


def head_of(value: str) -> str:
    """The first four characters, or fewer of a short value."""
    return value[: min(4, len(value) // 4)] + "…"


def mask(text: str, findings: Iterable[Finding]) -> str:
    """The text with a mark such as `[EMAIL]` in place of each finding.

    Args:
        text: The text that the findings are from.
        findings: From `find_private`, or some of them; must not overlap.
    """
    parts: list[str] = []
    at = 0
    for finding in sorted(findings, key=lambda one: one.start):
        parts += [text[at : finding.start], MASKS[finding.kind]]
        at = finding.end
    return "".join(parts) + text[at:]


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in order, those that overlap joined, so that no rest of a value is left over."""
    joined: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (one.start, -one.end)):
        if joined and finding.start < joined[-1].end:
            joined[-1] = _joined(joined[-1], finding)
        else:
            joined.append(finding)
    return tuple(joined)


def _joined(left: Finding, right: Finding) -> Finding:
    first = min(left, right, key=lambda one: KINDS.index(one.kind))
    return Finding(
        kind=first.kind,
        start=left.start,
        end=max(left.end, right.end),
        evidence=first.evidence,
        hint=first.hint,
        is_example=left.is_example and right.is_example,
    )


def in_original(masked_at: int, findings: Sequence[Finding], *, is_end: bool) -> int:
    """The place in the text for a place in `mask(text, findings)`; inside a mark: the value's border."""
    shift = 0
    for finding in findings:
        start = finding.start - shift
        end = start + len(MASKS[finding.kind])
        if masked_at <= start:
            break
        if masked_at < end:
            return finding.end if is_end else finding.start
        shift += finding.end - finding.start - (end - start)
    return masked_at + shift
