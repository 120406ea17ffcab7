"""Do the licences of the data and of the base model go together? Judged here, where both are known."""

from __future__ import annotations

from collections.abc import Iterable

from kitae.core.text import Message
from kitae.records.base_model import BaseModel
from kitae.records.example import Example
from kitae.records.gate import CheckResult, EvidenceRow

EVIDENCE_ROWS = 5


def licence_check(examples: Iterable[Example], base: BaseModel) -> CheckResult:
    """The gravest clash between the base's licence and one of the data's. What is the user's own clashes with nothing."""
    from kitae.engines.licences import clash

    members: dict[str, list[Example]] = {}
    for example in examples:
        members.setdefault(example.licence, []).append(example)
    found = [(clash(name, base.licence), rows) for name, rows in sorted(members.items())]
    clashes = [
        (objection, rows)
        for objection, rows in found
        if objection is not None and not _is_own(objection.code, rows)
    ]
    if not clashes:
        return CheckResult(name="fit_licence", outcome="pass", message=_say("pass"))
    objection, rows = min(clashes, key=lambda one: (one[0].level != "block", -len(one[1])))
    values = {"rows": len(rows), "licence": objection.licence, "base": base.licence}
    return CheckResult(
        name="fit_licence",
        outcome="fail" if objection.level == "block" else "warn",
        count=len(rows),
        message=_say(objection.code, **values),
        fix=_say("fix", source=rows[0].source),
        evidence=tuple(
            EvidenceRow(ids=(row.id,), text=f"{row.source}, {row.locator}: {row.licence}")
            for row in rows[:EVIDENCE_ROWS]
        ),
    )


def _is_own(code: str, rows: Iterable[Example]) -> bool:
    """Whether all rights are reserved by the user, who may do what they like."""
    return code == "all_rights_reserved" and not any(row.retrieved for row in rows)


def _say(text: str, **values: str | int | float) -> Message:
    return Message(key=f"plan.fit.licence.{text}", values=dict(values))
