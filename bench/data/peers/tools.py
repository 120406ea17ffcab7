"""The tools beside which Kitae is measured, and one measured run of one of them."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data.corpus import CorpusFiles
from bench.data.measuring import Command, Memory, figures_of
from bench.data.peers.environments import HERE, Requirements, environment
from bench.data.peers.rows import peer_rows
from bench.data.truth import Quality, Truth, quality_of


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        name: As the tables call it.
        runner: File beside this one that its Python runs.
        requirements: What its environment holds; None for Kitae's own.
        mends: Whether it is made to mend text too; if not, it gets no text that wants mending.
        modes: Mode of the runner -> what that is.
        most_rows: It is given no more rows than this: it would take too long.
    """

    name: str
    runner: str
    requirements: Requirements | None
    mends: bool
    modes: dict[str, str]
    most_rows: int = 10_000_000


ALONE = Tool(
    "Kitae, duplicates alone",
    "run_kitae.py",
    None,
    mends=False,
    modes={"defaults": "question and answer together, pairs of tokens, J .5"},
)
TOOLS = (
    Tool(
        "rensa 0.5.0",
        "run_rensa.py",
        Requirements("rensa", ("rensa==0.5.0",)),
        mends=False,
        modes={
            "defaults": "blanks, single words, J .8, 128 hashes",
            "matched": "pairs of tokens, J .5, 32 bands of 4",
        },
    ),
    Tool(
        "text-dedup 0.4.0",
        "run_text_dedup.py",
        Requirements("text-dedup", ("text-dedup==0.4.0",)),
        mends=False,
        modes={
            "defaults": "words, 5-grams, J .7, 250 hashes",
            "matched": "pairs of tokens, J .5, 32 bands of 4, unverified",
        },
    ),
    Tool(
        "datatrove 0.10.1",
        "run_datatrove.py",
        Requirements("datatrove", ("datatrove[processing,io,cli]==0.10.1", "spacy")),
        mends=True,
        modes={
            "defaults": "English words, 5-grams, 14 buckets of 8",
            "matched": "pairs of tokens, 32 buckets of 4, unverified",
        },
    ),
    Tool(
        "Data-Juicer 1.6.1",
        "run_data_juicer.py",
        Requirements("data-juicer", ("py-data-juicer==1.6.1", "aiohttp", "scipy", "ftfy")),
        mends=True,
        modes={
            "defaults": "5 characters (its advice for Chinese), J .7, 256 hashes",
            "matched": "pairs of tokens, J .5, 32 bands of 4, unverified",
        },
        most_rows=20_000,
    ),
)


@dataclass(frozen=True)
class PeerRun:
    """What a run of a tool cost and did.

    Attributes:
        tool: Which.
        mode: One of its modes.
        rows: Rows that it was given.
        cpu_s: Processor seconds, imports not counted.
        wall_s: Seconds.
        memory: The most that it held.
        quality: Against the truth.
    """

    tool: Tool
    mode: str
    rows: int
    cpu_s: float
    wall_s: float
    memory: Memory
    quality: Quality


@dataclass(frozen=True)
class Place:
    """Where tools run.

    Attributes:
        cache: Folder with environments and scratch space.
        core: The one core that is used.
        seconds: A tool is stopped after so long.
    """

    cache: Path
    core: int = 0
    seconds: float = 1800


def run_tool(tool: Tool, mode: str, files: CorpusFiles, place: Place) -> PeerRun:
    """One measured run.

    Raises:
        NotInstalledError: It is not at hand and would not install.
        FailedError: It failed, or took too long.
    """
    wanted = tool.requirements
    python = environment(place.cache, wanted) if wanted else Path(sys.executable)
    folder = (place.cache / "work" / "peer").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "in").mkdir(parents=True)
    rows = folder / "in" / "rows.jsonl"
    limit = min(files.count, tool.most_rows)
    numbers = peer_rows(files, rows, limit, mends=tool.mends)
    arguments = [str(python), str(HERE / tool.runner), str(rows), str(folder), mode]
    found, memory = figures_of(Command(arguments, [place.core], place.seconds, folder))
    told: dict[str, Sequence[int] | None] = json.loads((folder / "rows.json").read_text("utf-8"))
    quality = quality_of(Truth.read(files.truth), told["entered"] or numbers, told["kept"] or [])
    shutil.rmtree(folder, ignore_errors=True)
    return PeerRun(tool, mode, len(numbers), found["cpu_s"], found["wall_s"], memory, quality)
