import pytest

from kitae.engines.language import (
    detect_language,
    inner_special_token,
    is_label_set,
    normalised,
    numbers,
    repaired,
    short_form,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ｈｅｌｌｏ，　World!", "hello world"),
        ("你是谁？", "你是谁"),
        ("今日の運勢は?", "今日の運勢は？"),
        ("What's  up", "what's up?"),
    ],
)
def test_width_case_spacing_and_marks_do_not_count(one, other):
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"), [("5", "-5"), ("C", "C++"), ("50%", "50"), ("今日", "明日"), ("1.5", "15")]
)
def test_signs_that_carry_meaning_count(one, other):
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Could you please name the capital of France?", "Name a capital of France"),
        ("请描述泰姬陵的建筑风格。", "描述泰姬陵的建筑风格"),
        ("今日の恋愛を教えてください。", "今日の恋愛を教えて"),
    ],
)
def test_politeness_does_not_make_another_short_question(one, other):
    assert short_form(one) == short_form(other)


def test_one_other_word_makes_another_short_question():
    assert short_form("今日の仕事はどうですか?") != short_form("明日の仕事はどうですか?")


def test_numbers_are_read_in_order_with_their_sign():
    assert numbers("from 3-4 to -2.5 in 2020") == ("3", "4", "-2.5", "2020")


@pytest.mark.parametrize(
    ("broken", "sound", "rule"),
    [
        ("naÃ¯ve cafÃ©", "naïve café", "mojibake"),
        ("縺薙ｓ縺ｫ縺｡縺ｯ", "こんにちは", "mojibake"),
        ("你好，世界".encode().decode("gb18030", "replace"), None, None),
        ("cheap \x97 and good", "cheap — and good", "mojibake"),
        ("e\u0301te\u0301", "été", "unicode_form"),
        ("a\u200bb\r\nc\x00", "ab\nc", "control_character"),
        ("Yes<|endoftext|>", "Yes", "special_token"),
        ("<s>[INST] hi [/INST]", "hi", "special_token"),
        ("\n\n  answer \n", "answer", "outer_space"),
    ],
)
def test_broken_text_is_repaired_by_a_named_rule(broken, sound, rule):
    text, changes = repaired(broken)
    if sound is not None:
        assert text == sound
        assert rule in {name for name, _, _ in changes}


@pytest.mark.parametrize(
    "sound",
    [
        "I don’t “know” — é ü ñ",
        "👨‍👩‍👧 family",
        "①②③ ｶﾀｶﾅ ＡＢＣ",
        "<s>struck</s> text",
        "    indented = 1\n    code = 2",
        "繧りかえす鍛錬",
        "Ångström",
    ],
)
def test_sound_text_comes_back_unchanged(sound):
    assert repaired(sound) == (sound, [])


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("say <|im_end|> twice", "<|im_end|>"),
        ("a </s> b", "</s>"),
        ("x <｜end▁of▁sentence｜> y", "<｜end▁of▁sentence｜>"),
        ("<s>fine</s>", None),
        ("a < b | c > d", None),
    ],
)
def test_special_tokens_inside_are_named(text, token):
    assert inner_special_token(text) == token


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is waiting for me today?", "en"),
        ("今期は順調ですか?", "ja"),
        ("写一篇关于春天的短文。", "zh"),
        ("Este libro contiene todo lo que pensé que no me interesaba saber", "other"),
        ("Привет, как дела?", "other"),
        ("안녕하세요", "ko"),
        ("42", ""),
        ("{{name}}", ""),
        ("def f(x): return x + 1", ""),
    ],
)
def test_the_language_is_told_without_a_model(text, language):
    assert detect_language(text) == language


def test_characters_alone_follow_the_hint():
    assert detect_language("運勢", "ja") == "ja"
    assert detect_language("运势", "zh") == "zh"


def test_labels_and_texts_are_told_apart():
    assert is_label_set(["positive", "negative"] * 20)
    intents = [f'{{"topic": "t{i % 7}", "period": "p{i % 6}"}}' for i in range(50)]
    assert is_label_set(intents)
    assert not is_label_set([f"A sentence about thing number {i}." for i in range(50)])
    assert not is_label_set([])
