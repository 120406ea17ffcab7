"""Small files that tell other tools how to read the dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa
import yaml

from kitae.core.text import say
from kitae.records.columns import equals, list_lengths
from kitae.records.example import SIDES, Side
from kitae.stages.build.config import BuildConfig
from kitae.stages.build.paths import path_of

_ALPACA = {"prompt": "instruction", "query": "input", "response": "output"}
_SHAREGPT = {
    "formatting": "sharegpt",
    "columns": {"messages": "conversations"},
    "tags": {
        "role_tag": "from",
        "content_tag": "value",
        "user_tag": "human",
        "assistant_tag": "gpt",
        "system_tag": "system",
    },
}


def dataset_info(sides: Mapping[Side, pa.Table], config: BuildConfig) -> bytes:
    """LLaMA-Factory's list of datasets: one entry per side and form; the folder is its `dataset_dir`.

    A column that no row of a file has must not be named: the loader would look for it in vain.
    """
    info: dict[str, Any] = {}
    for side, table in sides.items():
        columns = dict(_ALPACA)
        if not equals(table, "system", "").all():
            columns["system"] = "system"
        if list_lengths(table, "history").any():
            columns["history"] = "history"
        info[side] = {"file_name": path_of("alpaca", side), "columns": columns}
    if "sharegpt" in config.files:
        for side in sides:
            info[f"{side}_sharegpt"] = {"file_name": path_of("sharegpt", side), **_SHAREGPT}
    return orjson.dumps(info, option=orjson.OPT_INDENT_2) + b"\n"


def axolotl_yaml(sides: Mapping[Side, pa.Table], config: BuildConfig) -> bytes:
    """The lines of an Axolotl config that name the dataset: train, and validation as its test set."""
    keys: dict[Side, str] = {"train": "datasets", "validation": "test_datasets"}
    entries: dict[str, Any] = {
        keys[side]: [
            {
                "path": path_of("messages", side),
                "ds_type": "json",
                "split": "train",
                "type": "chat_template",
                "field_messages": "messages",
                "message_property_mappings": {"role": "role", "content": "content"},
            }
        ]
        for side in SIDES
        if side in sides and side in keys
    }
    how = say("build.axolotl.how", config.card_language)
    return f"# {how}\n{yaml.safe_dump(entries, sort_keys=False)}".encode()
