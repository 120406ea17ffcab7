import re

import pytest

from kitae.core.text import LANGUAGES, catalogue


@pytest.mark.parametrize("area", ["gate", "evaluate"])
def test_every_language_says_the_same_with_the_same_placeholders(area):
    def placeholders(language):
        return {
            key: sorted(set(re.findall(r"\{(\w+)\}", text)))
            for key, text in catalogue(language).items()
            if key.startswith(f"{area}.")
        }

    english = placeholders("en")
    assert english
    for language in LANGUAGES:
        assert placeholders(language) == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_that_is_not_a_pass_says_how_to_mend_it(language):
    texts = catalogue(language)
    found = [key for key in texts if re.fullmatch(r"gate\..+\.(warn|fail)", key)]
    assert found
    assert all(f"{key}.fix" in texts for key in found)
