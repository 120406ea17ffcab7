from __future__ import annotations

import re

import pytest

from kitae.engines.defects import CHECKS, FieldTexts
from kitae.engines.defects.marks import FIELDS, may_have
from kitae.engines.private import credentials, needles
from kitae.engines.screening.memo import all_needles
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.measures import measure
from support.required_texts import alternatives


def fields(texts, name):
    column = TextColumn.from_texts(texts)
    empty = TextColumn.from_texts([""] * len(texts))
    columns = {one: column if one == name else empty for one in FIELDS}
    return {one: FieldTexts(texts, measure(texts)) for one, texts in columns.items()}


def least(pattern):
    """The shortest text for each way to match a pattern: what stands in every match of it, and no more."""
    return sorted({"\n".join(way) for way in alternatives(pattern)})


@pytest.mark.parametrize(
    "check", [one for one in CHECKS if one.marks.patterns], ids=lambda c: c.name
)
def test_no_match_of_a_check_goes_without_its_marks(check):
    for pattern in check.marks.patterns:
        texts = least(pattern)
        for name in check.marks.fields:
            found = may_have(check.name, check.marks, fields(texts, name))
            assert [text for text, one in zip(texts, found, strict=True) if not one] == []


def test_every_check_without_patterns_tells_its_rows_by_their_shape():
    assert [one.name for one in CHECKS if not one.marks.patterns] == [
        "truncated_answer",
        "repetition",
        "symbol_share",
        "unused_input_mark",
        "no_answer",
    ]
    assert all(one.marks.shape for one in CHECKS if not one.marks.patterns)


def without_needle(pattern, group):
    texts = least(pattern)
    bits = all_needles().standing(TextColumn.from_texts(texts)) & all_needles().bits(group)
    return [text for text, one in zip(texts, bits, strict=True) if not one]


def test_no_token_goes_without_the_start_that_its_provider_gives_it():
    for name, shape in credentials.PROVIDERS:
        if name != "Telegram token":  # told by its eight digits
            pattern = re.compile(shape.replace("(?<=", "(?:"))
            assert without_needle(pattern, needles.TOKEN_START) == []


def test_no_announced_key_goes_without_the_word_that_announces_it():
    assert without_needle(credentials.ANNOUNCED, needles.ANNOUNCED) == ["pwd"]
    signs = [
        chr(code)
        for code in range(0x3100)
        if credentials.ANNOUNCED.search(f"pwd{chr(code)}: Tg7#kqLw2")
    ]
    column = TextColumn.from_texts([f"pwd{sign}" for sign in signs])
    assert len(signs) > 20
    assert all_needles().standing(column).all()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ab(?:c|d)e", {("abce",), ("abde",)}),
        ("a+b", {("a", "b")}),
        ("a?b{2}", {("abb",), ("bb",)}),
        (r"x\s*y", {("x", "y")}),
        (r"(?i:AB)C", {("abC",)}),
        ("(?i)éa", {("éa",), ("Éa",)}),
        (r"(?<!a)b(?=c)", {("b",)}),
        ("[ab]{2,}", {("aa",), ("ab",), ("ba",), ("bb",)}),
    ],
)
def test_a_pattern_is_taken_apart_into_what_every_match_has(pattern, expected):
    assert alternatives(re.compile(pattern)) == expected
