"""The real sets, read and split by the true stages, as rows to plant defects in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kitae import Project
from kitae.records.example import Example, to_examples

REAL = Path(os.environ.get("KITAE_REAL_DATA", "../shared/data/real"))
FORTUNE = Path(__file__).parents[2] / "examples" / "fortune" / "data"


@dataclass(frozen=True)
class RealSet:
    """Sound rows with their sides.

    Attributes:
        name: Of the set.
        language: The one that most rows are in; `ja+en` for the sample project's own rows.
        is_closed: Whether the answers are labels.
        rows: As `split` gives them.
    """

    name: str
    language: str
    is_closed: bool
    rows: list[Example]


def real_sets(folder: Path) -> list[RealSet]:
    """Every sound set; the rotten_tomatoes files are unsound by themselves and left out."""
    t0 = REAL / "t0"
    named = [
        ("alpaca_en", "en", False, [REAL / "alpaca_en_demo.json"]),
        ("alpaca_zh", "zh", False, [REAL / "alpaca_zh_demo.json"]),
        ("seed_tasks", "en", False, [REAL / "seed_tasks.jsonl"]),
        ("glaive", "en", False, [REAL / "glaive_toolcall_en_demo.json"]),
        ("identity", "zh", False, [REAL / "identity.json"]),
        ("common_gen", "en", False, sorted(t0.glob("common_gen_*.jsonl"))),
        ("amazon", "en", True, sorted(t0.glob("amazon_polarity_*.jsonl"))),
        ("fortune", "ja+en", True, [FORTUNE / "examples.jsonl", FORTUNE / "dev.jsonl"]),
    ]
    return [
        RealSet(name, language, is_closed, _split_rows(folder / name, files))
        for name, language, is_closed, files in named
    ]


def _split_rows(folder: Path, files: list[Path]) -> list[Example]:
    project = Project.init(folder, [path.resolve() for path in files])
    result = project.run(until="split")
    if result.error:
        raise result.error
    return to_examples(project.artifact("split").table("examples"))
