"""What the journals say of this evaluation: how often the test set was looked at, and what was overridden."""

from __future__ import annotations

from collections.abc import Sequence

from kitae.records.example import Example
from kitae.records.journal import Journal
from kitae.stages.contract import Context, Inputs


def note_look(journal: Journal, test: str, model: str, at: str) -> None:
    """Write down that this model is about to see this test set; once per test set and model."""
    if (test, model) not in _looks(journal):
        journal.append([{"test": test, "model": model, "at": at}])


def count_looks(journal: Journal, test: str, model: str) -> int:
    """Which look at this test set this model's is: 1 for the first model that saw it."""
    models = list(dict.fromkeys(m for t, m in _looks(journal) if t == test))
    return models.index(model) + 1 if model in models else len(models) + 1


def override_reasons(inputs: Inputs, train: Sequence[Example], context: Context) -> tuple[str, ...]:
    """What people typed when they went on in spite of a verdict on the way here, as `stage: reason`.

    A review's override counts where unread rows came through.
    """
    passed = {stage: artifact.content_hash for stage, artifact in inputs.items()}
    has_unread = any(row.origin == "made" and row.review in ("", "unread") for row in train)
    found = [
        f"{entry['stage']}: {entry['reason']}"
        for entry in context.journals["overrides"].entries()
        if passed.get(entry["stage"]) == entry["artifact"]
        or (entry["stage"] == "review" and has_unread)
    ]
    return tuple(dict.fromkeys(found))


def _looks(journal: Journal) -> list[tuple[str, str]]:
    return [(str(e.get("test")), str(e.get("model"))) for e in journal.entries()]
