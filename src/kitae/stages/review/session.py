"""A review session without any screen: rows one by one, each verdict on disk before the next row is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from kitae.core.errors import NotFoundError, UsageError
from kitae.records.example import Example, to_examples
from kitae.records.generation import Reviewing
from kitae.records.journal import Journal
from kitae.records.store import Artifact
from kitae.records.verdict import Verdict, read_verdicts, standing_verdicts
from kitae.stages.review.config import DEFAULT_TAGS, ReviewConfig


@dataclass(frozen=True)
class Progress:
    """How far the reading is."""

    total: int
    accepted: int
    edited: int
    rejected: int

    @property
    def judged(self) -> int:
        """Rows with a verdict."""
        return self.accepted + self.edited + self.rejected

    @property
    def is_complete(self) -> bool:
        """Whether every row has a verdict."""
        return self.judged == self.total


class ReviewSession:
    """Goes through rows and keeps verdicts; starts at the first row without one.

    A method that decides returns after the verdict is on disk, and stands at the next row without a verdict.
    Several sessions one after another, also after a crash, are as good as one.

    Attributes:
        rows: The rows to judge, as they were made.
        error_tags: What can be wrong with a row.
    """

    def __init__(
        self,
        rows: Sequence[Example],
        journal: Journal,
        *,
        now: Callable[[], str],
        reviewer: str = "",
        error_tags: Sequence[str] = DEFAULT_TAGS,
        sources: Sequence[Example] = (),
    ) -> None:
        self.rows = tuple(rows)
        self.error_tags = tuple(error_tags)
        self._sources = {source.id: source for source in sources}
        self._journal = journal
        self._now = now
        self._reviewer = reviewer
        ids = {row.id for row in self.rows}
        self._history = [v for v in read_verdicts(journal.entries()) if v.row_id in ids]
        self._position = 0
        self._go_to_open()

    @classmethod
    def open(
        cls,
        artifact: Artifact,
        journal: Journal,
        config: ReviewConfig,
        *,
        now: Callable[[], str],
        reviewer: str = "",
    ) -> ReviewSession:
        """The session over the batch that waits, or over all made rows when none does.

        Raises:
            NotFoundError: No rows were made.
        """
        candidates = to_examples(artifact.table("candidates"))
        reviewing = artifact.record("reviewing", Reviewing)
        if not candidates:
            raise NotFoundError(
                "There is nothing to review: no rows were made.",
                where="stage generate",
                fix="write `generate: {method: {kind: recombine}}` in kitae.yaml, then `kitae run`",
            )
        rows = candidates[-reviewing.batch_size :] if reviewing.pending else candidates
        tags = config.error_tags
        sources = to_examples(artifact.table("examples"))
        return cls(rows, journal, now=now, reviewer=reviewer, error_tags=tags, sources=sources)

    @property
    def position(self) -> int:
        """Number of the current row, from 0."""
        return self._position

    @property
    def current(self) -> Example:
        """The current row, as it was made."""
        return self.rows[self._position]

    @property
    def parents(self) -> list[Example]:
        """The examples that the current row was made from, as far as they are known."""
        return [self._sources[i] for i in self.current.parents if i in self._sources]

    @property
    def progress(self) -> Progress:
        """How far the reading is."""
        standing = standing_verdicts(self._history).values()
        decisions = [verdict.decision for verdict in standing]
        counts = {name: decisions.count(name) for name in ("accept", "edit", "reject")}
        return Progress(len(self.rows), counts["accept"], counts["edit"], counts["reject"])

    def verdict(self, row: Example | None = None) -> Verdict | None:
        """The verdict that stands for a row (by default the current one), or None."""
        return standing_verdicts(self._history).get((row or self.current).id)

    def next(self) -> None:
        """Go to the next row; stays at the last."""
        self._position = min(self._position + 1, len(self.rows) - 1)

    def previous(self) -> None:
        """Go to the row before; stays at the first."""
        self._position = max(self._position - 1, 0)

    def accept(self) -> None:
        """The current row is right as it is."""
        self._decide(Verdict(row_id=self.current.id, decision="accept"))

    def edit(
        self,
        *,
        instruction: str | None = None,
        input_text: str | None = None,
        output: str | None = None,
        tags: Sequence[str] = (),
        reason: str = "",
    ) -> None:
        """The current row is right with these texts; None leaves a text as it is.

        Raises:
            UsageError: Nothing changes, a text would be empty, or the answer would have another form.
        """
        row = self.current
        texts = {"instruction": instruction, "input": input_text, "output": output}
        changed = {
            n: t.strip() for n, t in texts.items() if t is not None and t.strip() != getattr(row, n)
        }
        _check_edit(row, changed)
        self._decide(
            Verdict(
                row_id=row.id, decision="edit", tags=tuple(tags), reason=reason.strip(), **changed
            )
        )

    def reject(self, tags: Sequence[str], reason: str = "") -> None:
        """The current row is wrong, and why.

        Raises:
            UsageError: No tag is given, or one that the recipe does not name.
        """
        unknown = [tag for tag in tags if tag not in self.error_tags]
        if unknown or not tags:
            raise UsageError(
                f"No such error tag: {unknown[0]!r}."
                if unknown
                else "A rejection needs an error tag.",
                where="review",
                fix=f"use one or more of: {', '.join(self.error_tags)}",
            )
        self._decide(
            Verdict(
                row_id=self.current.id, decision="reject", tags=tuple(tags), reason=reason.strip()
            )
        )

    def undo(self) -> bool:
        """Take the last verdict back, and the one before when called again; also those of former sessions.

        Returns:
            Whether there was one; the row it was for is the current one then.
        """
        last = self._last_standing()
        if last is None:
            return False
        self._keep(Verdict(row_id=last, decision="undo"))
        self._position = next(i for i, row in enumerate(self.rows) if row.id == last)
        return True

    def _last_standing(self) -> str | None:
        """The row of the latest verdict that was not taken back."""
        stack: list[str] = []
        for verdict in self._history:
            if verdict.decision != "undo":
                stack.append(verdict.row_id)
            elif verdict.row_id in stack:
                del stack[len(stack) - 1 - stack[::-1].index(verdict.row_id)]
        return stack[-1] if stack else None

    def _decide(self, verdict: Verdict) -> None:
        self._keep(verdict)
        self._go_to_open()

    def _keep(self, verdict: Verdict) -> None:
        entry = verdict.model_copy(update={"reviewer": self._reviewer, "at": self._now()})
        self._journal.append([entry.model_dump(mode="json", exclude_defaults=True)])
        self._history.append(entry)

    def _go_to_open(self) -> None:
        """Go to the next row without a verdict, from the start again after the last; else stay."""
        standing = standing_verdicts(self._history)
        count = len(self.rows)
        order = [(self._position + step) % count for step in range(count)]
        self._position = next((i for i in order if self.rows[i].id not in standing), self._position)


def _check_edit(row: Example, changed: Mapping[str, str]) -> None:
    if not changed:
        raise UsageError("Nothing was changed.", where="review", fix="accept the row instead")
    for name in ("instruction", "output"):
        if name in changed and not changed[name]:
            raise UsageError(
                f"The {name} would be empty.", where="review", fix="reject the row instead"
            )
    keys = _keys(row.output)
    if "output" in changed and keys is not None and _keys(changed["output"]) != keys:
        raise UsageError(
            f"The answer {changed['output']!r} has another form than the answers of your examples.",
            where="review",
            fix=f"write JSON with the keys {', '.join(keys)}, e.g. {row.output}",
        )


def _keys(answer: str) -> list[str] | None:
    """The keys of an answer that is a JSON object, else None."""
    try:
        parsed: Any = json.loads(answer)
    except ValueError:
        return None
    return list(cast("dict[str, Any]", parsed)) if isinstance(parsed, dict) else None
