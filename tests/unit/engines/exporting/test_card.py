from __future__ import annotations

import yaml

from kitae.engines.exporting import CardFacts, MeasuredScore, make_card
from kitae.engines.exporting.card import hub_licences


def card(**changes) -> dict[str, object]:
    facts = {
        "model_name": "bot", "base_model": "owner/name", "relation": "adapter", "library": "peft",
        "licence": "apache-2.0", "languages": ("ja", "en"), "test_name": "test", "test_hash": "0" * 64,
        "scores": (MeasuredScore("exact_match", "before", 0.1), MeasuredScore("exact_match", "after", 0.9)),
    }  # fmt: skip
    text = make_card(CardFacts(**{**facts, **changes}), "# Text\n")
    _, front, body = text.split("---\n", 2)
    assert body == "\n# Text\n"
    return yaml.safe_load(front)


def test_the_front_matter_is_what_a_hub_reads():
    from huggingface_hub import ModelCard

    front = card()
    assert front["base_model"] == "owner/name"
    assert front["base_model_relation"] == "adapter"
    assert front["library_name"] == "peft"
    assert front["pipeline_tag"] == "text-generation"
    assert front["license"] == "apache-2.0"
    assert front["language"] == ["ja", "en"]
    data = ModelCard(f"---\n{yaml.safe_dump(front)}---\n").data
    assert data.model_name == "bot"
    assert [result.metric_value for result in data.eval_results or []] == [0.1, 0.9]


def test_before_and_after_stand_in_the_model_index():
    (model,) = card()["model-index"]
    (result,) = model["results"]
    assert [metric["name"] for metric in result["metrics"]] == ["before", "after"]


def test_an_unusual_licence_gets_a_name_of_its_own():
    front = card(licence="qwen-research")
    assert (front["license"], front["license_name"]) == ("other", "qwen-research")
    assert card(licence="unknown")["license"] == "unknown"
    assert {"apache-2.0", "mit", "llama3.1", "gemma"} <= hub_licences()


def test_a_base_without_a_public_name_is_not_named():
    front = card(base_model="")
    assert "base_model" not in front
    assert "base_model_relation" not in front
