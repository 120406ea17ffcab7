"""The corpora of the data engine's benchmark: what is planted is what the truth says."""

import json
import random

import numpy as np
import pytest
from bench.data.corpus import Corpus, malformed, write_corpus
from bench.data.peers.rows import peer_rows, question_and_answer
from bench.data.real_text import RealCorpus, Row
from bench.data.truth import BASE, EXACT, KINDS, MALFORMED, MOJIBAKE, NEAR, PRIVATE, Truth

COUNT = 3_000


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("corpus"), COUNT)


@pytest.fixture(scope="module")
def truth(files):
    return Truth.read(files.truth)


@pytest.fixture(scope="module")
def lines(files):
    return files.rows.read_bytes().split(b"\n")[:-1]


def words_of(line):
    question, answer = question_and_answer(json.loads(line))
    return f"{question} {answer}"


def test_a_long_corpus_begins_with_the_short_one(lines):
    assert [line for line, _ in Corpus().lines(200)] == [line + b"\n" for line in lines[:200]]


def test_another_seed_gives_another_corpus(lines):
    assert next(Corpus(8).lines(1))[0] != lines[0] + b"\n"


def test_every_row_has_a_line_and_a_truth(lines, truth):
    assert len(lines) == len(truth) == COUNT


def test_shares_of_kinds_and_languages_are_as_told(truth):
    kinds = np.bincount(truth.kind, minlength=len(KINDS)) / COUNT
    assert kinds[[EXACT, NEAR, MOJIBAKE, PRIVATE, MALFORMED]] == pytest.approx(
        [0.05, 0.08, 0.02, 0.01, 0.01], abs=0.02
    )
    assert np.bincount(truth.language) / COUNT == pytest.approx([0.6, 0.2, 0.2], abs=0.04)


def test_exact_copies_say_the_same_and_near_ones_nearly(lines, truth):
    for row in np.flatnonzero(truth.kind == EXACT):
        assert words_of(lines[row]).split() == words_of(lines[truth.of[row]]).split()
    for row in np.flatnonzero(truth.kind == NEAR):
        assert words_of(lines[row]) != words_of(lines[truth.of[row]])


def test_no_copy_is_edited_by_more_than_fifteen_percent(truth):
    edits = truth.edit[truth.kind == NEAR]
    assert edits.min() > 0
    assert edits.max() <= 0.15


def test_copies_are_of_originals_that_came_before(truth):
    copies = np.flatnonzero((truth.kind == EXACT) | (truth.kind == NEAR))
    assert (truth.of[copies] < copies).all()
    assert (truth.kind[truth.of[copies]] == BASE).all()


def test_malformed_lines_are_no_sound_rows():
    line = json.dumps({"id": 0, "instruction": "a", "output": "b"}, separators=(",", ":")).encode()
    for way in range(6):
        try:
            row = json.loads(malformed(way, line))
        except ValueError:
            continue
        assert row["instruction"] is None


def test_other_tools_get_every_sound_row_and_only_those_that_they_can_read(files, truth, tmp_path):
    numbers = peer_rows(files, tmp_path / "rows.jsonl", COUNT, mends=False)
    assert numbers == np.flatnonzero(~np.isin(truth.kind, [MALFORMED, MOJIBAKE])).tolist()
    row = json.loads((tmp_path / "rows.jsonl").read_text("utf-8").split("\n")[0])
    assert row["tokens"] == row["tokens"].lower()
    assert row["text"] == f"{row['question']}\n{row['answer']}"


def real_rows():
    rng = random.Random(1)
    words = [f"w{chr(97 + i)}{chr(97 + j)}" for i in range(20) for j in range(20)]

    def text(number):
        return " ".join(rng.choice(words) for _ in range(number))

    english = [Row("told", f"Say what this means: {text(20)}", text(30), i) for i in range(150)]
    japanese = [
        Row("日本", "これは何ですか。" + "あ" * i, "説明します。" * 5, 200 + i) for i in range(9)
    ]
    chinese = [Row("中文", "这是什么？" + "书" * i, "我来说明。" * 5, 300 + i) for i in range(9)]
    return english + japanese + chinese


def test_real_rows_come_first_as_they_are_and_every_copy_names_its_original():
    made = list(RealCorpus(real_rows()).lines(1_000))
    originals = {row.question for row in real_rows()}
    texts = [
        json.loads(line)["instruction"] if truth.kind != MALFORMED else "" for line, truth in made
    ]
    for number, (_, truth) in enumerate(made[:100]):
        assert truth.kind in (BASE, MALFORMED)
        assert truth.kind == MALFORMED or texts[number] in originals
    copies = [
        (text, truth) for text, (_, truth) in zip(texts, made, strict=True) if truth.kind == EXACT
    ]
    assert copies
    assert all(text == texts[truth.of] for text, truth in copies)


def test_forms_keep_the_template_and_change_the_rest():
    made = list(RealCorpus(real_rows()).lines(1_000))
    forms = [
        json.loads(line)["instruction"]
        for line, truth in made[200:]
        if truth.kind == BASE and truth.language == 0
    ]
    originals = {row.question for row in real_rows()}
    assert forms
    assert all(form.startswith("Say what this means: ") for form in forms)
    assert originals.isdisjoint(forms)
