"""Results of a run or a look as plain data: what `--format json` prints."""

from __future__ import annotations

from typing import Any

from kitae.core.errors import KitaeError
from kitae.core.text import Language
from kitae.project.report.document import evaluate_json
from kitae.records.counts import Counts
from kitae.records.evaluation import Evaluation
from kitae.records.status import StageState


def run_document(
    project: str,
    language: Language,
    states: tuple[StageState, ...],
    error: KitaeError | None,
    evaluation: Evaluation | None,
) -> dict[str, Any]:
    """What a run or a look came to.

    Args:
        project: Its name.
        language: Of the project, for whoever shows this to a person.
        states: One per stage.
        error: What stopped it, or None.
        evaluation: When the way reached it.
    """
    document: dict[str, Any] = {
        "project": project,
        "language": language,
        "stages": [state_document(state) for state in states],
        "evaluate": evaluate_json(evaluation) if evaluation else None,
    }
    return document | error.as_dict() if error else document


def state_document(state: StageState) -> dict[str, Any]:
    """One stage; stages that carry no rows have zero counts."""
    counts = state.counts or Counts()
    return {
        "name": state.name,
        "state": state.state,
        "counts": counts.model_dump(by_alias=True),
        "why": list(state.why),
        "artifact": state.artifact,
    }
