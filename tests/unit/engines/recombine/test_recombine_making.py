import json
from itertools import islice

import pytest

from kitae.engines.recombine import learn, make_candidates
from kitae.engines.recombine.pieces import normalised
from support.making_rows import fortune_rows, labelled, menu_rows


@pytest.fixture(scope="module")
def sources():
    return fortune_rows()


@pytest.fixture(scope="module")
def grammar(sources):
    return learn(sources)


@pytest.fixture(scope="module")
def pool(grammar):
    return make_candidates(grammar, seed=7)


def test_fifty_examples_give_ten_times_as_many_rows(pool):
    assert len(pool) >= 500


def test_no_made_question_equals_an_example_or_another_one(pool, sources):
    texts = [normalised(c.example.question) for c in pool.candidates]
    assert len(set(texts)) == len(texts)
    assert not {normalised(e.question) for e in sources} & set(texts)


def test_a_question_that_is_known_already_is_not_made(grammar, pool):
    known = pool.candidates[0].example.question
    fewer = make_candidates(grammar, seed=7, known=[known.upper()])
    assert len(fewer) == len(pool) - 1


def test_every_row_names_parents_that_show_its_words(pool, sources):
    texts = {e.id: e.instruction.lower() for e in sources}
    for candidate in pool.candidates:
        parents = [texts[row_id] for row_id in candidate.example.parents]
        assert parents
        for _, words in candidate.fillers:
            assert any(words.lower() in parent for parent in parents)


def test_equal_seeds_give_equal_orders_and_other_seeds_others(sources, pool):
    again = make_candidates(learn(sources), seed=7)
    other = make_candidates(learn(sources[::-1]), seed=8)
    first = [c.example.id for c in islice(pool, 50)]
    assert first == [c.example.id for c in islice(again, 50)]
    assert first != [c.example.id for c in islice(other, 50)]


def test_the_first_rows_show_many_phrasings_and_answers(pool):
    first = list(islice(pool, 20))
    assert len({c.frame for c in first}) >= 10
    assert len({c.example.output for c in first}) >= 15


def test_the_first_words_of_a_sentence_keep_their_capital(pool):
    english = [c.example.question for c in pool.candidates if c.example.question.isascii()]
    assert english
    assert all(question[0].isupper() for question in english)
    assert all("  " not in question and " ?" not in question for question in english)


def test_a_verb_takes_only_words_that_were_seen_with_it(pool):
    done = [c for c in pool.candidates if c.frame == "{period}{topic}できますか?"]
    assert {words for c in done for field, words in c.fillers if field == "topic"} == {
        "結婚",
        "貯金",
        "旅行",
    }


def test_an_adjective_does_not_become_a_noun(pool):
    frames = {c.frame for c in pool.candidates if ("topic", "rich") in c.fillers}
    assert frames == {"Will I get {topic} {period}?"}


def test_the_varied_text_may_stand_in_the_input():
    rows = [
        row.model_copy(update={"instruction": "Read the order.", "input": row.instruction})
        for row in menu_rows()
    ]
    candidate = next(iter(make_candidates(learn(rows), seed=1)))
    assert candidate.example.instruction == "Read the order."
    assert candidate.example.input.endswith(("?", "."))


def test_answers_are_written_as_the_examples_write_them():
    rows = [
        row.model_copy(update={"output": json.dumps(json.loads(row.output), indent=2)})
        for row in menu_rows()
    ]
    outputs = {row.output for row in rows}
    made = {c.example.output for c in make_candidates(learn(rows), seed=1)}
    assert made <= outputs


def test_plain_labels_change_places_only_with_words_that_did_so_before():
    texts = {
        "card": ["I lost {}.", "How do I block {}?", "I want to block {}."],
        "pin": ["I forgot {}.", "How do I reset {}?", "I want to reset {}.", "How do I change {}?"],
        "password": ["I forgot {}.", "How do I reset {}?", "How do I change {}?"],
    }
    things = {"card": "my card", "pin": "my PIN", "password": "my password"}
    rows = [
        labelled(text.format(things[label]), label)
        for label, all_ in texts.items()
        for text in all_
    ]
    rows += [labelled(f"Good {t}.", "greeting") for t in ("morning", "evening", "day", "night")]
    rows += [labelled(f"{t} you.", "thanks") for t in ("Thank", "Bless", "Many thanks to")]
    made = {c.example.question for c in make_candidates(learn(rows), seed=1)}
    assert "I want to reset my password." in made
    assert not {"I lost my PIN.", "I forgot my card.", "How do I reset my card?"} & made


def test_chinese_questions_are_recombined_too():
    rows = [
        labelled(f"{p}的{t}怎么样?" if n % 2 else f"请告诉我{p}的{t}。", {"topic": t2, "period": p2})
        for n, (p, p2, t, t2) in enumerate(
            (p, p2, t, t2)
            for i, (p, p2) in enumerate([("今天", "today"), ("明天", "tomorrow"), ("今年", "year"), ("这周", "week")])
            for j, (t, t2) in enumerate([("工作", "work"), ("恋爱", "love"), ("考试", "study"), ("旅行", "travel"), ("健康", "health"), ("财运", "money")])
            if (i + j) % 4 != 3
        )
    ]  # fmt: skip
    pool = make_candidates(learn(rows), seed=1)
    assert len(pool) >= 18
    assert all("的" in c.example.question for c in pool.candidates)
