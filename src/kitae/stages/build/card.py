"""The dataset's README.md, with the front matter that Hugging Face reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from kitae.core.text import Language, say
from kitae.records.dataset import Dataset
from kitae.records.example import SIDES, Example, Side
from kitae.stages.build.config import BuildConfig

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
KNOWN_LANGUAGES = ("en", "ja", "zh", "ko")


def card(sides: Mapping[Side, Sequence[Example]], dataset: Dataset, config: BuildConfig) -> bytes:
    """The card as UTF-8 bytes."""
    rows = [example for examples in sides.values() for example in examples]
    front = yaml.safe_dump(
        _front_matter(sides, rows, dataset, config), sort_keys=False, allow_unicode=True
    )
    return f"---\n{front}---\n\n{_body(rows, dataset, config.card_language)}".encode()


def _front_matter(
    sides: Mapping[Side, Sequence[Example]],
    rows: Sequence[Example],
    dataset: Dataset,
    config: BuildConfig,
) -> dict[str, Any]:
    languages = [name for name in dataset.languages if name in KNOWN_LANGUAGES]
    licences = sorted({example.licence for example in rows})
    front: dict[str, Any] = {"language": languages} if languages else {}
    front["license"] = licences[0].lower() if len(licences) == 1 else "other"
    if front["license"] in ("other", "unknown"):
        front["license"] = "other"
        front["license_name"] = "mixed" if len(licences) > 1 else "unknown"
    task = "text-classification" if dataset.is_closed else "text-generation"
    front["task_categories"] = [task]
    front["size_categories"] = [
        next((name for most, name in SIZES if len(rows) < most), "1M<n<10M")
    ]
    if "parquet" in config.forms:
        files = [
            {"split": side, "path": f"parquet/{side}.parquet"} for side in SIDES if sides.get(side)
        ]
        front["configs"] = [{"config_name": "default", "data_files": files}]
    return front


def _body(rows: Sequence[Example], dataset: Dataset, language: Language) -> str:
    lines = [f"# {say('build.card.title', language)}", "", say("build.card.intro", language), ""]
    names = ("side", "rows", "groups", "made")
    lines += _table_head([say(f"build.card.{name}", language) for name in names])
    for side in SIDES:
        size = getattr(dataset, side)
        lines.append(f"| {side} | {size.rows} | {size.groups} | {size.made_rows} |")
    lines += ["", f"## {say('build.card.sources', language)}", ""]
    lines += _table_head([say(f"build.card.{n}", language) for n in ("source", "licence", "rows")])
    origins = Counter((e.source, e.licence) for e in rows)
    lines += [f"| {source} | {licence} | {n} |" for (source, licence), n in sorted(origins.items())]
    return "\n".join([*lines, "", say("build.card.hash", language, hash=dataset.rows_hash), ""])


def _table_head(names: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
