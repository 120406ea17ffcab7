"""Frames of whole columns: those of the row-by-row definition, with spans in bytes."""

import json
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict

import frames_row_by_row as plain
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kitae.engines.texts.column import TextColumn
from kitae.engines.wording import find_frames, frames_of
from kitae.engines.wording.groups import NONE, SIEVE_SHARE, group
from kitae.engines.wording.letters import BLANK, CJK_WORD, LAST_CJK, LETTER, letters

ENGLISH = (
    "The the review Review is positive or negative film book good, bad: Title. answer? x1 42 a_b -"
)
JAPANESE = "次 の 文 を 要約 して ください ： 桜 は 今日 ｶﾞ ＡＢ 映画 。 ? 々"
CHINESE = "请 判断 以下 句子 的 情感 ： 好 坏 ， 电影 。 𠮷 ABC 12"
SIGMA = re.compile("[Σσς]")


def pairs(frames):
    return [(one.wording, one.material) for one in frames]


def t0(folder, pattern):
    return [
        json.loads(line)["prompt"]
        for path in sorted((folder / "t0").glob(pattern))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def alpaca(folder, name):
    rows = json.loads((folder / name).read_text(encoding="utf-8"))
    return [f"{row['instruction']}\n{row.get('input', '')}" for row in rows]


def seed_tasks(folder):
    lines = (folder / "seed_tasks.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [f"{row['instruction']}\n{row['instances'][0]['input']}" for row in rows]


SETS = {
    "amazon": lambda folder: t0(folder, "amazon*"),
    "common_gen": lambda folder: t0(folder, "common*"),
    "rotten_tomatoes": lambda folder: t0(folder, "rotten*"),
    "english": lambda folder: alpaca(folder, "alpaca_en_demo.json"),
    "chinese": lambda folder: alpaca(folder, "alpaca_zh_demo.json"),
    "identity": lambda folder: alpaca(folder, "identity.json"),
    "seed_tasks": seed_tasks,
}


@pytest.mark.parametrize("name", SETS)
def test_real_questions_have_the_frames_of_the_plain_definition(real_data, name):
    questions = SETS[name](real_data)
    for least in (1, 3, 8):
        assert pairs(find_frames(questions, least)) == pairs(plain.find_frames(questions, least))


def test_each_template_alone_has_the_frames_of_the_plain_definition(real_data):
    for path in sorted((real_data / "t0").glob("*.jsonl")):
        questions = t0(real_data, path.name)
        assert pairs(find_frames(questions)) == pairs(plain.find_frames(questions))


def test_all_real_questions_together_have_the_frames_of_the_plain_definition(real_data):
    questions = [question for of in SETS.values() for question in of(real_data)]
    random.Random(3).shuffle(questions)
    assert pairs(find_frames(questions)) == pairs(plain.find_frames(questions))


@st.composite
def templated(draw):
    words = draw(st.sampled_from([ENGLISH, JAPANESE, CHINESE])).split()
    joint = draw(st.sampled_from([" ", "", "\n", "　"]))
    phrase = st.lists(st.sampled_from(words), max_size=5).map(joint.join)
    templates = draw(st.lists(st.tuples(phrase, phrase), min_size=1, max_size=5))
    row = st.tuples(st.sampled_from(templates), phrase)
    rows = draw(st.lists(row, max_size=70))
    return [joint.join((before, material, behind)) for (before, behind), material in rows]


@settings(max_examples=300, deadline=None)
@given(templated(), st.integers(1, 8))
def test_templated_questions_have_the_frames_of_the_plain_definition(questions, least):
    assert pairs(find_frames(questions, least)) == pairs(plain.find_frames(questions, least))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=4), st.sampled_from("aİ 今²。é")), max_size=30))
@example([("İs it ", "ßẞ"), ("İS IT ", "ſ"), ("i\u0307s it ", "K")] * 3)
@example([("\u3000\x1c a \x85", "b")] * 2)
def test_any_characters_give_the_frames_of_the_plain_definition(parts):
    questions = [SIGMA.sub("s", before + behind + before) for before, behind in parts]
    assert pairs(find_frames(questions, 2)) == pairs(plain.find_frames(questions, 2))


def test_a_sigma_is_one_letter_wherever_it_stands():
    topics = ["αυγο", "βουνο", "γατα", "δεντρο"]
    questions = [
        f"{'ο κοσμοσ λεει αυτο' if i % 2 else 'Ο ΚΟΣΜΟΣ ΛΕΕΙ ΑΥΤΟ'} {t}"
        for i, t in enumerate(topics)
    ]
    assert {one.wording for one in find_frames(questions, 4)} == {"Ο ΚΟΣΜΟΣ ΛΕΕΙ ΑΥΤΟ …"}
    assert {one.wording for one in plain.find_frames(questions, 4)} == {""}


def test_every_character_counts_as_in_the_pattern_of_words():
    above = "".join(map(chr, range(LAST_CJK + 1, sys.maxunicode + 1)))
    assert not re.search(r"\w|\s", above)
    for code, letter in enumerate(letters().tolist()):
        char, kind, lower = chr(code), letter & 3, letter >> 2
        found = plain._WORD.fullmatch(char) is not None
        assert found == (kind in (LETTER, CJK_WORD))
        assert (kind == BLANK) == char.isspace()
        assert chr(lower) == char.lower() or char in "İΣς"


def test_spans_are_bytes_inside_each_question():
    questions = [
        f"次の言葉を短く説明してください： {topic} 。"
        for topic in ["桜", "地震", "温泉", "相撲", "将棋"]
    ]
    questions += ["今日は何をする", "what is it"]
    found = frames_of(TextColumn.from_texts(questions), 5)
    assert found.wordings == ("", "次の言葉を短く説明してください： …")
    assert found.codes.tolist() == [1] * 5 + [0] * 2
    cut = [
        question.encode()[start:end].decode()
        for question, start, end in zip(questions, found.starts, found.ends, strict=True)
    ]
    assert cut[0] == "： 桜 。"
    assert cut[5:] == questions[5:]
    assert len(found) == len(questions)


def test_a_part_of_an_arrow_column_is_read_as_if_it_stood_alone():
    questions = [f"Is this review positive? {i} {i * i}" for i in range(30)]
    part = TextColumn.from_arrow(pa.array(["x y z", *questions]).slice(1))
    found, alone = frames_of(part), frames_of(TextColumn.from_texts(questions))
    assert found.wordings == alone.wordings == ("", "Is this review positive? …")
    assert np.array_equal(found.starts, alone.starts)
    assert np.array_equal(found.ends, alone.ends)


@pytest.mark.parametrize("questions", [[], [""], [""] * 20, ["。"] * 20])
def test_questions_without_words_have_no_frame(questions):
    found = frames_of(TextColumn.from_texts(questions), 1)
    assert found.wordings == ("",)
    assert found.ends.tolist() == [len(question.encode()) for question in questions]


def test_the_order_of_questions_does_not_move_their_frames(real_data):
    questions = t0(real_data, "amazon*")
    forward = frames_of(TextColumn.from_texts(questions))
    back = frames_of(TextColumn.from_texts(questions[::-1]))
    assert np.array_equal(forward.starts, back.starts[::-1])
    assert np.array_equal(forward.ends, back.ends[::-1])
    assert Counter(forward.codes.tolist()).keys() == Counter(back.codes.tolist()).keys()


@pytest.mark.parametrize("least", [1, 40, 1000])
def test_groups_of_the_wanted_size_are_found_in_full(least):
    draw = np.random.default_rng(7)
    nodes = draw.integers(0, 3, 20_000, dtype=np.int32)
    words = (draw.zipf(1.3, 20_000) % 5_000).astype(np.uint64)
    words[::50] = 0
    of, group_nodes = group(nodes, words, least)
    wanted = Counter(zip(nodes.tolist(), words.tolist(), strict=True))
    lines = defaultdict(list)
    for line, found in enumerate(of.tolist()):
        lines[found].append((int(nodes[line]), int(words[line])))
    assert all(
        word == 0 or SIEVE_SHARE * wanted[node, word] < least for node, word in lines.pop(NONE)
    )
    assert list(lines) == list(range(len(group_nodes)))
    for found, keys in lines.items():
        assert keys == [keys[0]] * wanted[keys[0]]
        assert group_nodes[found] == keys[0][0]


def test_the_compiler_is_loaded_only_when_frames_are_looked_for():
    code = "import sys, kitae.engines.wording; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
