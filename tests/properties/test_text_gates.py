import ftfy
import numpy as np
from ftfy.badness import BADNESS_RE, is_bad
from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.language import detect_language, inner_special_token, repaired, tokens
from kitae.engines.language import repair as repair_module
from kitae.engines.language.repair import MAY_BE_BAD, mended_encoding, without_inner_special_tokens
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import Gate
from kitae.engines.texts.languages import LANGUAGES, languages
from kitae.engines.texts.measures import measure
from kitae.engines.texts.repairs import marker_step, mended_column, repair_step

SETTINGS = settings(max_examples=150, deadline=None)

pieces = st.sampled_from(
    [
        "hello", "the", "don't", "I’m", "für", "niet", " ", "\n", "<|im_end|>", "</s>", "<s>", "Ã©",
        "e\u0301", "\u200b", "\u200d", "今日", "は", "良い", "气", "們", "한국", "\x97", "\r\n", "[INST]",
        "<", "|>", "<eos", ">", "？", "!", "\ufeff", "縺薙", "7", "1234567", "{a", "}", "```", "http://x",
        "\u3099", "か", "\u1100\u1161", "İ", "привет", "\U0001f468\u200d\U0001f469", "\U00020000", "'", "’",
        "\ufffd", "鐨", "銆", "\x1a", "â€™", "«", "\U0002f800", "\U000e0041", "ﾞ", "½", "_", "-", "–",
    ]
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=40),
    st.lists(pieces, max_size=10).map("".join),
    st.text(st.characters(max_codepoint=0x250), max_size=30),
)
columns = st.lists(texts, min_size=1, max_size=12)


def mojibake(text):
    for codec in ("cp1252", "latin-1"):
        try:
            return text.encode().decode(codec)
        except UnicodeDecodeError:
            continue
    return text


@SETTINGS
@given(columns)
def test_a_column_is_repaired_as_its_texts_are_one_by_one(values):
    column = TextColumn.from_texts(values)
    mended = mended_column(column, measure(column), [repair_step()])
    one_by_one = [repaired(text) for text in values]
    assert list(mended.column.texts(range(len(values)))) == [text for text, _ in one_by_one]
    for row, (_, changes) in enumerate(one_by_one):
        made = [(c.rule, c.before, c.after) for c in mended.changes if c.row == row]
        assert made == changes


@SETTINGS
@given(columns)
def test_the_measures_after_repair_are_those_of_the_new_texts(values):
    column = TextColumn.from_texts(values)
    mended = mended_column(column, measure(column), [repair_step(), marker_step()])
    fresh = measure(mended.column)
    for name in ("gates", "kinds", "words", "places", "longest_run"):
        assert np.array_equal(getattr(mended.measures, name), getattr(fresh, name))
    assert fresh.characters.tolist() == [
        len(text) for text in mended.column.texts(range(len(values)))
    ]


@SETTINGS
@given(columns)
def test_markers_are_found_only_behind_their_gate(values):
    found = measure(TextColumn.from_texts(values))
    for row, text in enumerate(values):
        if not found.gates[row] & Gate.SPECIAL_TOKEN:
            assert inner_special_token(text) is None
            assert without_inner_special_tokens(text) == text


@SETTINGS
@given(columns)
def test_a_text_behind_the_word_gate_has_tokens(values):
    found = measure(TextColumn.from_texts(values))
    for row in found.rows_with(Gate.WORD).tolist():
        assert tokens(values[row])


@SETTINGS
@given(columns, columns, st.sampled_from(["", "ja", "zh"]))
def test_a_column_has_the_languages_of_its_texts_one_by_one(one, other, hint):
    size = min(len(one), len(other))
    pair = [TextColumn.from_texts(one[:size]), TextColumn.from_texts(other[:size])]
    found = languages(pair, [measure(column) for column in pair], hint)
    wanted = [
        detect_language(f"{a}\n{b}", hint) for a, b in zip(one[:size], other[:size], strict=True)
    ]
    assert [LANGUAGES[code] for code in found] == wanted


@SETTINGS
@given(st.one_of(texts, texts.map(mojibake), texts.map(mojibake).map(mojibake)))
def test_wrong_encodings_are_mended_as_ftfy_does(text):
    assert repair_module.with_right_encoding(text) == ftfy.fix_encoding(text)
    assert repair_module.is_bad(text) == is_bad(text)


def test_what_is_bad_stands_near_a_character_that_may_be_bad():
    signs = {sign for sign in BADNESS_RE.pattern if not sign.isascii()}
    assert [sign for sign in signs if not MAY_BE_BAD.match(sign)] == []


def test_a_whole_text_in_the_wrong_encoding_is_read_again():
    text = "“It’s café naïve — déjà vu…” 今日は良い天気です。"
    assert mended_encoding(mojibake(text)) == text
