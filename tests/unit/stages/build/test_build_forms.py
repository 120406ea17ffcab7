"""What other tools find in the dataset's folder."""

import json
import sys

import orjson
import pytest
import yaml

from kitae.records.example import to_messages
from support.row_stages import RowStages, file_of, rows_of

ALL = ("alpaca", "jsonl", "parquet", "messages", "sharegpt", "llamafactory", "axolotl")
NASTY = "".join(map(chr, range(200))) + '日本語\u2028😀"\\/'


def many_rows(number=700):
    return rows_of(
        *(
            {
                "instruction": f"Question {row}? " + NASTY[row % 90 :],
                "input": NASTY[: row % 60] if row % 3 else "",
                "output": NASTY * (row % 4) + str(row),
                "system": "s\n" + NASTY if row % 5 == 0 else "",
                "history": [(f"q{j}\n", NASTY[: j * 9 + 1]) for j in range(row % 4)],
            }
            for row in range(number)
        ),
        side="train",
    )


def few_rows():
    train = rows_of(*((f"Train question {i}?", f"answer {i}") for i in range(5)), side="train")
    validation = rows_of(("Validation question?", "v"), side="validation")
    test = rows_of(
        {
            "instruction": "続きは?",
            "input": "物語",
            "output": "昔々。",
            "system": "短く。",
            "history": [("こんにちは", "どうぞ")],
        },
        side="test",
    )
    return train + validation + test


@pytest.fixture
def build(tmp_path):
    def run(rows, forms=ALL):
        return RowStages(tmp_path).build(rows, forms=forms)

    return run


def record(row):
    found = {"instruction": row.instruction, "input": row.input, "output": row.output}
    if row.system:
        found["system"] = row.system
    if row.history:
        found["history"] = [[one.instruction, one.answer] for one in row.history]
    return found


def test_json_forms_have_the_bytes_that_orjson_writes(build):
    rows = many_rows()
    product = build(rows)
    alpaca = orjson.dumps([record(row) for row in rows], option=orjson.OPT_INDENT_2)
    assert file_of(product, "alpaca/train.json") == alpaca + b"\n"
    jsonl = b"".join(orjson.dumps(record(row)) + b"\n" for row in rows)
    assert file_of(product, "jsonl/train.jsonl") == jsonl
    talks = [{"messages": to_messages(row, with_answer=True)} for row in rows]
    assert file_of(product, "messages/train.jsonl") == b"".join(
        orjson.dumps(talk) + b"\n" for talk in talks
    )


def test_sharegpt_tells_the_same_conversations(build):
    rows = many_rows(50)
    talks = json.loads(file_of(build(rows), "sharegpt/train.json"))
    roles = {"system": "system", "human": "user", "gpt": "assistant"}
    assert [
        [{"role": roles[turn["from"]], "content": turn["value"]} for turn in talk["conversations"]]
        for talk in talks
    ] == [to_messages(row, with_answer=True) for row in rows]


def test_llamafactory_is_told_only_of_columns_that_a_file_has(build):
    """Its loader reads every column that is named, also where no row of the file has it."""
    info = json.loads(file_of(build(few_rows()), "dataset_info.json"))
    assert sorted(info) == [
        "test",
        "test_sharegpt",
        "train",
        "train_sharegpt",
        "validation",
        "validation_sharegpt",
    ]
    plain = {"prompt": "instruction", "query": "input", "response": "output"}
    assert info["train"] == {"file_name": "alpaca/train.json", "columns": plain}
    assert info["test"]["columns"] == {**plain, "system": "system", "history": "history"}
    assert info["test_sharegpt"]["formatting"] == "sharegpt"


def test_axolotl_finds_train_and_validation(build):
    product = build(few_rows())
    config = yaml.safe_load(file_of(product, "axolotl.yaml"))
    assert config["datasets"][0]["path"] == "messages/train.jsonl"
    assert config["test_datasets"][0]["path"] == "messages/validation.jsonl"
    assert {entry["type"] for key in config for entry in config[key]} == {"chat_template"}


def test_a_form_that_leans_on_another_brings_it_along(build):
    files = set(build(few_rows(), forms=("axolotl", "llamafactory")).files)
    assert {"axolotl.yaml", "messages/train.jsonl"} <= files
    assert {"dataset_info.json", "alpaca/train.json"} <= files
    assert "jsonl/train.jsonl" not in files


@pytest.mark.parametrize("form", ["alpaca", "jsonl", "messages", "parquet", "sharegpt"])
def test_the_card_names_one_file_per_side_for_hugging_face(build, form):
    text = file_of(build(few_rows(), forms=(form,)), "README.md").decode()
    front = yaml.safe_load(text.split("---")[1])
    (config,) = front["configs"]
    assert config["config_name"] == "default"
    assert [one["split"] for one in config["data_files"]] == ["train", "validation", "test"]
    assert all(one["path"].startswith(f"{form}/") for one in config["data_files"])
    has_features = "dataset_info" in front
    assert has_features == (form in ("alpaca", "jsonl"))


@pytest.mark.parametrize("form", ["alpaca", "jsonl", "messages", "parquet", "sharegpt"])
def test_hugging_face_datasets_loads_the_folder_without_a_script(
    build, form, tmp_path, monkeypatch
):
    if "datasets" not in sys.modules:
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="the library `datasets` is not installed")
    product = build(few_rows(), forms=(form,))
    folder = tmp_path / "dataset"
    for name in product.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(file_of(product, name))
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert {side: rows.num_rows for side, rows in loaded.items()} == {
        "train": 5,
        "validation": 1,
        "test": 1,
    }
    assert "昔々。" in str(loaded["test"][0])
