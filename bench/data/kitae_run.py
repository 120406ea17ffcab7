"""Kitae's real stages, from malformed JSONL to a leak-free dataset on disk, on named cores."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.data.corpus import CorpusFiles
from bench.data.measuring import Command, Memory, figures_of
from bench.data.truth import Quality, Truth, quality_of, straddling

REPOSITORY = Path(__file__).parents[2]
_PRIVATE = ("key", "url_login", "iban", "national_id", "card", "email", "ip", "phone")
_OTHER_DEFECTS = (
    "refusal",
    "ai_self_reference",
    "truncated_answer",
    "impossible_request",
    "unreachable_link",
    "empty_input_mismatch",
    "unused_input_mark",
    "merged_instructions",
    "placeholder",
    "html_leftovers",
    "template_leftovers",
    "boilerplate",
    "no_answer",
)
_FORMS = ("alpaca", "jsonl", "parquet", "messages", "sharegpt", "llamafactory", "axolotl")


@dataclass(frozen=True)
class Setting:
    """A recipe that is measured.

    Attributes:
        name: As the tables call it.
        recipe: What differs from the defaults.
        until: The last stage.
    """

    name: str
    recipe: Mapping[str, Any] = field(default_factory=dict[str, Any])
    until: str = "build"


DEFAULTS = Setting("default checks")
EVERYTHING = Setting(
    "every check",
    {
        "clean": {
            "private": dict.fromkeys(_PRIVATE, "mask"),
            "languages": ["en", "ja", "zh", "ko", "other"],
            "special_tokens_inside": "remove",
        },
        "build": {"forms": list(_FORMS)},
    },
)
"""Every repair, kind of private data, defect, language, length and repetition; every form written."""
GATED = Setting("every check, benchmark file, gate", EVERYTHING.recipe, "gate")
"""The same, then the gate with contamination by a benchmark file."""
FEW_STEPS = Setting(
    "cleaning and duplicates only",
    {
        "clean": {
            "private": {**dict.fromkeys(_PRIVATE, "keep"), "email": "mask"},
            "defects": dict.fromkeys(_OTHER_DEFECTS, "keep"),
        },
        "build": {"forms": ["jsonl"]},
    },
)
"""What Data-Juicer and datatrove are made to do: mend text, mask mail addresses, filter by length, signs and
repetition, remove duplicates, write JSONL. The split is done all the same: the pipeline has no way without it."""


@dataclass(frozen=True)
class Run:
    """What one run of the pipeline cost and did.

    Attributes:
        rows: Rows in.
        megabytes: Size of the file.
        cpu_s: Processor seconds, user and system, after warming up.
        wall_s: Seconds.
        memory: The most it held.
        stages: Stage -> processor seconds.
        start_s: Processor seconds until everything was imported.
        warm_s: Processor seconds of the first run on 500 rows: compilation and first use.
        quality: None where it was not asked for.
        straddling: True groups on two sides, of how many.
        straddling_long: The same without changed copies of short texts.
        kept: Rows of the dataset.
    """

    rows: int
    megabytes: float
    cpu_s: float
    wall_s: float
    memory: Memory
    stages: dict[str, float]
    start_s: float
    warm_s: float
    quality: Quality | None = None
    straddling: tuple[int, int] = (0, 0)
    straddling_long: tuple[int, int] = (0, 0)
    kept: int = 0

    @property
    def records_per_s(self) -> float:
        """Records per processor second."""
        return self.rows / self.cpu_s

    @property
    def mb_per_s(self) -> float:
        """Megabytes per processor second."""
        return self.megabytes / self.cpu_s


@dataclass(frozen=True)
class Machine:
    """Where and how runs are made.

    Attributes:
        work: Scratch folder.
        cores: Cores to run on; as many workers as cores.
        seconds: A run is stopped after so long.
    """

    work: Path
    cores: tuple[int, ...] = (0,)
    seconds: float = 7200


def run_kitae(
    files: CorpusFiles, setting: Setting, machine: Machine, *, judges: bool = True
) -> Run:
    """One measured run.

    Args:
        files: The corpus.
        setting: The recipe.
        machine: Where.
        judges: Whether the rows that come out are held against the truth.

    Raises:
        FailedError: The run failed.
    """
    work = machine.work / "kitae"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    rows_out = work / "rows.npz"
    job = {
        "rows": str(files.rows.absolute()),
        "recipe": _recipe(setting, files, work),
        "until": setting.until,
        "workers": len(machine.cores),
        "work": str(work.absolute()),
        "rows_out": str(rows_out.absolute()) if judges else "",
    }
    path = work / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    arguments = [sys.executable, "-m", "bench.data.kitae_child", str(path.absolute())]
    found, memory = figures_of(Command(arguments, machine.cores, machine.seconds, REPOSITORY))
    judged = _judged(files, rows_out) if judges else {}
    shutil.rmtree(work, ignore_errors=True)
    return Run(
        rows=files.count,
        megabytes=files.megabytes,
        cpu_s=found["cpu_s"],
        wall_s=found["wall_s"],
        memory=Memory(max(memory.resident, found["peak_mb"]), memory.anonymous),
        stages=found["stages"],
        start_s=found["start"]["cpu_s"],
        warm_s=found["warm"]["cpu_s"],
        **judged,
    )


def _recipe(setting: Setting, files: CorpusFiles, work: Path) -> dict[str, Any]:
    if setting.until != "gate":
        return dict(setting.recipe)
    benchmark = work / "benchmark.jsonl"
    with files.rows.open("rb") as file:
        sound = (line for line in file if line.startswith(b'{"id"') and b'"instruction"' in line)
        benchmark.write_bytes(b"".join(line for _, line in zip(range(200), sound, strict=False)))
    return {**setting.recipe, "gate": {"benchmarks": [str(benchmark.absolute())]}}


def _judged(files: CorpusFiles, rows_out: Path) -> dict[str, Any]:
    truth = Truth.read(files.truth)
    found = np.load(rows_out)
    sides = {name: found[name] for name in ("train", "validation", "test")}
    kept = np.concatenate(list(sides.values()))
    return {
        "quality": quality_of(truth, found["entered"], kept),
        "straddling": straddling(truth, sides, with_short=True),
        "straddling_long": straddling(truth, sides, with_short=False),
        "kept": len(kept),
    }
