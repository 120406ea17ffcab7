import json

import pytest

from kitae.core.errors import DataError
from kitae.stages.collect import ColumnsConfig
from support.messy_files import (
    as_csv,
    as_json,
    as_jsonl,
    collect_bytes,
    contents,
    examples,
    quarantine,
    repairs,
    rules,
)

FORMS = {
    "alpaca": {"instruction": "q", "input": "m", "output": "a"},
    "prompt and completion": {"prompt": "q", "input": "m", "completion": "a"},
    "question and answer": {"question": "q", "context": "m", "answer": "a"},
    "dolly": {"instruction": "q", "context": "m", "response": "a", "category": "x"},
    "an instruction beside a question": {"instruction": "q", "question": "m", "answer": "a"},
    "chinese": {"指令": "q", "输入": "m", "输出": "a"},
    "traditional chinese": {"指令": "q", "輸入": "m", "輸出": "a"},
    "japanese": {"指示": "q", "入力": "m", "出力": "a"},
    "japanese question": {"質問": "q", "文脈": "m", "回答": "a"},
    "capitals and blanks": {" Instruction ": "q", "INPUT": "m", "Output": "a"},
    "full width": {"Ｉｎｓｔｒｕｃｔｉｏｎ": "q", "input": "m", "output": "a"},
}


@pytest.mark.parametrize("row", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("write", [as_json, as_jsonl, as_csv])
def test_each_form_becomes_the_same_record(tmp_path, row, write):
    other = {key: value + "2" for key, value in row.items()}
    product = collect_bytes(tmp_path, write([row, other]), name="rows.txt")
    assert contents(product) == [("q", "m", "a"), ("q2", "m2", "a2")]


def test_a_file_may_mix_forms(tmp_path):
    rows = [
        *FORMS.values(),
        {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
    ]
    product = collect_bytes(tmp_path, as_jsonl(rows))
    assert {(q, a) for q, _, a in contents(product)} == {("q", "a")}
    assert product.counts.out == len(rows)


def test_a_translated_key_is_listed_for_its_row(tmp_path):
    rows = [FORMS["alpaca"], FORMS["japanese"]]
    product = collect_bytes(tmp_path, as_jsonl(rows))
    assert rules(repairs(product)) == ["translated_key"]
    assert repairs(product)[0].line == 2
    assert "指示 → instruction" in repairs(product)[0].detail
    assert [r["repairs"] for r in examples(product)] == [[], ["translated_key"]]
    assert product.counts.repaired == 1


def test_a_header_in_japanese_is_a_mapping_and_no_repair(tmp_path):
    product = collect_bytes(tmp_path, as_csv([FORMS["japanese"]]), name="rows.csv")
    assert repairs(product) == ()
    assert product.records["sources"].items[0].columns == {
        "instruction": "指示",
        "input": "入力",
        "output": "出力",
    }


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ({"output": "a"}, "missing_instruction", "instruction"),
        ({"instruction": "q"}, "missing_output", "output"),
        ({"instruction": "", "output": "a"}, "empty_instruction", "instruction"),
        ({"instruction": "q", "output": " \n"}, "empty_output", "output"),
        ({"instruction": "q", "output": None}, "empty_output", "output"),
        ({"instruction": ["q"], "output": "a"}, "wrong_type", "instruction"),
        ({"instruction": "q", "output": {"a": 1}}, "wrong_type", "output"),
        ({"instruction": "q", "input": ["m"], "output": "a"}, "wrong_type", "input"),
        ({"instruction": "q", "output": "a", "history": "what?"}, "wrong_type", "history"),
        ({"instruction": "q", "output": "a", "history": [["only"]]}, "wrong_type", "history"),
        ({"instruction": "q", "output": "a", "history": [["q", ""]]}, "broken_history", "history"),
        ({"instruction": "q", "output": "a\0b"}, "nul_in_text", "output"),
        ({"instruction": "q\ud800", "output": "a"}, "lone_surrogate", "instruction"),
        (
            {"instruction": "q", "output": "a", "history": [["\ud800", "r"]]},
            "lone_surrogate",
            "history",
        ),
        ({"instruction": "q", "指令": "r", "output": "a"}, "duplicate_key", "instruction"),
        ({"foo": "q", "bar": "a"}, "unknown_columns", None),
        (
            {"instruction": "Instruction (required)", "output": "Output (required)"},
            "documentation_row",
            "instruction",
        ),
        (
            {"instruction": "人类指令（必填）", "output": "模型回答（必填）"},
            "documentation_row",
            "instruction",
        ),
        (
            {"instruction": "ユーザーの指示(必須)", "output": "モデルの応答(必須)"},
            "documentation_row",
            "instruction",
        ),
    ],
)
def test_a_record_that_breaks_a_rule_is_set_aside_with_the_field_named(tmp_path, row, rule, field):
    text = json.dumps([FORMS["alpaca"], row, FORMS["alpaca"]])
    product = collect_bytes(tmp_path, text)
    assert product.counts.out == 2
    assert [(i.rule, i.field) for i in quarantine(product)] == [(rule, field)]
    assert quarantine(product)[0].source == "rows.json"
    assert quarantine(product)[0].line == 1


@pytest.mark.parametrize("nothing", ["", None, [], "[]", "  "])
def test_nothing_as_history_is_no_history(tmp_path, nothing):
    row = {"instruction": "q", "output": "a", "history": nothing}
    assert examples(collect_bytes(tmp_path, as_json([row])))[0]["history"] == []


@pytest.mark.parametrize(
    "history",
    [
        [["q1", "a1"], ["q2", "a2"]],
        '[["q1", "a1"], ["q2", "a2"]]',
        [{"instruction": "q1", "output": "a1"}, {"prompt": "q2", "response": "a2"}],
        [
            {"role": "user", "content": "q1"},
            {"role": "assistant", "content": "a1"},
            {"role": "user", "content": "q2"},
            {"role": "assistant", "content": "a2"},
        ],
    ],
)
def test_earlier_rounds_are_kept_oldest_first(tmp_path, history):
    row = {"instruction": "q3", "output": "a3", "history": history}
    found = examples(collect_bytes(tmp_path, as_json([row])))[0]
    assert [(r["instruction"], r["answer"]) for r in found["history"]] == [
        ("q1", "a1"),
        ("q2", "a2"),
    ]


def test_rounds_of_a_template_are_taken_out_of_the_history(tmp_path):
    row = {
        "instruction": "q",
        "input": "人間の入力(任意)",
        "output": "a",
        "history": [["q1", "a1"], ["第2ラウンドの指示(任意)", "第2ラウンドの応答(任意)"]],
    }
    product = collect_bytes(tmp_path, as_json([row]))
    assert [r["instruction"] for r in examples(product)[0]["history"]] == ["q1"]
    assert examples(product)[0]["input"] == ""
    assert rules(repairs(product)) == ["placeholder_field", "placeholder_history"]


@pytest.mark.parametrize(
    "text",
    [
        "Write a short answer (optional)",
        "この質問に答えてください(任意)",
        "Why is it optional?",
        "(optional)",
        "Explain the term (required reading)",
        "请回答下面的问题（选填内容除外）",
    ],
)
def test_a_real_question_is_no_placeholder(tmp_path, text):
    product = collect_bytes(tmp_path, as_json([{"instruction": text, "output": "a"}]))
    assert product.counts.out == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (2.5, "2.5"), (True, "true"), (12345678901234567890, "12345678901234567890")],
)
def test_a_number_as_answer_is_written_out_and_listed(tmp_path, value, text):
    product = collect_bytes(tmp_path, as_json([{"instruction": "q", "output": value}]))
    assert contents(product) == [("q", "", text)]
    assert rules(repairs(product)) == ["scalar_as_text"]


def test_instances_are_flattened_and_share_the_group_of_their_task(tmp_path):
    tasks = [
        {
            "id": "t1",
            "instruction": "double it",
            "instances": [{"input": "1", "output": "2"}, {"input": "2", "output": "4"}],
        },
        {"id": "t2", "instruction": "say hi", "instances": [{"input": "", "output": ""}]},
        {"id": "t3", "instruction": "nothing", "instances": []},
    ]
    product = collect_bytes(tmp_path, as_jsonl(tasks))
    assert contents(product) == [("double it", "1", "2"), ("double it", "2", "4")]
    rows = examples(product)
    assert len({r["group"] for r in rows}) == 1
    assert rows[0]["group"]
    assert [r["locator"] for r in rows] == ["line 1, instance 1", "line 1, instance 2"]
    assert rules(quarantine(product)) == ["empty_output", "missing_output"]
    assert product.counts.balances


def test_named_columns_are_taken_and_the_rest_left_out(tmp_path):
    columns = ColumnsConfig(instruction="Frage", output="Antwort", group="Thema")
    rows = [{"Frage": "q", "Antwort": "a", "Thema": "t", "input": "not asked for"}]
    product = collect_bytes(tmp_path, as_csv(rows), name="rows.csv", columns=columns)
    assert contents(product) == [("q", "", "a")]
    assert examples(product)[0]["group"] == "t"
    assert product.records["sources"].items[0].unused_columns == ("input",)


def test_unknown_columns_stop_with_the_mapping_to_type(tmp_path):
    rows = [{"sentence": "good", "label": "pos", "id": "1"}] * 9
    with pytest.raises(DataError) as caught:
        collect_bytes(tmp_path, as_csv(rows), name="rows.csv")
    error = caught.value
    assert error.exit_code == 7
    assert "'sentence', 'label', 'id'" in error.what
    assert "--map instruction=sentence --map output=label" in (error.fix or "")
    assert "columns:\n    instruction: sentence\n    output: label" in (error.fix or "")


def test_a_misspelt_column_is_guessed(tmp_path):
    rows = [{"instrucion": "q", "outptu": "a", "note": "x"}]
    with pytest.raises(DataError) as caught:
        collect_bytes(tmp_path, as_csv(rows), name="rows.csv")
    assert "--map instruction=instrucion --map output=outptu" in (caught.value.fix or "")


def test_a_column_name_with_blanks_is_quoted_for_the_shell(tmp_path):
    rows = [{"the question asked": "q", "what we said": "a"}]
    with pytest.raises(DataError) as caught:
        collect_bytes(tmp_path, as_csv(rows), name="rows.csv")
    assert "--map 'instruction=the question asked'" in (caught.value.fix or "")
    assert 'output: "what we said"' in (caught.value.fix or "")
