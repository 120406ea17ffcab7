import json
from collections import Counter

import numpy as np

from kitae.engines.similarity import find_repeats, shared_text_groups
from kitae.engines.similarity import near_questions as near_questions_of
from kitae.engines.similarity.neighbours import Signed, near_candidates
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.signatures import sign
from support.texts import QuestionAnswer, TextRow, row_columns, row_pairs

LONG_JA = "昨日の夜に駅前の喫茶店で友人と長い時間話し込んでしまい、終電を逃して歩いて帰りました。"
LONG_ZH = (
    "请根据下面的材料写一篇三百字左右的短文，介绍中国传统节日的由来、习俗以及它们在今天的意义。"
)


def duplicate_pairs(rows):
    return find_repeats(row_pairs(rows)).pairs()


def near_questions(texts):
    return near_questions_of(TextColumn.from_texts(texts)).pairs()


def groups_of(rows):
    return shared_text_groups(row_columns(rows)).tolist()


def candidates(texts, threshold=0.5):
    signs = sign(TextColumn.from_texts(texts))
    rows = np.flatnonzero(signs.num_tokens)
    left, right, _ = near_candidates(Signed.of(signs.minhash, rows, signs.normal), threshold)
    return set(zip(left.tolist(), right.tolist(), strict=True))


def test_near_duplicates_are_found_in_every_script():
    texts = [LONG_JA, LONG_JA.replace("友人", "同僚"), LONG_ZH, LONG_ZH.replace("三百", "五百")]
    texts += ["the quick brown fox " * 2 + "jumps over many lazy dogs near the old river bank"]
    texts += [texts[-1].replace("lazy", "sleepy")]
    assert candidates(texts) == {(0, 1), (2, 3), (4, 5)}


def test_signatures_are_equal_in_every_batch():
    alone = sign(TextColumn.from_texts([LONG_JA])).minhash[0]
    among = sign(TextColumn.from_texts(["x y z", LONG_JA, "ﬁ㈱"])).minhash[1]
    assert alone.tolist() == among.tolist()


def test_empty_texts_are_near_nothing():
    assert candidates(["", "", "?!"]) == set()
    assert candidates([]) == set()


def test_minimal_pairs_with_other_answers_are_no_duplicates():
    rows = [
        QuestionAnswer("今日の仕事はどうですか?", '{"period": "today"}'),
        QuestionAnswer("明日の仕事はどうですか?", '{"period": "tomorrow"}'),
        QuestionAnswer(f"{LONG_JA}今日の運勢は?", "大吉"),
        QuestionAnswer(f"{LONG_JA}明日の運勢は?", "凶"),
    ]
    assert duplicate_pairs(rows) == set()


def test_a_short_question_with_another_word_is_no_duplicate_even_with_the_same_answer():
    rows = [QuestionAnswer("Is 7 prime?", "Yes"), QuestionAnswer("Is 11 prime?", "Yes")]
    assert duplicate_pairs(rows) == set()


def test_other_numbers_are_another_question():
    text = "A train leaves the station at noon and travels {} kilometres through hills and over "
    text += "bridges before it stops; how long does it take at its usual speed of ninety?"
    answer = "Divide the way by the speed: that gives the time which the train needs, in hours. "
    rows = [QuestionAnswer(text.format(n), answer * 2) for n in (60, 90)]
    assert duplicate_pairs(rows) == set()


def test_near_question_and_near_answer_are_a_duplicate():
    rows = [
        QuestionAnswer("Could you tell me a story?", LONG_JA),
        QuestionAnswer("Tell me a story", LONG_JA.replace("友人", "同僚")),
        QuestionAnswer("Tell me a story", "Once upon a time."),
    ]
    assert duplicate_pairs(rows) == {(0, 1)}


def test_another_wording_of_a_text_is_no_duplicate():
    texts = [f"{LONG_JA}{i}番目の話題は{c}です" for i, c in enumerate("山川海空星月雪花風雨")]
    rows = [QuestionAnswer(f"次の文は良い内容ですか: {t}", "はい") for t in texts]
    rows += [QuestionAnswer(f"以下の文章は肯定的でしょうか: {t}", "はい") for t in texts]
    assert not {(i, i + 10) for i in range(10)} & duplicate_pairs(rows)


def test_near_questions_are_found_whatever_their_answers():
    found = near_questions(["Tell me a story", "hi", "Can you tell me a story?", LONG_ZH])
    assert found == {(0, 2)}


def test_a_text_links_as_question_and_as_answer():
    sentence = "Three skiers are skiing on a snowy mountain."
    rows = [
        TextRow("Write about ski, mountain", f"{sentence}<|endoftext|>"),
        TextRow(sentence, "ski, mountain"),
        TextRow("Something else", "Yes"),
    ]
    assert groups_of(rows) == [0, 0, 2]


def test_labels_link_nothing():
    rows = [TextRow(f"How was the {thing}?", "They loved it a lot") for thing in "abcdef"]
    assert groups_of(rows) == list(range(6))


def test_structured_answers_link_nothing():
    answer = '{"topic": "money and work", "period": "the whole year"}'
    assert groups_of([TextRow("a b", answer), TextRow("c d", answer)]) == [0, 1]


def test_the_same_input_under_two_instructions_links():
    material = "the meeting was moved to Friday because of rain"
    rows = [
        TextRow(f"Summarise\n{material}", "Moved.", material),
        TextRow(f"Translate into French\n{material}", "Reporté.", material),
    ]
    assert groups_of(rows) == [0, 0]


def test_groups_of_a_source_are_its_own():
    rows = [TextRow("a?", "1", given="x 1"), TextRow("b?", "2", given="x 1"), TextRow("c?", "3")]
    assert groups_of(rows) == [0, 0, 2]


def test_fortune_questions_do_not_chain(repository):
    rows = []
    for name in ("examples", "dev"):
        path = repository / f"examples/fortune/data/{name}.jsonl"
        rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    groups = groups_of([TextRow(r["instruction"], r["output"]) for r in rows])
    assert len(set(groups)) == len(rows)


def test_every_review_is_one_group_over_all_its_wordings(real_data):
    files = sorted((real_data / "t0").glob("amazon*"))
    texts = [path.read_text(encoding="utf-8").splitlines() for path in files]
    rows = [json.loads(line) for lines in texts for line in lines]
    groups = groups_of([TextRow(r["prompt"], r["completion"]) for r in rows])
    assert all(groups[i] == groups[i + 200 * k] for i in range(200) for k in range(9))
    assert max(Counter(groups).values()) <= 18
