from __future__ import annotations

import pytest

from kitae.core.text import LANGUAGES, catalogue
from kitae.engines.licences import USES, allows, clash


@pytest.mark.parametrize("licence", ["MIT", "Apache-2.0", "CC-BY-4.0", "CC0-1.0", "ODC-By-1.0"])
def test_permissive_licences_meet_no_objection(licence):
    assert [allows(licence, use) for use in USES] == [None, None, None]
    assert clash(licence, "apache-2.0") is None


@pytest.mark.parametrize(
    ("licence", "use", "code", "level"),
    [
        ("cc-by-nc-4.0", "commercial", "noncommercial", "block"),
        ("qwen-research", "commercial", "research_only", "block"),
        ("cc-by-nd-4.0", "redistribute", "no_derivatives", "block"),
        ("cc-by-sa-4.0", "redistribute", "share_alike", "warn"),
        ("gpl-3.0", "redistribute", "copyleft", "warn"),
        ("llama3", "train", "no_other_models", "warn"),
        ("llama3.1", "commercial", "own_terms", "warn"),
        ("all rights reserved", "train", "all_rights_reserved", "block"),
        ("no idea", "train", "unknown", "warn"),
    ],
)
def test_what_a_licence_says_against_a_use_is_named(licence, use, code, level):
    objection = allows(licence, use)
    assert objection is not None
    assert (objection.code, objection.level) == (code, level)


def test_noncommercial_data_may_be_trained_on():
    assert allows("cc-by-nc-4.0", "train") is None


def test_of_alternatives_the_mildest_counts_and_of_joint_licences_the_strictest():
    assert allows("MIT OR CC-BY-NC-4.0", "commercial") is None
    assert allows("MIT AND CC-BY-NC-4.0", "commercial") is not None
    assert allows("(MIT OR GPL-3.0-only) AND CC-BY-NC-4.0", "commercial") is not None
    assert allows("(MIT OR CC-BY-NC-4.0) AND CC-BY-4.0", "commercial") is None


@pytest.mark.parametrize(
    ("data", "base", "code", "level"),
    [
        ("cc-by-nc-4.0", "apache-2.0", "noncommercial_data", "warn"),
        ("cc-by-sa-4.0", "apache-2.0", "share_alike_data", "warn"),
        ("llama3", "apache-2.0", "no_other_models", "block"),
        ("openai", "llama3.1", "no_other_models", "block"),
    ],
)
def test_data_that_bind_the_tuned_model_clash_with_its_base(data, base, code, level):
    objection = clash(data, base)
    assert objection is not None
    assert (objection.code, objection.level) == (code, level)


def test_equal_or_unknown_licences_and_models_of_one_family_do_not_clash():
    assert clash("cc-by-nc-4.0", "cc-by-nc-4.0") is None
    assert clash("unknown", "apache-2.0") is None
    family = clash("llama3", "llama3.1")
    assert family is not None
    assert family.level == "warn"


def test_every_objection_has_words_in_every_language():
    codes = {
        *("unknown", "all_rights_reserved", "noncommercial", "research_only", "no_derivatives"),
        *("share_alike", "copyleft", "own_terms", "no_other_models"),
        *("noncommercial_data", "share_alike_data", "own_terms_data"),
    }
    for language in LANGUAGES:
        assert {f"licences.{code}" for code in codes} <= set(catalogue(language))
