"""A model card with front matter that a model hub accepts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from kitae.core.errors import DependencyError


@dataclass(frozen=True)
class MeasuredScore:
    """One score of the model-index.

    Attributes:
        type: Name of the metric, e.g. `exact_match`.
        name: As a reader sees it, e.g. `exact match after tuning`.
        value: The score.
    """

    type: str
    name: str
    value: float


@dataclass(frozen=True)
class CardFacts:
    """What the front matter says.

    Attributes:
        model_name: Of the tuned model.
        base_model: Hub id of the base, or empty where it has none.
        relation: `adapter` or `merge`.
        library: `peft` or `transformers`.
        licence: Of the base.
        languages: ISO 639-1 codes, the most frequent first.
        test_name: Name of the test set, for readers.
        test_hash: Hash of the test set.
        scores: Before and after.
    """

    model_name: str
    base_model: str
    relation: str
    library: str
    licence: str
    languages: tuple[str, ...]
    test_name: str
    test_hash: str
    scores: tuple[MeasuredScore, ...]


@cache
def hub_licences() -> frozenset[str]:
    """Identifiers that a hub takes in `license`; others go into `license_name`."""
    listed = resources.files("kitae.engines.exporting") / "hub_licences.txt"
    return frozenset(listed.read_text(encoding="utf-8").split())


def make_card(facts: CardFacts, text: str) -> str:
    """Front matter and text of a README.md.

    Raises:
        DependencyError: huggingface_hub, whose data class checks the front matter, is not installed.
    """
    try:
        from huggingface_hub import ModelCardData
    except ImportError as error:
        raise DependencyError(
            "Writing a model card needs the package huggingface_hub.",
            fix='type `pip install "kitae[local]"`',
        ) from error
    is_known = facts.licence in hub_licences()
    more: dict[str, Any] = {} if is_known else {"license_name": facts.licence}
    if facts.base_model:
        more["base_model_relation"] = facts.relation
    data = ModelCardData(
        base_model=facts.base_model or None,
        eval_results=_results(facts),
        language=list(facts.languages) or None,
        library_name=facts.library,
        license=facts.licence if is_known else "other",
        model_name=facts.model_name,
        pipeline_tag="text-generation",
        tags=["kitae", "lora"],
        **more,
    )
    return f"---\n{data.to_yaml()}\n---\n\n{text}"


def _results(facts: CardFacts) -> list[Any]:
    from huggingface_hub import EvalResult

    return [
        EvalResult(
            task_type="text-generation",
            dataset_type=f"kitae-test-{facts.test_hash[:12]}",
            dataset_name=facts.test_name,
            dataset_split="test",
            metric_type=score.type,
            metric_name=score.name,
            metric_value=round(score.value, 6),
        )
        for score in facts.scores
    ]
