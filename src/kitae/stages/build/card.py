"""The dataset's README.md, with the front matter that Hugging Face reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import yaml

from kitae.core.text import Language, say
from kitae.records.columns import counted
from kitae.records.dataset import Dataset
from kitae.records.example import SIDES, Side
from kitae.stages.build.config import BuildConfig, Form
from kitae.stages.build.paths import path_of

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
BEST_FIRST: tuple[Form, ...] = ("parquet", "messages", "sharegpt", "jsonl", "alpaca")
RECORD_FEATURES = [
    *({"name": name, "dtype": "string"} for name in ("instruction", "input", "output", "system")),
    {"name": "history", "sequence": {"sequence": "string"}},
]
"""The fields of a record, for the forms that leave out of a file what none of its rows has."""
KNOWN_LANGUAGES = ("en", "ja", "zh", "ko")


def card(sides: Mapping[Side, pa.Table], dataset: Dataset, config: BuildConfig) -> bytes:
    """The card as UTF-8 bytes."""
    rows = pa.concat_tables([sides[side] for side in SIDES]).select(["source", "licence"])
    front = yaml.safe_dump(
        _front_matter(sides, rows, dataset, config), sort_keys=False, allow_unicode=True
    )
    return f"---\n{front}---\n\n{_body(rows, dataset, config.card_language)}".encode()


def _front_matter(
    sides: Mapping[Side, pa.Table],
    rows: pa.Table,
    dataset: Dataset,
    config: BuildConfig,
) -> dict[str, Any]:
    languages = [name for name in dataset.languages if name in KNOWN_LANGUAGES]
    licences = [licence for licence, _ in counted(rows, "licence")]
    front: dict[str, Any] = {"language": languages} if languages else {}
    front["license"] = licences[0].lower() if len(licences) == 1 else "other"
    if front["license"] in ("other", "unknown"):
        front["license"] = "other"
        front["license_name"] = "mixed" if len(licences) > 1 else "unknown"
    task = "text-classification" if dataset.is_closed else "text-generation"
    front["task_categories"] = [task]
    front["size_categories"] = [
        next((name for most, name in SIZES if rows.num_rows < most), "1M<n<10M")
    ]
    best: Form | None = next((form for form in BEST_FIRST if form in config.files), None)
    if best is not None:
        filled: list[Side] = [side for side in SIDES if sides[side].num_rows]
        files = [{"split": side, "path": path_of(best, side)} for side in filled]
        front["configs"] = [{"config_name": "default", "data_files": files}]
        if best in ("jsonl", "alpaca"):
            front["dataset_info"] = {"features": RECORD_FEATURES}
    return front


def _body(rows: pa.Table, dataset: Dataset, language: Language) -> str:
    lines = [f"# {say('build.card.title', language)}", "", say("build.card.intro", language), ""]
    names = ("side", "rows", "groups", "made")
    lines += _table_head([say(f"build.card.{name}", language) for name in names])
    for side in SIDES:
        size = getattr(dataset, side)
        lines.append(f"| {side} | {size.rows} | {size.groups} | {size.made_rows} |")
    lines += ["", f"## {say('build.card.sources', language)}", ""]
    lines += _table_head([say(f"build.card.{n}", language) for n in ("source", "licence", "rows")])
    origins = counted(rows, "source", "licence")
    lines += [f"| {source} | {licence} | {number} |" for source, licence, number in origins]
    return "\n".join([*lines, "", say("build.card.hash", language, hash=dataset.rows_hash), ""])


def _table_head(names: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
