import pytest

from kitae.engines.recombine import Refusal, learn, make_candidates
from support.making_rows import fortune_rows, labelled, menu_rows
from support.real_data import real_rows


def phrasings(grammar):
    return {frame.text for frame in grammar.frames}


def words_of(grammar, field, value):
    return {f.text for f in grammar.uses if (f.field, f.value) == (field, f'"{value}"')}


@pytest.fixture(scope="module")
def fortune():
    return learn(fortune_rows())


def test_phrasings_of_the_sample_are_found_in_both_languages(fortune):
    found = phrasings(fortune)
    assert "How will {topic} be {period}?" in found
    assert "Will {period} be good for {topic}?" in found
    assert "{period}の{topic}はどうですか?" in found
    assert "{period}、{topic}の心配はありませんか?" in found


def test_words_that_stand_side_by_side_are_told_apart(fortune):
    assert "Will I get {topic} {period}?" in phrasings(fortune)
    assert words_of(fortune, "period", "soon") >= {"soon", "before long", "近い将来", "まもなく"}
    assert words_of(fortune, "topic", "money") >= {"rich", "my wallet", "金運", "お金", "貯金"}


def test_a_value_told_by_silence_is_no_word(fortune):
    assert words_of(fortune, "topic", "general") == set()
    frame = next(f for f in fortune.frames if f.text == "What is waiting for me {period}?")
    assert dict(frame.key.constants) == {"topic": '"general"'}


def test_learning_does_not_depend_on_the_order_of_the_rows():
    rows = menu_rows()
    one, two = learn(rows), learn(rows[::-1])
    assert [c.example for c in make_candidates(one, 1)] == [
        c.example for c in make_candidates(two, 1)
    ]


def test_a_phrasing_whose_value_went_away_with_the_word_is_not_used():
    texts = (
        [
            ("恋愛は順調ですか?", "love", "none"),
            ("今期の会社は順調ですか?", "work", "term"),
            ("今期の学校は順調ですか?", "study", "term"),
        ]
        + [
            (f"{p}の{t}はどうですか?", topic, period)
            for p, period in (("今日", "today"), ("今期", "term"), ("明日", "tomorrow"))
            for t, topic in (
                ("恋愛", "love"),
                ("会社", "work"),
                ("学校", "study"),
                ("旅行", "travel"),
            )
        ]
        + [("旅行は順調ですか?", "travel", "none")]
    )
    rows = [labelled(q, {"topic": t, "period": p}) for q, t, p in texts]
    pool = make_candidates(learn(rows), 1)
    assert all(
        ("今" in c.example.instruction or "明日" in c.example.instruction)
        == ('"none"' not in c.example.output)
        for c in pool
    )


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (menu_rows()[:10], "too_few"),
        ([labelled(f"How is number {n}?", "good") for n in range(30)], "one_answer"),
        (
            [labelled(f"Tell of {n}.", f"Once upon {n} there was.") for n in range(30)],
            "open_answers",
        ),
        ([labelled("word " * 80 + str(n), "ab"[n % 2]) for n in range(30)], "long_texts"),
    ],
)
def test_a_set_that_cannot_be_varied_is_refused_with_its_reason(rows, reason):
    refusal = learn(rows)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("seed_tasks.jsonl", "open_answers"),
        ("identity.json", "open_answers"),
        ("alpaca_zh_demo.json", "open_answers"),
        ("t0/amazon_polarity_Is_this_review.jsonl", "long_texts"),
        ("t0/rotten_tomatoes_Reviewer_Enjoyment.jsonl", "one_answer"),
    ],
)
def test_real_sets_that_cannot_be_varied_are_refused(file, reason):
    refusal = learn(real_rows(file))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
