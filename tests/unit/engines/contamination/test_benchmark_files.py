"""Benchmark files give their questions and answers, whatever their columns are called."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kitae.core.errors import DataError
from kitae.engines.contamination import read_benchmark

LONG = "Because light of short waves is scattered far more by the molecules of the air than that of long ones."


def texts(benchmark):
    return [benchmark.texts[i] for i in range(len(benchmark.texts))]


def jsonl(path, rows):
    path.write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8"
    )
    return path


def test_questions_and_long_answers_are_taken_and_labels_are_not(tmp_path):
    rows = [
        {"id": 1, "question": "Why is the sky blue?", "answer": LONG, "choices": ["a", "b"]},
        {"id": 2, "question": "天空为什么是蓝色的？", "answer": "B"},
    ]
    found = read_benchmark(jsonl(tmp_path / "exam.jsonl", rows))
    assert texts(found) == ["Why is the sky blue?", LONG, "天空为什么是蓝色的？"]
    assert found.is_answer.tolist() == [False, True, False]
    assert found.rows.tolist() == [1, 1, 2]
    assert (found.question_fields, found.answer_fields) == (("question",), ("answer",))
    assert (found.rows_read, found.rows_without_text) == (2, 0)


def test_an_instruction_is_read_with_its_input_and_a_question_without_its_passage(tmp_path):
    one = read_benchmark(
        jsonl(tmp_path / "a.jsonl", [{"instruction": "Translate", "input": "Guten Tag"}])
    )
    other = read_benchmark(
        jsonl(tmp_path / "b.jsonl", [{"question": "Who came?", "context": LONG}])
    )
    assert (texts(one), texts(other)) == (["Translate\nGuten Tag"], ["Who came?"])


def test_conversations_and_nested_rows_are_taken_apart(tmp_path):
    rows = [
        {
            "conversations": [
                {"from": "human", "value": "Hi there?"},
                {"from": "gpt", "value": LONG},
            ]
        },
        {
            "messages": [
                {"role": "user", "content": "And now?"},
                {"role": "assistant", "content": "ok"},
            ]
        },
        {
            "instruction": "Add",
            "instances": [{"input": "1 2", "output": "3"}, {"input": "4 5", "output": "9"}],
        },
        {"question": {"stem": "Which gas do plants take up?", "choices": []}},
    ]
    found = read_benchmark(jsonl(tmp_path / "mixed.jsonl", rows))
    asked = ["Hi there?", LONG, "And now?", "Add\n1 2", "Add\n4 5", "Which gas do plants take up?"]
    assert texts(found) == asked


def test_tables_and_plain_text_are_read(tmp_path):
    (tmp_path / "t.csv").write_text("問題,答案\n空はなぜ青い,光\n", encoding="utf-8")
    pq.write_table(pa.table({"prompt": ["Name a river"], "n": [1]}), tmp_path / "t.parquet")
    (tmp_path / "lines.txt").write_text("First one?\nSecond one?\n", encoding="utf-8")
    (tmp_path / "blocks.txt").write_text("First\none?\n\nSecond one?\n", encoding="utf-8")
    assert texts(read_benchmark(tmp_path / "t.csv")) == ["空はなぜ青い"]
    assert texts(read_benchmark(tmp_path / "t.parquet")) == ["Name a river"]
    assert texts(read_benchmark(tmp_path / "lines.txt")) == ["First one?", "Second one?"]
    assert texts(read_benchmark(tmp_path / "blocks.txt")) == ["First\none?", "Second one?"]


def test_unknown_columns_are_guessed_or_refused_with_their_names(tmp_path):
    guessed = read_benchmark(jsonl(tmp_path / "g.jsonl", [{"text": "Say hello to Ann", "n": 1}]))
    assert (texts(guessed), guessed.question_fields) == (["Say hello to Ann"], ("text",))
    with pytest.raises(DataError, match="qqq1, zz9"):
        read_benchmark(jsonl(tmp_path / "u.jsonl", [{"qqq1": "x", "zz9": "y"}]))
