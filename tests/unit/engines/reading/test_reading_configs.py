import json

import pytest

from kitae.core.errors import DataError, NotFoundError
from kitae.core.text import render
from kitae.engines.reading.configs import sources_from_config


def read(tmp_path, content, name):
    path = tmp_path / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    reading = sources_from_config(path)
    for note in reading.notes:
        for language in ("en", "ja", "zh"):
            assert render(note, language)
    return reading


def shown(reading, tmp_path):
    """Entries with paths from the config's folder."""
    base = f"{tmp_path.as_posix()}/"
    return [
        {k: v.removeprefix(base) if isinstance(v, str) else v for k, v in entry.items()}
        for entry in reading.entries
    ]


def notes(reading):
    return [(n.key.removeprefix("reading.config."), n.values["name"]) for n in reading.notes]


LLAMA_FACTORY = {
    "identity": {"file_name": "identity.json"},
    "mapped": {
        "file_name": "sub/data.jsonl",
        "columns": {"prompt": "q", "query": "ctx", "response": "a", "system": "s", "history": "h"},
    },
    "talk": {
        "file_name": "talk.json",
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "tools": "tools"},
    },
    "openai": {
        "hf_hub_url": "owner/chat",
        "split": "train_sft",
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    },
    "odd talk": {
        "file_name": "odd.json",
        "formatting": "sharegpt",
        "columns": {"messages": "completion"},
        "tags": {"role_tag": "who", "content_tag": "said"},
    },
    "both hubs": {"hf_hub_url": "owner/en", "ms_hub_url": "owner2/en", "subset": "en"},
    "modelscope": {"ms_hub_url": "owner/zh", "num_samples": 100},
    "pairs": {
        "file_name": "dpo.json",
        "ranking": True,
        "columns": {"prompt": "question", "chosen": "good", "rejected": "bad"},
    },
    "wiki": {"file_name": "wiki.txt", "columns": {"prompt": "text"}},
    "pictures": {"file_name": "m.json", "columns": {"prompt": "a", "response": "b", "images": "i"}},
    "script": {"script_url": "belle"},
    "cloud": {"cloud_file_name": "s3://bucket/x.json"},
    "no owner": {"hf_hub_url": "wiki_qa"},
    "part": {"hf_hub_url": "owner/part", "folder": "data/ja"},
    "broken": 7,
}


def test_every_kind_of_llama_factory_entry_becomes_a_source_or_a_note(tmp_path):
    reading = read(tmp_path, LLAMA_FACTORY, "dataset_info.json")
    assert reading.format == "llama_factory"
    assert shown(reading, tmp_path) == [
        {"path": "identity.json", "name": "identity"},
        {
            "path": "sub/data.jsonl",
            "name": "mapped",
            "columns": {
                "instruction": "q",
                "input": "ctx",
                "output": "a",
                "system": "s",
                "history": "h",
            },
        },
        {"path": "talk.json", "name": "talk"},
        {"hub": "owner/chat", "split": "train_sft"},
        {
            "path": "odd.json",
            "name": "odd talk",
            "columns": {"messages": "completion", "tags": {"role": "who", "content": "said"}},
        },
        {"hub": "owner/en", "subset": "en"},
        {"modelscope": "owner/zh"},
        {
            "path": "dpo.json",
            "name": "pairs",
            "columns": {"instruction": "question", "output": "good"},
        },
        {"path": "wiki.txt", "name": "wiki"},
        {
            "path": "m.json",
            "name": "pictures",
            "columns": {"instruction": "a", "output": "b"},
        },
        {"hub": "owner/part", "files": ["data/ja/**"]},
    ]
    assert notes(reading) == [
        ("conversation_keys", "odd talk"),
        ("sample", "modelscope"),
        ("preferences", "pairs"),
        ("media", "pictures"),
        ("script", "script"),
        ("cloud", "cloud"),
        ("repository_name", "no owner"),
        ("not_understood", "broken"),
    ]
    assert [s.name for s in reading.sources if s.wants == "documents"] == ["wiki"]


def test_the_way_a_conversation_is_written_is_kept_for_those_who_can_use_it(tmp_path):
    reading = read(tmp_path, LLAMA_FACTORY, "dataset_info.json")
    talks = {s.name: s.conversation for s in reading.sources if s.conversation}
    assert list(talks) == ["talk", "openai", "odd talk"]
    assert talks["talk"].is_plain
    assert talks["openai"].is_plain
    odd = talks["odd talk"]
    assert (odd.messages, odd.role, odd.content) == ("completion", "who", "said")
    assert not odd.is_plain


AXOLOTL = """
base_model: some/model
datasets:
  - path: data/train.jsonl
    type: alpaca
  - path: owner/dataset
    name: en
    split: train[:10%]
    revision: abc
    type: chat_template
    field_messages: conversations
    message_property_mappings: {role: from, content: value}
    roles: {user: [human], assistant: [gpt], tool: [tool]}
  - path: folder
    ds_type: json
    data_files: [a.jsonl, b.jsonl]
    type: {field_instruction: q, field_output: a, field_system: s, format: "[INST] {instruction}"}
  - path: json
    data_files: c.json
    type: alpaca_w_system.load_open_orca
  - path: ./local/dir
    type: sharegpt:chat
    conversation: chatml
  - path: owner/files
    data_files: [x.jsonl]
    type: metharme
  - path: s3://bucket/x.jsonl
    type: alpaca
  - path: text.txt
    type: completion
  - path: strange.jsonl
    type: my_own.load
  - type: alpaca
test_datasets:
  - path: /data/test.jsonl
    type: jeopardy
    split: train
pretraining_dataset:
  - path: owner/c4
"""


def test_every_kind_of_axolotl_entry_becomes_a_source_or_a_note(tmp_path):
    reading = read(tmp_path, AXOLOTL, "axolotl.yaml")
    assert reading.format == "axolotl"
    own = {"instruction": "q", "output": "a", "system": "s"}
    orca = {"system": "system_prompt", "instruction": "question", "output": "response"}
    assert shown(reading, tmp_path) == [
        {"path": "data/train.jsonl"},
        {"hub": "owner/dataset", "split": "train", "subset": "en", "revision": "abc"},
        {"path": "folder/a.jsonl", "columns": own},
        {"path": "folder/b.jsonl", "columns": own},
        {"path": "c.json", "columns": orca},
        {"path": "local/dir"},
        {
            "hub": "owner/files",
            "files": ["x.jsonl"],
            "columns": {"instruction": "prompt", "output": "generation"},
        },
        {"path": "text.txt"},
        {"path": "strange.jsonl"},
        {
            "path": "/data/test.jsonl",
            "side": "validation",
            "columns": {"instruction": "question", "output": "answer"},
        },
    ]
    assert notes(reading) == [
        ("part_of_split", "owner/dataset"),
        ("key_ignored", "folder"),
        ("key_ignored", "folder"),
        ("cloud", "s3://bucket/x.jsonl"),
        ("type_unknown", "strange.jsonl"),
        ("not_understood", "datasets 10"),
        ("pretraining", "pretraining_dataset"),
    ]


@pytest.mark.parametrize(
    ("content", "name", "entries"),
    [
        ("model: m\ndata:\n  dataset: owner/alpaca\n", "u.yaml", [{"hub": "owner/alpaca"}]),
        (
            "data:\n  local_dataset: [a.jsonl, b/c.csv]\n  format_type: alpaca\n",
            "u.yaml",
            [{"path": "a.jsonl"}, {"path": "b/c.csv"}],
        ),
        (
            {
                "hf_dataset": "owner/chat",
                "subset": "ja",
                "train_split": "train",
                "custom_format_mapping": {"q": "user", "a": "assistant", "s": "system"},
            },
            "u.json",
            [
                {
                    "hub": "owner/chat",
                    "split": "train",
                    "subset": "ja",
                    "columns": {"instruction": "q", "output": "a", "system": "s"},
                }
            ],
        ),
        (["owner/one", "two.jsonl"], "u.json", [{"hub": "owner/one"}, {"path": "two.jsonl"}]),
        (
            [{"dataset": "x.csv", "columns": {"prompt": "p", "completion": "c"}}],
            "u.json",
            [{"path": "x.csv", "columns": {"instruction": "p", "output": "c"}}],
        ),
    ],
)
def test_unsloth_configs_and_plain_lists_become_sources(tmp_path, content, name, entries):
    reading = read(tmp_path, content, name)
    assert reading.format == "unsloth"
    assert shown(reading, tmp_path) == entries


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}\n" for n in range(1, 60)
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("[1, 2", "x.json"),
        ("{a: [", "x.yaml"),
        ("just text", "x.yaml"),
        ({"train": {"epochs": 3}}, "x.json"),
        ([], "x.json"),
        ([3], "x.json"),
        ("[" * 100_000, "x.yaml"),
        ("[" * 100_000, "x.json"),
        ("!!python/object/apply:os.system ['true']", "x.yaml"),
        (BOMB, "x.yaml"),
        (MERGES, "x.yaml"),
    ],
)
def test_what_is_no_config_is_refused(tmp_path, content, name):
    with pytest.raises(DataError) as caught:
        read(tmp_path, content, name)
    assert caught.value.exit_code == 7


def test_a_bomb_of_references_is_never_spelled_out(tmp_path):
    content = f"{BOMB}datasets:\n  - path: x.jsonl\n    type: *u\n    split: *u\n    shards: *u\n"
    reading = read(tmp_path, content, "x.yaml")
    assert shown(reading, tmp_path) == [{"path": "x.jsonl"}]


def test_a_missing_config_is_not_found(tmp_path):
    with pytest.raises(NotFoundError):
        sources_from_config(tmp_path / "dataset_info.json")
