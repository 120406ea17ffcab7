"""Which benchmark texts count as known to some material, and which do not."""

import numpy as np
import pytest

from kitae.engines.contamination import EDITED, INSIDE, PASSAGE, WHOLE, contaminated
from kitae.engines.texts.column import TextColumn

EN = (
    "A baker in the old town sells forty loaves every morning, keeps six for the school next door and gives "
    "whatever is left at noon to the kitchen behind the church, where volunteers cook soup for anybody who asks"
)
ZH = "老城里的面包师每天早上卖出四十个面包，留六个给隔壁的学校，中午剩下的全部送给教堂后面的厨房，由志愿者为需要的人煮汤。"
JA = "旧市街のパン屋は毎朝四十個のパンを売り、六個を隣の学校のために取っておき、昼に残った分を教会の裏の台所に届けています。"
OTHERS = [
    "Describe how a bicycle pump works and why the valve closes again after each stroke.",
    "请说明自行车打气筒的工作原理，以及为什么每次打完气之后阀门会重新关闭。",
    "自転車の空気入れの仕組みと、一回ごとに弁が閉じる理由を説明してください。",
]


def found(material, benchmark):
    return contaminated(TextColumn.from_texts(material), TextColumn.from_texts(benchmark))


def kinds(material, benchmark):
    result = found(material, benchmark)
    return {
        (int(b), int(m)): int(kind)
        for b, m, kind in zip(result.benchmark, result.material, result.kind, strict=True)
    }


@pytest.mark.parametrize("text", [EN, ZH, JA])
def test_a_text_word_for_word_is_the_whole_and_inside_another_it_is_inside(text):
    material = [*OTHERS, text, f"Answer this, please: {text} Thank you, 谢谢。"]
    assert kinds(material, [text]) == {(0, 3): WHOLE, (0, 4): INSIDE}


@pytest.mark.parametrize("text", [EN, ZH, JA])
def test_case_width_and_sentence_marks_do_not_hide_a_text(text):
    wide = text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)})
    bare = text.upper().replace("，", " ").replace("、", "").replace(",", " ;")
    assert kinds([*OTHERS, wide, bare], [text]) == {(0, 3): WHOLE, (0, 4): WHOLE}


@pytest.mark.parametrize("text", [EN, ZH, JA])
def test_the_first_half_of_a_long_text_is_a_passage(text):
    half = text[: len(text) * 6 // 10]
    result = found([*OTHERS, half], [text])
    assert result.kind.tolist() == [PASSAGE]
    assert 0.5 <= result.share[0] <= 0.7


def test_a_long_text_with_every_seventh_word_changed_is_found_as_edited():
    words = EN.split()
    words[5::7] = ["xyz"] * len(words[5::7])
    assert kinds([*OTHERS, " ".join(words)], [EN]) == {(0, 3): EDITED}


def test_a_question_of_five_words_is_found_inside_a_longer_text():
    asked = "Who painted the night watch?"
    assert kinds(
        [*OTHERS, f"My uncle asked: WHO painted “The Night Watch”? {OTHERS[0]}"], [asked]
    ) == {(0, 3): INSIDE}


def test_a_very_short_text_counts_only_where_it_is_all_there_is():
    assert kinds(["Sing a song", "Sing a song for the children"], ["sing a song!"]) == {
        (0, 0): WHOLE
    }


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("What is the capital city of France?", "What is the capital city of Spain?"),
        (
            "Write a short story about a dragon who learns to swim",
            "Write a short story about a cat who learns to fly",
        ),
        (
            "今日の運勢を占ってください、金運も知りたいです",
            "明日の運勢を占ってください、恋愛運も知りたいです",
        ),
    ],
)
def test_a_short_question_with_another_word_is_another_question(asked, other):
    assert kinds([other, *OTHERS], [asked]) == {}


def test_the_same_sum_with_other_numbers_is_another_sum():
    sum_of = (
        "A train leaves the station and travels {} km in {} hours, then {} km in {} hours. "
        "What is its average speed over the whole journey, in km per hour?"
    )
    asked = sum_of.format(60, 2, 90, 3)
    assert kinds([sum_of.format(80, 4, 70, 5), *OTHERS], [asked]) == {}
    assert kinds([sum_of.format(60, 2, 90, 3) + " Think.", *OTHERS], [asked]) == {(0, 0): INSIDE}


def test_a_form_that_very_many_rows_share_does_not_count_alone():
    form = "Read the following sentence with care and then decide whether its tone is positive or negative: "
    rows = [
        f"{form}thing {i} was {i * 7} times as bright as {i * 13} lamps on road {i}"
        for i in range(60)
    ]
    assert kinds(rows, [f"{form}the soup was cold again"]) == {}
    assert kinds([*rows, f"Look: {rows[7]}"], [rows[7]]) == {(0, 7): WHOLE, (0, 60): INSIDE}


def test_a_form_of_the_benchmark_does_not_count_alone():
    form = (
        "次の文章をよく読み、調子が肯定的か否定的か中立かを判断して一語だけで答えてください。文章："
    )
    texts = [
        "花が咲いた",
        "雨がやまない",
        "道がこんでいる",
        "夕日がきれいだ",
        "鍵をなくした",
        "猫が戻った",
    ]
    assert kinds([f"{form}荷物がまだ届かない", *OTHERS], [form + text for text in texts]) == {}


def test_spans_are_the_same_words_in_both_texts_in_bytes_as_written():
    material = f"ﬁrst … x̂ {EN} ㈱"
    asked = EN.upper()
    result = found([OTHERS[0], material], [asked])
    first, end = result.material_span[0]
    ours, theirs = asked.encode()[slice(*result.benchmark_span[0])], material.encode()[first:end]
    assert ours.decode().casefold() == theirs.decode().casefold() == EN.casefold()
    assert result.span[0] == len(EN.replace(",", "").split())


def test_a_passage_deep_in_a_long_text_is_found():
    noise = " ".join(f"word{i} other{i * 3}" for i in range(20_000))
    assert kinds([f"{noise} {EN} {noise}"], [EN]) == {(0, 0): INSIDE}


def test_scattered_phrases_of_a_long_text_are_no_passage():
    words = EN.split()
    pieces = [" ".join(words[i : i + 4]) for i in range(0, len(words) - 4, 4)]
    noise = [" ".join(f"n{i}x{k}" for k in range(200)) for i in range(len(pieces))]
    text = " ".join(x for pair in zip(pieces, noise, strict=True) for x in pair)
    assert kinds([text], [EN]) == {}


def test_nothing_comes_of_nothing():
    assert len(found([], [EN])) == 0
    assert len(found([EN], [])) == 0
    assert len(found(["", "!", "。"], ["", "!", "。"])) == 0


def test_results_are_the_same_whatever_the_order_of_the_material():
    material = [*OTHERS, EN, ZH, f"Well: {JA}", EN[:150]]
    order = np.random.default_rng(3).permutation(len(material))
    plain = kinds(material, [EN, ZH, JA])
    turned = kinds([material[i] for i in order], [EN, ZH, JA])
    assert {(b, int(order[m])): kind for (b, m), kind in turned.items()} == plain
