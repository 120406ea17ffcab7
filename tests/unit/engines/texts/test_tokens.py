"""The compiled tokens are those of the readable definition, on any text."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kitae.engines.language import normalised
from kitae.engines.language import tokens as plain_tokens
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import CJK, KIND_BITS, NUMBER, tokenise

ODD = "don't l’eau -5 3.14 1,000 a-b x=-2 (−7) ﬁ ㈱ ｶﾞﾊﾞ é Ａ１ ½ … 今日は ① ß İ 😀 _a_ 𠮷"


def known(texts):
    """Each text's tokens, as numbers that are equal where the strings are equal."""
    names = {}
    return [[names.setdefault(t, len(names)) for t in plain_tokens(text)] for text in texts]


def compiled(texts):
    found = tokenise(TextColumn.from_texts(texts))
    names = {}
    rows = [found.of(row).tolist() for row in range(len(texts))]
    return [[names.setdefault(t, len(names)) for t in row] for row in rows]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=6))
@example([ODD, "Don't L’EAU", "rock'n'roll", "5 -5 3-4", "１２，３４５", "²x"])
def test_compiled_tokens_are_equal_where_the_plain_ones_are(texts):
    assert compiled(texts) == known(texts)


@pytest.mark.parametrize("text", ["", " ", "。、", "\n\t"])
def test_a_text_without_words_has_no_tokens(text):
    assert compiled([text]) == [[]]


def test_kinds_of_tokens_are_told_by_their_lowest_bits():
    found = tokenise(TextColumn.from_texts(["word 12 今 -3"])).values
    assert (found & KIND_BITS).tolist() == [0, NUMBER, CJK, NUMBER]


def test_columns_keep_their_texts_when_some_are_replaced():
    column = TextColumn.from_texts(["a", "今日", "", "d"]).replaced({1: "x", 3: "長い文"})
    assert [column[row] for row in range(4)] == ["a", "x", "", "長い文"]
    assert column.to_arrow().to_pylist() == ["a", "x", "", "長い文"]
    assert np.array_equal(column.sizes, [1, 1, 0, 9])


def test_case_width_and_form_do_not_count():
    same = ["Ｇａｒｄｅｎ ﾊﾟｰﾃｨ", "garden パーティ"]
    assert normalised(same[0]) == normalised(same[1])
    one, other = (tokenise(TextColumn.from_texts([text])).values for text in same)
    assert np.array_equal(one, other)
