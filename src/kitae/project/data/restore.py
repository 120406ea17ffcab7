"""Taking back what `clean` dropped: written in the journal `restored`, so that later runs keep to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kitae.core.errors import NotFoundError, UsageError
from kitae.project.data.drops import Drop, dropped_ids_like, drops_of, holds
from kitae.project.data.versions import Versions
from kitae.project.project import Project
from kitae.project.runs import now_iso
from kitae.records.journal import Journal
from kitae.records.lock import project_lock
from kitae.records.restored import JOURNAL, restored_ids
from kitae.records.store import Artifact

STAGE = "clean"
FEWEST_CHARACTERS = 4
WITHOUT_CONTENT = ("empty_question", "empty_answer")
_ELSEWHERE = {
    "split": "It would tie two sides together, and the test would say nothing any more. Give both rows one"
    " `group`, or take one of them out of its source.",
    "review": "A person rejected it. `kitae review` lets you give another verdict.",
    "build": "It is too near to a row that the test or validation needs, so training on it would flatter the"
    " model. Raise `build.near_similarity` in kitae.yaml if you find the two rows different.",
}


def restore(project: Project, ids: Sequence[str], *, undo: bool = False) -> dict[str, Any]:
    """Restore rows that `clean` dropped, or take a restoration back; all of them or none.

    Args:
        project: The project.
        ids: Ids as `kitae show clean --dropped` prints them; the first characters suffice where they
            name one row only.
        undo: Take the restoration back.

    Returns:
        `rows`: id, reason and detail of each; `restored`: all restorations that stand now.

    Raises:
        NotFoundError: No such row was dropped, or nothing ran yet.
        UsageError: The row cannot be restored; the error says why and what else can be done.
    """
    journal = journal_of(project.root)
    artifacts = Versions.of(project).newest()
    with project_lock(project.root / ".kitae" / "lock", now_iso()):
        standing = restored_ids(journal.entries())
        if undo:
            rows = [{"id": row, "reason": "", "detail": ""} for row in _standing(ids, standing)]
        else:
            rows = [_restorable(artifacts, row, standing) for row in ids]
        at = now_iso()
        mark = {"undo": True} if undo else {}
        journal.append(
            [
                {"row": row["id"], "reason": row["reason"], **mark, "at": at}
                for row in rows
                if undo or row["id"] not in standing
            ]
        )
        return {"rows": rows, "restored": list(restored_ids(journal.entries()))}


def journal_of(root: Path) -> Journal:
    """The journal of restorations."""
    return Journal(root / "journal" / f"{JOURNAL}.jsonl")


def _standing(ids: Sequence[str], standing: Sequence[str]) -> list[str]:
    unknown = [row for row in ids if row not in standing]
    if unknown:
        raise NotFoundError(
            f"The row {unknown[0]} is not restored.",
            fix=f"restored are: {', '.join(standing) or 'none'}",
        )
    return list(ids)


def _restorable(
    artifacts: Mapping[str, Artifact], start: str, standing: Sequence[str]
) -> dict[str, Any]:
    """The dropped row that an id or its beginning names."""
    clean = artifacts.get(STAGE)
    if clean is None:
        raise NotFoundError("Nothing is cleaned yet.", fix="`kitae run --until clean`")
    row_id = _whole_id(clean, start)
    found = drops_of(artifacts, [row_id])
    if row_id not in found:
        raise _not_dropped(artifacts, row_id, is_restored=row_id in standing)
    drop = found[row_id]
    if drop.stage != STAGE:
        raise UsageError(
            f"The row {row_id} left at {drop.stage}, which `restore` cannot undo: {_told(drop)}.",
            where=f"stage {drop.stage}",
            fix=_ELSEWHERE.get(drop.stage, f"see `kitae show {drop.stage} --dropped`"),
        )
    if drop.reason in WITHOUT_CONTENT:
        raise UsageError(
            f"The row {row_id} cannot be restored: {_told(drop)}; there is nothing to learn from it.",
            where="stage clean",
            fix="complete the row in its source, then `kitae run`",
        )
    return {"id": row_id, "reason": drop.reason, "detail": drop.detail}


def _whole_id(clean: Artifact, start: str) -> str:
    """The id of the one dropped row that starts like this; the text itself where none does."""
    if len(start) < FEWEST_CHARACTERS:
        raise UsageError(
            f"{start!r} is too short to name a row.", fix=f"{FEWEST_CHARACTERS} characters or more"
        )
    near = dropped_ids_like(clean, start)
    if start in near or not near:
        return start
    if len(near) > 1:
        raise UsageError(
            f"{start!r} names more than one dropped row: {', '.join(near)}.",
            fix="type more characters of the id",
        )
    return near[0]


def _not_dropped(
    artifacts: Mapping[str, Artifact], row_id: str, *, is_restored: bool
) -> NotFoundError | UsageError:
    if is_restored:
        return UsageError(
            f"The row {row_id} is restored already.", fix="type `kitae run` to bring it back"
        )
    if holds(artifacts[STAGE], row_id):
        return UsageError(
            f"The row {row_id} was not dropped; it is in the data.", where="stage clean"
        )
    return NotFoundError(
        f"No dropped row is called {row_id!r}.",
        where="stage clean",
        fix="`kitae show clean --dropped` lists them with their ids",
    )


def _told(drop: Drop) -> str:
    return f"{drop.reason} ({drop.detail})" if drop.detail else drop.reason
