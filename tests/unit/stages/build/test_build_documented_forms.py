"""What is exported, held against what its readers document; nothing of theirs is needed to run this.

OpenAI: the message types of its own client. LLaMA-Factory: `data/README.md`. ShareGPT: the same, with its
rule that speakers alternate. Axolotl: the keys of a dataset entry in its configuration reference.
"""

import json

import jsonschema
import pytest
import yaml
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from support.row_stages import RowStages, file_of, rows_of

TEXT = {"type": "string"}
FILLED = {"type": "string", "minLength": 1}
ALPACA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["instruction", "output"],
        "properties": {
            "instruction": FILLED,
            "input": TEXT,
            "output": FILLED,
            "system": FILLED,
            "history": {
                "type": "array",
                "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2},
            },
        },
        "additionalProperties": False,
    },
}
SHAREGPT = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["conversations"],
        "properties": {
            "conversations": {
                "type": "array",
                "minItems": 2,
                "items": {
                    "type": "object",
                    "required": ["from", "value"],
                    "properties": {"from": {"enum": ["system", "human", "gpt"]}, "value": TEXT},
                    "additionalProperties": False,
                },
            }
        },
        "additionalProperties": False,
    },
}
_COLUMNS = ("prompt", "query", "response", "history", "messages", "system", "tools")
_TAGS = ("role_tag", "content_tag", "user_tag", "assistant_tag", "system_tag")
DATASET_INFO = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["file_name"],
        "properties": {
            "file_name": FILLED,
            "formatting": {"enum": ["alpaca", "sharegpt"]},
            "columns": {
                "type": "object",
                "properties": dict.fromkeys(_COLUMNS, FILLED),
                "additionalProperties": False,
            },
            "tags": {
                "type": "object",
                "properties": dict.fromkeys(_TAGS, FILLED),
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    },
}
_ENTRIES = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["path", "type"],
        "properties": {
            "path": FILLED,
            "ds_type": {"enum": ["json", "arrow", "parquet", "text", "csv"]},
            "split": FILLED,
            "type": {"const": "chat_template"},
            "field_messages": FILLED,
            "message_property_mappings": {"type": "object", "additionalProperties": FILLED},
        },
        "additionalProperties": False,
    },
}
AXOLOTL = {
    "type": "object",
    "required": ["datasets"],
    "properties": {"datasets": _ENTRIES, "test_datasets": _ENTRIES},
    "additionalProperties": False,
}


def talk(number):
    return {
        "instruction": f"Question {number}?",
        "input": "物語\u2028\n" if number % 2 else "",
        "output": f'"{number}"\\ \t昔々。',
        "system": "短く。" if number % 3 == 0 else "",
        "history": [(f"earlier {number}", "どうぞ")] * (number % 3),
    }


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    rows = rows_of(*map(talk, range(12)), side="train") + rows_of(talk(20), side="validation")
    forms = ("alpaca", "jsonl", "messages", "sharegpt", "llamafactory", "axolotl")
    return RowStages(tmp_path_factory.mktemp("build")).build(rows, forms=forms)


def test_alpaca_is_as_documented(product):
    jsonschema.validate(json.loads(file_of(product, "alpaca/train.json")), ALPACA)
    lines = file_of(product, "jsonl/train.jsonl").decode().split("\n")[:-1]
    jsonschema.validate([json.loads(line) for line in lines], ALPACA)


def test_openai_takes_every_line_of_messages(product):
    content = file_of(product, "messages/train.jsonl")
    assert b"\r" not in content
    adapter = TypeAdapter(list[ChatCompletionMessageParam])
    for line in content.decode().split("\n")[:-1]:
        document = json.loads(line)
        assert list(document) == ["messages"]
        adapter.validate_python(document["messages"])
        roles = [one["role"] for one in document["messages"] if one["role"] != "system"]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert document["messages"][-1]["content"]


def test_speakers_of_sharegpt_alternate_and_the_model_has_the_last_word(product):
    talks = json.loads(file_of(product, "sharegpt/train.json"))
    jsonschema.validate(talks, SHAREGPT)
    for one in talks:
        turns = [turn["from"] for turn in one["conversations"]]
        spoken = turns[1:] if turns[0] == "system" else turns
        assert spoken == ["human", "gpt"] * (len(spoken) // 2)


def test_dataset_info_names_files_and_columns_that_are_there(product):
    info = json.loads(file_of(product, "dataset_info.json"))
    jsonschema.validate(info, DATASET_INFO)
    for entry in info.values():
        rows = json.loads(file_of(product, entry["file_name"]))
        there = {name for row in rows for name in row}
        assert set(entry["columns"].values()) <= there


def test_axolotl_finds_its_files_and_their_field(product):
    config = yaml.safe_load(file_of(product, "axolotl.yaml"))
    jsonschema.validate(config, AXOLOTL)
    for entry in config["datasets"] + config["test_datasets"]:
        first = json.loads(file_of(product, entry["path"]).decode().split("\n")[0])
        turn = first[entry["field_messages"]][0]
        assert set(entry["message_property_mappings"].values()) == set(turn)
