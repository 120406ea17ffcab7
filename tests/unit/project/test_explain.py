"""Everything that a beginner may ask about has an answer, in every language."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

import pytest

from kitae.core.errors import NotFoundError
from kitae.core.text import LANGUAGES, catalogue, say
from kitae.project.explain import (
    QUESTIONS,
    WORDS,
    explain_term,
    known_terms,
    recipe_keys,
    texts_needed,
)

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_explanations_use_is_there(language):
    assert texts_needed() - set(catalogue(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_explains_a_key_or_word_that_is_gone(language):
    explaining = {
        name
        for name in catalogue(language)
        if (name.startswith("explain.") and name.endswith((".what", ".why")))
        or name.startswith("term.")
    }
    assert explaining - texts_needed() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_explained_with_what_is_allowed_and_its_default(language):
    for path, key in recipe_keys(language).items():
        found = explain_term(path, language)
        assert found["title"] == path
        assert found["lines"][0] == say(f"explain.{path}.what", language)
        assert key.allowed in found["lines"][1]
        last = say("explain.required", language)
        assert (found["lines"][-1] == last) is key.is_required


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_and_every_word_is_explained(language):
    for name in (*QUESTIONS, *WORDS):
        assert all(explain_term(name, language)["lines"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_names_everything_that_can_be_explained(language):
    first_words = {line.split()[0] for line in known_terms(language)["lines"] if line.strip()}
    assert {*QUESTIONS, *WORDS, *recipe_keys()} <= first_words


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_keys_of_one_stage_have_the_same_explanation(language):
    texts = Counter(
        (path.split(".")[0], say(f"explain.{path}.what", language)) for path in recipe_keys()
    )
    assert [text for text, count in texts.items() if count > 1] == []


def test_a_block_lists_the_keys_in_it():
    assert any("plan.method.rank" in line for line in explain_term("plan.method", "en")["lines"])


def test_a_default_reads_as_it_stands_in_the_recipe():
    assert "Default: true." in explain_term("clean.repair", "en")["lines"][-1]
    assert "Default: left empty." in explain_term("plan.epochs", "en")["lines"][-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_derived_values_say_from_what_they_are_derived(language):
    for path, key in recipe_keys().items():
        if path.startswith("plan.") and key.default is None:
            assert len(say(f"explain.{path}.why", language)) > 10


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("rank", "plan.method.rank"),
        ("Learning rate", "plan.learning_rate"),
        ("test-share", "split.test_share"),
        ("LoRA", "lora"),
        ("LoRA rank", "lora"),
        ("NLL", "nll"),
        ("過学習", "overfitting"),
        ("トークン", "token"),
        ("基座模型", "base_model"),
        ("土台モデル", "base_model"),
        ("置信区间", "confidence_interval"),
        ("epochs", "plan.epochs"),
        ("epoch", "epoch"),
    ],
)
def test_a_term_is_found_under_the_names_that_people_type(asked, found):
    assert explain_term(asked, "en")["term"] == found


def test_an_unknown_term_names_the_nearest():
    with pytest.raises(NotFoundError) as caught:
        explain_term("lerning_rate", "en")
    assert "learning_rate" in str(caught.value.fix)


def test_a_term_like_no_other_points_to_the_list():
    with pytest.raises(NotFoundError) as caught:
        explain_term("zzzzzzzz", "en")
    assert "kitae explain" in str(caught.value.fix)


def test_an_end_that_several_keys_have_lists_them_in_full():
    with pytest.raises(NotFoundError) as caught:
        explain_term("near_similarity", "en")
    for stage in ("split", "clean", "build"):
        assert f"{stage}.near_similarity" in str(caught.value.fix)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_words_do_not_hide_behind_keys_or_each_other(language):
    for word in WORDS:
        aliases = say(f"term.{word}.aliases", language).split(", ")
        for name in (word, say(f"term.{word}.title", language), *aliases):
            assert explain_term(name, language)["term"] == word, name


def test_the_reference_of_the_recipe_is_up_to_date():
    made = runpy.run_path(str(REFERENCE / "make_recipe_reference.py"))["reference"]()
    written = (REFERENCE / "recipe.md").read_text(encoding="utf-8")
    assert made == written, "run: python docs/reference/make_recipe_reference.py"
