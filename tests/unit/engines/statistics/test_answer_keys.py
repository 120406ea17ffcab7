import pytest

from kitae.engines.statistics.answers import (
    answer_key,
    best_constants,
    constant_answers,
    is_json_set,
    json_value,
    like_prompts,
)
from kitae.engines.statistics.overlap import chrf, longest_repeat, repeated_share
from kitae.stages.evaluate.usability import is_looping
from support.real_data import real_rows


def test_json_answers_are_compared_as_values():
    assert answer_key('{"a": 1, "b": [1.0]}') == answer_key('{"b":[1],"a":1.0}')
    assert answer_key('{"a": true}') != answer_key('{"a": 1}')
    assert answer_key('{"a": "X"}') != answer_key('{"a": "x"}')


def test_words_are_compared_without_case_and_marks():
    assert answer_key(" Yes.") == answer_key("yes") == answer_key("ＹＥＳ！")
    assert answer_key("はい。") == answer_key("はい")
    assert answer_key("yes") != answer_key("no")
    assert answer_key("…") != answer_key("!")


def test_broken_json_is_text():
    assert json_value('{"a": 1') is None
    assert json_value("[" * 100_000) is None
    assert not is_json_set(["yes", '{"a": 1}'])


def test_a_short_word_in_a_long_frame_is_no_wording():
    things = ["shoes", "a book", "two lamps", "a red hat", "socks", "a map", "tea", "rice", "soap"]
    questions = [f"I want to return {t} that I bought" for t in things]
    assert set(like_prompts(questions)) == {""}


def test_reviews_in_ten_wordings_are_ten_kinds_of_prompts():
    rows = real_rows(
        "t0/rotten_tomatoes_Reviewer_Enjoyment_Yes_No.jsonl",
        "t0/rotten_tomatoes_Sentiment_with_choices_.jsonl",
    )
    kinds = like_prompts([r.question for r in rows])
    constants = best_constants(kinds, [r.output for r in rows])
    assert len(set(kinds)) == 2
    assert set(constant_answers(constants, kinds)) == {"Yes", "positive"}


def test_an_unseen_kind_gets_the_most_frequent_answer_of_all():
    constants = best_constants(["a", "a", "b"], ["yes", "Yes.", "no"])
    assert constant_answers(constants, ["c", "b"]) == ["yes", "no"]
    assert best_constants([], []) == {}


def test_chrf_is_one_for_equal_and_zero_for_foreign_texts():
    assert chrf("今日は晴れです", "今日は晴れです") == pytest.approx(1)
    assert chrf("abc", "xyz") == 0
    assert chrf("", "x") == 0
    assert 0 < chrf("the cat sat", "the cat sat on the mat") < 1


@pytest.mark.parametrize(
    "text",
    ["the same " * 12, "はい、" * 15, "a" * 40, "One thing. Another one. " * 8, "好的好的" * 10],
)
def test_a_text_that_goes_round_is_looping(text):
    assert is_looping(text)


def test_answers_of_people_hardly_ever_loop():
    rows = real_rows("alpaca_en_demo.json", "alpaca_zh_demo.json", "identity.json")
    assert sum(is_looping(r.output) for r in rows) <= 1


def test_repeats_are_measured():
    assert longest_repeat("xabcabcabc") == (3, 3)
    assert longest_repeat("abc") == (0, 1)
    assert repeated_share("short") == 0
