"""Where each form of the dataset lies in its folder."""

from __future__ import annotations

from kitae.records.example import Side
from kitae.stages.build.config import Form

_ENDINGS: dict[Form, str] = {
    "alpaca": "json",
    "jsonl": "jsonl",
    "parquet": "parquet",
    "messages": "jsonl",
    "sharegpt": "json",
}


def path_of(form: Form, side: Side) -> str:
    """The file that holds one side in one form."""
    return f"{form}/{side}.{_ENDINGS[form]}"
