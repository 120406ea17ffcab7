"""Words in three languages."""

import string

import pytest

from kitae.core.text import LANGUAGES, Message, catalogue, render, say


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_every_text_exists_in_every_language(language):
    assert set(catalogue("en")) == set(catalogue(language))


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_translations_use_the_same_placeholders(language):
    english = catalogue("en")
    wrong = [
        k for k, t in catalogue(language).items() if placeholders(t) != placeholders(english[k])
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_but_the_gap_between_sentences(language):
    empty = {key for key, text in catalogue(language).items() if not text.strip()}
    assert empty == {"report.sentence_gap"}


def test_message_is_rendered_with_its_values():
    message = Message(key="cli.count.made", values={"n": 3})
    assert render(message, "en") == "3 made"
    assert render(message, "ja") == "作成 3"


def test_value_may_name_another_text():
    text = say("cli.stage_started", "en", stage="@stage.clean")
    assert text == "> clean ..."
