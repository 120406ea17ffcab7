"""Real data written by others, read from where `KITAE_REAL_DATA` says; tests skip where it is absent."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kitae.records.example import Example
from support.frozen_datasets import row


def real_data() -> Path:
    """The folder of the real data, or skip the test with the reason."""
    here = Path(__file__).parents[2]
    folder = here / os.environ.get("KITAE_REAL_DATA", "../shared/data/real")
    if not folder.is_dir():
        pytest.skip("no real data here: set KITAE_REAL_DATA")
    return folder


def real_rows(*names: str) -> list[Example]:
    """The rows of real files as `collect` and `clean` would leave them: end markers taken off."""
    found: dict[str, Example] = {}
    for name in names:
        for record in _records(real_data() / name):
            example = _example(record)
            found.setdefault(example.id, example)
    return list(found.values())


def _records(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    lines = [json.loads(line) for line in text.splitlines() if line]
    return [flat for line in lines for flat in _flattened(line)]


def _flattened(record: dict[str, Any]) -> list[dict[str, Any]]:
    if "instances" not in record:
        return [record]
    return [{"instruction": record["instruction"], **one} for one in record["instances"]]


def _example(record: dict[str, Any]) -> Example:
    if "prompt" in record:
        answer = record["completion"].replace("<|endoftext|>", "").strip()
        return row(record["prompt"].strip(), answer)
    return row(record["instruction"], record["output"], input=record.get("input", ""))
