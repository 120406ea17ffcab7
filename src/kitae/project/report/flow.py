"""Where the rows went: per stage the counts, the reasons, and a few rows as evidence for each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from kitae.core.text import Message
from kitae.project.report.view import ReasonGroup, ReasonKind, RowExcerpt, StageFlow
from kitae.records.issues import Change, Changes, RowIssue, RowIssues
from kitae.records.store import Artifact
from kitae.stages.collect.report import SourceReport, SourceReports

EXAMPLES_PER_REASON = 3
EXCERPT_CHARACTERS = 280


def gather_flow(artifacts: Mapping[str, Artifact]) -> tuple[StageFlow, ...]:
    """One entry per stage that carries rows."""
    return tuple(
        StageFlow(
            stage=name, counts=artifact.counts, reasons=_reasons(artifact), notes=_notes(artifact)
        )
        for name, artifact in artifacts.items()
        if artifact.counts is not None
    )


def gather_sources(collect: Artifact | None) -> tuple[SourceReport, ...]:
    """The files that rows came from, as `collect` read them."""
    if collect is None or not collect.has("sources.json"):
        return ()
    return collect.record("sources", SourceReports).items


def shorten(text: str, limit: int = EXCERPT_CHARACTERS) -> str:
    """The text, cut with an ellipsis after `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _reasons(artifact: Artifact) -> tuple[ReasonGroup, ...]:
    groups: list[ReasonGroup] = []
    if artifact.has("quarantine.json"):
        groups += _issue_groups("quarantined", artifact.record("quarantine", RowIssues).items)
    if artifact.has("dropped.arrow"):
        groups += _drop_groups(artifact.table("dropped"))
    if artifact.has("repairs.json"):
        groups += _issue_groups("repaired", artifact.record("repairs", RowIssues).items)
    if artifact.has("changes.json"):
        groups += _change_groups(artifact.record("changes", Changes).items)
    return tuple(groups)


def _notes(artifact: Artifact) -> tuple[Message, ...]:
    """The notes among a stage's findings; each stage has a record of its own kind, so read as plain JSON."""
    if not artifact.has("findings.json"):
        return ()
    found: dict[str, Any] = json.loads(artifact.file("findings.json").read_bytes())
    notes: list[Any] = found.get("notes", [])
    return tuple(Message.model_validate(note) for note in notes)


def _drop_groups(dropped: pa.Table) -> list[ReasonGroup]:
    reasons = [str(reason) for reason in dropped.column("reason").to_pylist()]
    places: dict[str, list[int]] = {}
    for place, reason in enumerate(reasons):
        kept = places.setdefault(reason, [])
        if len(kept) < EXAMPLES_PER_REASON:
            kept.append(place)
    ordered = sorted(Counter(reasons).items(), key=lambda item: (-item[1], item[0]))
    return [
        ReasonGroup(
            kind="dropped",
            code=reason,
            count=count,
            examples=tuple(_drop_excerpt(_row(dropped, place)) for place in places[reason]),
        )
        for reason, count in ordered
    ]


def _row(table: pa.Table, place: int) -> dict[str, Any]:
    return table.slice(place, 1).to_pylist()[0]


def _drop_excerpt(row: Mapping[str, Any]) -> RowExcerpt:
    question = f"{row['instruction']}\n{row['input']}" if row["input"] else row["instruction"]
    return RowExcerpt(
        where=_place(row["source"], row["locator"]) or row["id"],
        text=shorten(question),
        answer=shorten(row["output"]),
        detail=shorten(row["detail"]),
    )


def _issue_groups(kind: ReasonKind, issues: Iterable[RowIssue]) -> list[ReasonGroup]:
    return _grouped(kind, [(issue.rule, _issue_excerpt(issue)) for issue in issues])


def _issue_excerpt(issue: RowIssue) -> RowExcerpt:
    return RowExcerpt(
        where=issue.source,
        line=issue.line,
        column=issue.column,
        field=issue.field or "",
        text=shorten(issue.excerpt),
        detail=shorten(issue.detail),
    )


def _change_groups(changes: Iterable[Change]) -> list[ReasonGroup]:
    return _grouped("changed", [(change.rule, _change_excerpt(change)) for change in changes])


def _change_excerpt(change: Change) -> RowExcerpt:
    before, after = _around_difference(change.before, change.after)
    return RowExcerpt(where=change.id, field=change.field, text=before, answer=after)


def _around_difference(before: str, after: str) -> tuple[str, str]:
    """Both texts, from a little before their first difference on: a change deep in a text is seen."""
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    start = max(0, same - 60)
    lead = "…" if start else ""
    return lead + shorten(before[start:]), lead + shorten(after[start:])


def _grouped(kind: ReasonKind, pairs: Iterable[tuple[str, RowExcerpt]]) -> list[ReasonGroup]:
    counts: dict[str, int] = {}
    kept: dict[str, list[RowExcerpt]] = {}
    for code, excerpt in pairs:
        counts[code] = counts.get(code, 0) + 1
        examples = kept.setdefault(code, [])
        if len(examples) < EXAMPLES_PER_REASON:
            examples.append(excerpt)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        ReasonGroup(kind=kind, code=code, count=count, examples=tuple(kept[code]))
        for code, count in ordered
    ]


def _place(source: str, locator: str) -> str:
    return ", ".join(part for part in (source, locator) if part)
