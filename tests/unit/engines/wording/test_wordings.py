import json
from collections import Counter

from kitae.engines.wording import assign_wordings, find_frames

REVIEWS = [
    f"{a} {b} with {c}"
    for a, b, c in zip(
        ["a", "dull", "bright", "slow", "odd", "loud", "warm", "dry", "tense", "calm"],
        [
            "tale",
            "film",
            "lesson",
            "journey",
            "drama",
            "portrait",
            "satire",
            "puzzle",
            "romance",
            "farce",
        ],
        ["heart", "nerve", "charm", "wit", "grace", "pace", "fire", "doubt", "style", "gloom"],
        strict=True,
    )
]


def read(folder, pattern):
    return [
        json.loads(line)["prompt"]
        for path in sorted((folder / "t0").glob(pattern))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_two_wordings_of_the_same_texts_are_told_apart():
    questions = [f"Is this review positive? {r}" for r in REVIEWS]
    questions += [f"{r} Would you say the critic liked it?" for r in REVIEWS]
    assert Counter(assign_wordings(questions)) == {
        "Is this review positive? …": 10,
        "… Would you say the critic liked it?": 10,
    }


def test_opposite_questions_are_two_wordings():
    questions = [f"Is this review positive? {r}" for r in REVIEWS]
    questions += [f"Is this review negative? {r}" for r in REVIEWS]
    assert len(set(assign_wordings(questions))) == 2


def test_the_text_inside_a_wording_is_given_back():
    questions = [f"Text: {r}\nIs it positive or negative?" for r in REVIEWS]
    assert [framed.material.strip(": ") for framed in find_frames(questions)] == REVIEWS


def test_japanese_wordings_are_found_without_spaces():
    topics = ["桜", "地震", "温泉", "相撲", "将棋", "茶道", "漫画", "神社", "寿司", "祭り"]
    questions = [f"次の言葉について短く説明してください:{t}" for t in topics]
    assert set(assign_wordings(questions)) == {"次の言葉について短く説明してください: …"}


def test_free_questions_have_no_wording(repository):
    path = repository / "examples/fortune/data/examples.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["instruction"] for line in lines]
    assert set(assign_wordings(questions)) == {""}


def test_too_few_rows_make_no_wording():
    assert set(assign_wordings([f"Is this review positive? {r}" for r in REVIEWS[:7]])) == {""}
    assert assign_wordings([]) == []


def test_nine_amazon_templates_give_nine_wordings(real_data):
    assert sorted(Counter(assign_wordings(read(real_data, "amazon*"))).values()) == [200] * 9


def test_ten_rotten_tomatoes_templates_give_ten_wordings(real_data):
    assert sorted(Counter(assign_wordings(read(real_data, "rotten*"))).values()) == [200] * 10


def test_common_gen_templates_are_all_found(real_data):
    found = Counter(assign_wordings(read(real_data, "common*")))
    assert "" not in found
    assert sorted(found.values()) == [55, 66, 79] + [200] * 8  # one file mixes three wordings


def test_alpaca_questions_mostly_have_no_wording(real_data):
    rows = json.loads((real_data / "alpaca_en_demo.json").read_text(encoding="utf-8"))
    found = Counter(assign_wordings([f"{r['instruction']}\n{r['input']}" for r in rows]))
    assert found[""] > 0.85 * len(rows)
