"""Licences in the words of the hubs, as SPDX where that can be told."""

from __future__ import annotations

import pytest

from kitae.engines.fetching.licences import read_card_licence, read_licence


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("Apache License 2.0", "Apache-2.0"),
        ("MIT License", "MIT"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"),
        (
            "Attribution-NonCommercial-ShareAlike 3.0 IGO (CC BY-NC-SA 3.0 IGO)",
            "CC-BY-NC-SA-3.0-IGO",
        ),
        ("CC0: Public Domain", "CC0-1.0"),
        ("GPL 2", "GPL-2.0-only"),
        ("odc-by", "ODC-By-1.0"),
        ("Community Data License Agreement - Permissive - Version 1.0", "CDLA-Permissive-1.0"),
        ("Apache-2.0 OR MIT", "Apache-2.0 OR MIT"),
        ("The Unlicense", "Unlicense"),
    ],
)
def test_names_of_hubs_become_spdx(words, expression):
    assert read_licence(words) == (expression, "")


@pytest.mark.parametrize(
    "words",
    ["cc", "gpl", "openrail", "llama3.1", "Data files © Original Authors", "MIT AND", "not CC BY 4.0",
     "Database: Open Database, Contents: © Original Authors"],
)  # fmt: skip
def test_what_cannot_be_told_is_unknown_and_keeps_its_words(words):
    assert read_licence(words) == ("unknown", words)


@pytest.mark.parametrize("words", ["", "unknown", "Other", "NOASSERTION", "None"])
def test_words_that_say_nothing_are_no_terms(words):
    assert read_licence(words) == ("unknown", "")


def test_all_licences_of_a_card_have_to_be_kept():
    assert read_card_licence({"license": ["mit", "apache-2.0"]}) == ("MIT AND Apache-2.0", "")
    assert read_card_licence({"license": ["mit", "other"]})[0] == "unknown"
    assert read_card_licence({}) == ("unknown", "")


def test_a_licence_of_ones_own_is_told_in_its_own_words():
    card = {"license": "other", "license_name": "pets-1", "license_link": "LICENSE"}
    assert read_card_licence(card) == ("unknown", "pets-1; LICENSE")
