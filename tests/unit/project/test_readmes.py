"""The three READMEs say the same: headings, code, commands and links."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
READMES = {"en": "README.md", "ja": "README.ja.md", "zh": "README.zh.md"}
TRANSLATIONS = ("ja", "zh")

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
COMMENT = re.compile(r"(^|\s)#.*$")


def text_of(language):
    return (ROOT / READMES[language]).read_text(encoding="utf-8")


def heading_counts(language):
    prose = FENCED.sub("", text_of(language))
    return Counter(len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE))


def code_blocks(language, kind):
    return [code for name, code in FENCED.findall(text_of(language)) if name == kind]


def kitae_commands(language):
    lines = "".join(code_blocks(language, "sh")).splitlines()
    commands = {COMMENT.sub("", line).strip() for line in lines}
    return {command for command in commands if command.startswith("kitae ")}


def relative_links(language):
    """(is an image, path) of every link that stays inside the repository."""
    prose = FENCED.sub("", text_of(language))
    return [
        (mark == "!", target.partition("#")[0])
        for mark, target in LINK.findall(prose)
        if not re.match(r"[a-z]+:|#", target)
    ]


def links_to_compare(language):
    return [
        path
        for is_image, path in relative_links(language)
        if not is_image and path not in READMES.values()
    ]


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translation_has_as_many_headings_of_each_level(language):
    assert heading_counts("en")[2] > 0
    assert heading_counts(language) == heading_counts("en")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translation_has_the_same_python(language):
    assert code_blocks("en", "python")
    assert code_blocks(language, "python") == code_blocks("en", "python")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translation_has_the_same_kitae_commands(language):
    assert kitae_commands("en")
    assert kitae_commands(language) == kitae_commands("en")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_translation_links_to_the_same_documents(language):
    assert links_to_compare("en")
    assert links_to_compare(language) == links_to_compare("en")


@pytest.mark.parametrize("language", READMES)
def test_readme_links_to_the_other_two_languages(language):
    linked = {path for _, path in relative_links(language)} & set(READMES.values())
    assert linked == set(READMES.values()) - {READMES[language]}


@pytest.mark.parametrize("language", READMES)
def test_every_relative_link_is_there(language):
    links = {path for _, path in relative_links(language)}
    assert {path for path in links if not (ROOT / path).exists()} == set()
