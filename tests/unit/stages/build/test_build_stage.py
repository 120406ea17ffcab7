import io
import json

import pyarrow.parquet as pq
import pytest
import yaml

from kitae.core.errors import DataError
from support.row_stages import RowStages, file_of, kept, reasons, rows_of

LONG_JA = "昨日の夜に駅前の喫茶店で友人と長い時間話し込んでしまい、終電を逃して歩いて帰りました。"


@pytest.fixture
def stages(tmp_path):
    return RowStages(tmp_path)


def sample():
    rows = rows_of(*((f"Train question {i}?", f"answer {i}") for i in range(5)), side="train")
    rows += rows_of(("Validation question?", "v"), side="validation")
    rows += rows_of(
        {
            "instruction": "続きは?",
            "input": "物語",
            "output": "昔々。",
            "system": "短く。",
            "history": [("こんにちは", "どうぞ")],
        },
        side="test",
    )
    return [row.model_copy(update={"source": "mine", "licence": "MIT"}) for row in rows]


def test_the_sides_are_frozen_whole(stages):
    product = stages.build(sample())
    assert [len(kept(product, side)) for side in ("train", "validation", "test")] == [5, 1, 1]
    dataset = product.records["dataset"]
    assert (dataset.train.rows, dataset.validation.rows, dataset.test.rows) == (5, 1, 1)
    assert product.counts.balances


def test_the_same_question_leaves_train_whatever_its_answer(stages):
    twin = rows_of(("validation QUESTION", "another answer"), side="train")
    product = stages.build(sample() + twin)
    assert reasons(product) == {twin[0].id: "near_heldout"}
    assert product.records["findings"].left == {"train": 1}


def test_a_near_row_with_a_near_answer_leaves_train(stages):
    held = rows_of((f"要約: {LONG_JA}", LONG_JA), side="test")
    near = LONG_JA.replace("友人", "同僚")
    twin = rows_of((f"要約: {near}", near), side="train", origin="made")
    product = stages.build(sample() + held + twin)
    assert reasons(product) == {twin[0].id: "near_heldout"}
    assert product.tables["dropped"]["detail"].to_pylist() == [held[0].id]


def test_minimal_pairs_with_other_answers_stay(stages):
    held = rows_of(("今日の仕事は?", "today"), (f"{LONG_JA}今日の運勢は?", "大吉"), side="test")
    train = rows_of(("明日の仕事は?", "tomorrow"), (f"{LONG_JA}明日の運勢は?", "凶"), side="train")
    assert reasons(stages.build(held + train)) == {}


def test_a_validation_row_too_near_to_the_test_leaves(stages):
    twin = rows_of(
        {
            "instruction": "続きは",
            "input": "物語",
            "output": "x",
            "system": "短く。",
            "history": [("こんにちは", "どうぞ")],
        },
        side="validation",
    )
    assert reasons(stages.build(sample() + twin)) == {twin[0].id: "near_heldout"}


def test_many_equal_train_rows_all_leave(stages):
    held = rows_of(("Tell a story", "x"), side="test")
    train = rows_of(("tell a story!", "x"), ("Please tell a story", "x"), ("Tell the story", "x"))
    placed = [row.model_copy(update={"side": "train"}) for row in train]
    assert set(reasons(stages.build(placed + held))) == {row.id for row in train}


def test_alpaca_json_has_exactly_the_fields_that_are_there(stages):
    product = stages.build(sample())
    train = json.loads(file_of(product, "alpaca/train.json"))
    assert train[0] == {"instruction": "Train question 0?", "input": "", "output": "answer 0"}
    assert json.loads(file_of(product, "alpaca/test.json")) == [
        {
            "instruction": "続きは?",
            "input": "物語",
            "output": "昔々。",
            "system": "短く。",
            "history": [["こんにちは", "どうぞ"]],
        }
    ]
    lines = file_of(product, "jsonl/train.jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == train


def test_messages_hold_the_whole_conversation(stages):
    line = file_of(stages.build(sample()), "messages/test.jsonl")
    assert [m["role"] for m in json.loads(line)["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]


def test_parquet_reads_back_equal(stages):
    table = pq.read_table(io.BytesIO(file_of(stages.build(sample()), "parquet/test.parquet")))
    (row,) = table.to_pylist()
    assert row["history"] == [["こんにちは", "どうぞ"]]
    assert (row["output"], row["licence"]) == ("昔々。", "MIT")


def test_equal_rows_give_equal_bytes(stages):
    one, other = stages.build(sample()), stages.build(sample())
    assert list(one.files) == list(other.files)
    assert all(file_of(one, name) == file_of(other, name) for name in one.files)
    assert one.records == other.records


def test_the_card_has_front_matter_and_counts(stages):
    text = file_of(stages.build(sample()), "README.md").decode()
    front = yaml.safe_load(text.split("---")[1])
    assert front["license"] == "mit"
    assert front["configs"][0]["data_files"][0] == {
        "split": "train",
        "path": "parquet/train.parquet",
    }
    assert "| train | 5 |" in text


def test_only_the_wanted_forms_are_written(stages):
    files = stages.build(sample(), forms=("jsonl",)).files
    assert sorted(files) == [
        "README.md",
        "jsonl/test.jsonl",
        "jsonl/train.jsonl",
        "jsonl/validation.jsonl",
    ]


def test_a_side_without_rows_has_an_empty_table_and_no_file(stages):
    product = stages.build(rows_of(("a?", "1"), side="train"))
    assert product.tables["test"].num_rows == 0
    assert "alpaca/test.json" not in product.files


def test_another_side_is_another_dataset(stages):
    one = stages.build(rows_of(("a?", "1"), side="train")).records["dataset"]
    other = stages.build(rows_of(("a?", "1"), side="test")).records["dataset"]
    assert one.rows_hash != other.rows_hash


def test_a_row_without_a_side_is_refused(stages):
    with pytest.raises(DataError, match="has no side"):
        stages.build(rows_of(("a?", "1")))
