"""Every key that the report uses has a text, in every language with the same placeholders."""

from __future__ import annotations

import json
import re
from importlib import resources
from string import Formatter

import pytest

from kitae.core.text import LANGUAGES, catalogue

REPORT = resources.files("kitae.project.report")
TERMINAL = resources.files("kitae.cli") / "report.py"


STEMS = {"report.result.detectable"}
"""Stems that the code completes with the unit of the metric."""


def own_texts(language):
    folder = resources.files("kitae.core") / "locales" / language
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def sources():
    files = [f for f in REPORT.iterdir() if f.name.endswith(".py")]
    files += [f for f in (REPORT / "templates").iterdir() if f.name.endswith(".j2")]
    return "\n".join(f.read_text(encoding="utf-8") for f in [*files, TERMINAL])


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_report_texts_have_the_same_keys_and_placeholders(language):
    english, other = own_texts("en"), own_texts(language)
    assert list(english) == list(other)
    for key, text in english.items():
        assert placeholders(text) == placeholders(other[key]), key


def test_every_whole_key_in_the_code_has_a_text():
    keys = set(re.findall(r"""["'](report\.[a-z_.0-9]*[a-z0-9])["']""", sources()))
    assert len(keys) > 80
    assert {k for k in keys if not k.endswith((".css", ".j2"))} - STEMS <= set(catalogue("en"))
