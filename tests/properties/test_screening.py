import re

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kitae.engines.defects import CHECKS, defects_of, find_defects
from kitae.engines.defects.answers import may_loop
from kitae.engines.defects.leftovers import NO_ANSWERS
from kitae.engines.private import find_private, private_suspects
from kitae.engines.screening.memo import all_needles
from kitae.engines.screening.needles import STRANGE_LETTERS
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.measures import measure
from support.required_texts import alternatives

SETTINGS = settings(max_examples=80, deadline=None)
NEEDLES = sorted({needle for check in CHECKS for needle in check.marks.needles})
WAYS = sorted(
    {
        way
        for check in CHECKS
        for one in check.marks.patterns
        for way in list(alternatives(one))[:400]
    }
)
PIECES = [
    "I like it. ", "とても良い。", "我喜欢。", "...", "!!!", "。。", "```", "{{a}}", "xxx", "[xx]", "TBD", "××", "✕", "N/A", "null", "-----",
    "<br>", "&amp;", "\ufffd", "â€™", "縺薙", "İ", "\u212a", " ", "\n", "\u3000", "\x1c", ",", "、", "#1.", "the", "は", "★", "😀", "\U00020000",
    "Human:", "a@b.jp", "1.1.1.1", "８．８．８．８", "2001:db8::1", "a::b", "RSSMRA85T10A562S", "sk-abcdefghij0123456789xyz", "password: Tg7#kqLw2",
    "token 9f8a7c6e5d4b3a2f1e0d9f8a", "ｔａｒｏ＠ｋａｉｓｈａ．ｊｐ", "090-8324-6175", "密码：abc123x", "api_key=9f8a7c6e5d4b3a2f1e0d",
]  # fmt: skip
pieces = st.one_of(
    st.sampled_from(PIECES),
    st.sampled_from(PIECES).map(lambda piece: piece * 9),
    st.sampled_from(NEEDLES).map(str.upper),
    st.sampled_from(WAYS).map(" ".join),
    st.text(max_size=8),
)
texts = st.lists(pieces, max_size=8).map("".join)
rows = st.lists(st.tuples(texts, st.one_of(st.just(""), texts), texts), min_size=1, max_size=8)


def simple(text):
    return text.encode().translate(bytes(range(256)).lower())


@SETTINGS
@given(st.lists(texts, min_size=1, max_size=8))
def test_the_groups_of_a_text_are_those_of_the_needles_that_stand_in_it(values):
    bits = all_needles().standing(TextColumn.from_texts(values))
    for text, found in zip(values, bits.tolist(), strict=True):
        is_strange = any(letter.encode()[:2] in text.encode() for letter in STRANGE_LETTERS)
        for place, check in enumerate(CHECKS):
            stands = any(simple(needle) in simple(text) for needle in check.marks.needles)
            assert bool(found >> place & 1) == (stands or is_strange)


@SETTINGS
@given(rows)
def test_a_table_is_judged_as_its_rows_are_one_by_one(values):
    columns = zip(("instruction", "input", "output"), zip(*values, strict=True), strict=True)
    table = pa.table({name: pa.array(column, pa.string()) for name, column in columns})
    alone = {place: found for place, row in enumerate(values) if (found := find_defects(*row))}
    assert defects_of(table) == alone


@SETTINGS
@given(st.lists(texts, min_size=1, max_size=8))
def test_private_data_are_found_only_in_suspects(values):
    column = TextColumn.from_texts(values)
    suspects = private_suspects(column, measure(column))
    assert [
        text for text, one in zip(values, suspects, strict=True) if not one and find_private(text)
    ] == []


@SETTINGS
@given(st.lists(texts.map(lambda text: text * 3), min_size=1, max_size=8))
def test_loops_are_told_from_bytes_as_from_characters(values):
    check = next(one for one in CHECKS if one.name == "repetition")
    found = _shape(check, values)
    assert found.tolist() == [may_loop(text) for text in values]


@SETTINGS
@example("\u1680<not applicable>.\u1680")
@given(st.from_regex(re.compile(NO_ANSWERS.pattern), fullmatch=True))
def test_every_mark_in_place_of_an_answer_has_its_shape(text):
    check = next(one for one in CHECKS if one.name == "no_answer")
    assert _shape(check, [text]).all()


def test_no_character_is_taken_for_a_letter_that_is_a_sign():
    check = next(one for one in CHECKS if one.name == "symbol_share")
    everything = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    signs = [one for one in everything if check.marks.patterns == () and _is_sign(one)]
    assert _shape(check, [one * 30 for one in signs]).all()
    assert not _shape(check, [one * 30 for one in "aZ5京気"]).any()


def _is_sign(character):
    from kitae.engines.defects.answers import SIGN

    return SIGN.match(character) is not None and not character.isspace()


def _shape(check, values):
    from kitae.engines.defects import FIELDS, FieldTexts

    column = TextColumn.from_texts(values)
    texts = dict.fromkeys(FIELDS, FieldTexts(column, measure(column)))
    return np.asarray(check.marks.shape(texts))
