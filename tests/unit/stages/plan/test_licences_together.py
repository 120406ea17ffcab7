import pytest

from kitae.core.text import LANGUAGES, render
from kitae.stages.plan.licence import licence_check
from support.frozen_datasets import row
from support.planning import tiny_base

WEB = "2026-01-05T00:00:00Z"


def check(data, base, retrieved=WEB):
    rows = [row("What?", "That.", licence=data, retrieved=retrieved, source="page")]
    return licence_check(rows, tiny_base(licence=base))


@pytest.mark.parametrize(
    ("data", "base", "outcome"),
    [
        ("MIT", "apache-2.0", "pass"),
        ("unknown", "apache-2.0", "pass"),
        ("CC-BY-SA-4.0", "apache-2.0", "warn"),
        ("CC-BY-NC-4.0", "apache-2.0", "warn"),
        ("LicenseRef-llama3", "apache-2.0", "fail"),
        ("LicenseRef-llama3", "llama3", "pass"),
    ],
)
def test_data_and_base_are_judged_together(data, base, outcome):
    found = check(data, base)
    assert found.outcome == outcome
    for language in LANGUAGES:
        assert "{" not in render(found.message, language)
        assert (found.fix is None) == (outcome == "pass")


def test_ones_own_rights_clash_with_nothing():
    assert check("all rights reserved", "apache-2.0", retrieved="").outcome == "pass"
    assert check("all rights reserved", "apache-2.0").outcome == "fail"
