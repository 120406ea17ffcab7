import itertools

import pytest

from kitae.core.errors import DataError, UsageError
from kitae.engines.reading.encodings import MINIMUM_CONFIDENCE, candidates, decode
from support.messy_files import CHINESE, JAPANESE, attempt

JAPANESE_ENCODINGS = ["cp932", "shift_jis", "euc_jp", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"]
CHINESE_ENCODINGS = ["gb18030", "gbk", "gb2312", "utf-8", "utf-8-sig", "utf-16", "utf-16-be"]

SHORT = {
    "cp932": ["東京", "猫", "はい", "売上", "ﾃｽﾄ", "ｱﾘｶﾞﾄｳ", "鍛冶屋", "株式会社", '"表示","能力"'],
    "euc_jp": ["東京", "猫", "はい", "売上", "鍛冶屋", "株式会社"],
    "gb18030": ["你好", "谢谢", "北京", "苹果", "是", "颜色", "锻造", "销售额"],
    "big5": ["你好", "謝謝", "台灣"],
    "cp949": ["안녕하세요", "감사합니다"],
    "cp1252": ["café", "señor", "100 €", "It’s “fine”"],
    "cp1251": ["Привет", "как дела?"],
}


def as_line(text):
    return f'{{"instruction": "{text}", "output": "ok"}}\n'


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *itertools.product(JAPANESE_ENCODINGS, JAPANESE),
        *itertools.product(CHINESE_ENCODINGS, CHINESE),
    ],
)
def test_one_real_sentence_is_read_as_it_was_written(encoding, text):
    try:
        data = as_line(text).encode(encoding)
    except UnicodeEncodeError:
        pytest.skip(f"{encoding} cannot write this sentence")
    assert decode(data).text == as_line(text)


@pytest.mark.parametrize(
    ("encoding", "text"), [(e, text) for e, texts in SHORT.items() for text in texts]
)
def test_a_word_or_two_is_read_right_or_asked_about(encoding, text):
    found, error = attempt(lambda: decode(text.encode(encoding)))
    if error is None:
        assert found.text == text
    else:
        assert "unclear" in error.what
        assert "--encoding" in error.fix


@pytest.mark.parametrize("text", ["東京", "売上", "株式会社", "質問,回答", *JAPANESE])
def test_a_short_cp932_file_is_never_taken_for_gb18030(text):
    found, error = attempt(lambda: decode(text.encode("cp932")))
    assert found is None or found.encoding == "cp932"
    assert error is None or "cp932" in error.what


def test_a_guess_is_said_to_be_one_with_its_confidence():
    found = decode("恋愛運を教えてください。".encode("cp932"))
    assert found.encoding == "cp932"
    assert found.is_guess
    assert MINIMUM_CONFIDENCE <= found.confidence <= 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_the_file_says_itself_is_no_guess(encoding):
    found = decode("明日の天気は？".encode(encoding))
    assert found.text == "明日の天気は？"
    assert not found.is_guess


def test_utf16_without_a_mark_is_found_by_its_zero_bytes():
    text = '{"instruction": "明日の天気は？", "output": "晴れ"}'
    assert decode(text.encode("utf-16-le")).text == text
    assert decode(text.encode("utf-16-be")).is_guess


def test_an_unclear_file_is_shown_as_each_encoding_would_read_it():
    with pytest.raises(DataError) as caught:
        decode("東京".encode("euc_jp"))
    assert "euc_jp" in caught.value.what
    assert "東京" in caught.value.what
    assert "gb18030" in caught.value.what


def test_a_named_encoding_is_taken_even_where_it_is_no_guess():
    data = "東京".encode("euc_jp")
    found = decode(data, "euc_jp")
    assert (found.text, found.is_guess) == ("東京", False)


def test_supersets_are_read_under_the_name_of_their_part():
    assert decode("①高﨑".encode("cp932"), "shift_jis").text == "①高﨑"
    assert decode("镕".encode("gbk"), "gb2312").text == "镕"


def test_an_encoding_that_does_not_fit_is_refused():
    with pytest.raises(DataError, match="not utf-8"):
        decode("恋愛運を教えてください。".encode("cp932"), "utf-8")


def test_an_unknown_name_of_an_encoding_is_a_usage_error():
    with pytest.raises(UsageError) as caught:
        decode(b"a", "utf-9000")
    assert caught.value.exit_code == 2


def test_one_damaged_byte_leaves_the_rest_of_a_utf8_file_readable():
    data = bytearray("".join(map(as_line, JAPANESE * 3)).encode())
    data[data.index("恋".encode())] = 0xFF
    found = decode(bytes(data))
    assert found.encoding == "utf-8"
    assert not found.is_guess
    assert sum("\udc80" <= c <= "\udcff" for c in found.text) == 3


def test_two_chinese_words_that_are_also_valid_utf8_are_asked_about():
    with pytest.raises(DataError) as caught:
        decode("谢谢".encode("gb18030"))
    assert "谢谢" in caught.value.what


@pytest.mark.parametrize("text", ["café", "Größe", "¿Qué hora es?", "à 20°", "привет", "5 €"])
def test_short_utf8_in_european_languages_is_not_asked_about(text):
    assert decode(text.encode()).encoding == "utf-8"


def test_candidates_share_one_belief():
    found = candidates("今天天气怎么样？".encode("gb18030"))
    assert found[0].encoding == "gb18030"
    assert sum(c.confidence for c in found) == pytest.approx(1)


def test_text_far_behind_plain_ascii_is_what_decides():
    text = "a,b\n" * 20_000 + "質問,はい、三十日以内なら可能です\n" * 3
    assert decode(text.encode("cp932")).text == text


@pytest.mark.parametrize("byte_order", ["utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_decides_where_only_utf16_was_said(byte_order):
    data = ("\ufeff" + "明日の天気は？").encode(byte_order)
    assert decode(data, "utf-16").text == "明日の天気は？"
