"""One run of the real pipeline in a process of its own, warmed up first; prints what it cost as JSON.

usage: python -m bench.data.kitae_child JOB.json
"""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import inspect  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402
from collections.abc import Generator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from itertools import islice  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import pyarrow as pa  # noqa: E402
import yaml  # noqa: E402

from kitae import Project  # noqa: E402
from kitae.core.events import Event  # noqa: E402

WARM_ROWS = 500
DUPLICATE_REASONS = ("exact_duplicate", "near_duplicate", "near_heldout", "other_wording")
SIDES = ("train", "validation", "test")


class Clock:
    """Processor and wall seconds since it was made, children included."""

    def __init__(self) -> None:
        self._cpu, self._wall = cpu_seconds(), time.perf_counter()

    def read(self) -> dict[str, float]:
        """Seconds so far."""
        cpu, wall = cpu_seconds() - self._cpu, time.perf_counter() - self._wall
        return {"cpu_s": round(cpu, 3), "wall_s": round(wall, 3)}


class StageCosts:
    """An event sink that notes the processor seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._before = 0.0

    def emit(self, event: Event) -> None:
        """Take one event."""
        if event.kind == "stage.started":
            self._before = cpu_seconds()
        if event.kind == "stage.finished":
            self.seconds[event.stage] = round(cpu_seconds() - self._before, 3)


def cpu_seconds() -> float:
    """Processor seconds of this process and its children, those that still run included."""
    ended = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    total = sum(one.ru_utime + one.ru_stime for one in ended)
    for child in psutil.Process().children(recursive=True):
        try:
            spent = child.cpu_times()
        except psutil.Error:
            continue
        total += spent.user + spent.system
    return total


def make_project(folder: Path, rows: Path, recipe: dict[str, Any]) -> None:
    """A project of one JSONL file, which is linked, not copied."""
    data = folder / "data"
    data.mkdir(parents=True)
    try:
        os.link(rows, data / "rows.jsonl")
    except OSError:
        shutil.copyfile(rows, data / "rows.jsonl")
    collect = {"sources": [{"path": "data/rows.jsonl", "format": "jsonl"}]}
    values = {"schema_version": 1, "name": "bench", "collect": collect, **recipe}
    (folder / "kitae.yaml").write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")


def run_project(folder: Path, until: str, workers: int) -> StageCosts:
    """The real pipeline.

    Raises:
        SystemExit: It stopped before its last stage had a result.
    """
    costs = StageCosts()
    project = Project.open(folder, events=costs)
    result = project.run(until=until, **_workers(project, workers))
    if until not in costs.seconds:
        sys.exit(f"the run stopped: {result.error.what if result.error else until}")
    return costs


def _workers(project: Project, workers: int) -> dict[str, Any]:
    """The one place where more than one worker is asked for.

    Raises:
        SystemExit: `Project.run` takes no such argument yet.
    """
    if workers == 1:
        return {}
    if "workers" not in inspect.signature(project.run).parameters:
        sys.exit("Project.run takes no `workers` yet")
    return {"workers": workers}


def outcome(folder: Path) -> dict[str, Any]:
    """Line numbers (from 0) of the rows on each side, and of those that reached the removal of duplicates."""
    artifacts = Project.open(folder).artifacts()
    sides = {side: line_numbers(artifacts["build"].table(side)) for side in SIDES}
    left = [
        line_numbers(_duplicates(artifacts[stage].table("dropped"))) for stage in ("clean", "build")
    ]
    return {**sides, "entered": np.concatenate([*sides.values(), *left])}


def line_numbers(table: Any) -> np.ndarray[Any, np.dtype[np.int64]]:  # noqa: ANN401
    """The row numbers that the locators `line N` mean."""
    places = table["locator"].to_pylist()
    return np.array([int(place.rsplit(" ", 1)[1]) - 1 for place in places], np.int64)


def _duplicates(table: Any) -> Any:  # noqa: ANN401
    reasons = table["reason"].to_pylist()
    return table.filter(pa.array([reason in DUPLICATE_REASONS for reason in reasons], pa.bool_()))


@contextmanager
def _fresh(folder: Path) -> Generator[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _warm(folder: Path, job: dict[str, Any]) -> dict[str, float]:
    """Load and compile everything on the first rows."""
    clock = Clock()
    folder.mkdir(parents=True)
    few = folder / "few.jsonl"
    with Path(job["rows"]).open("rb") as file:
        few.write_bytes(b"".join(islice(file, WARM_ROWS)))
    make_project(folder / "project", few, job["recipe"])
    run_project(folder / "project", job["until"], job["workers"])
    return clock.read()


def main() -> None:
    """Warm up, run, tell."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    start = {"cpu_s": round(cpu_seconds(), 3), "wall_s": round(time.perf_counter() - STARTED, 3)}
    work = Path(job["work"])
    with _fresh(work / "warm") as folder:
        warm = _warm(folder, job)
    with _fresh(work / "project") as folder:
        make_project(folder, Path(job["rows"]), job["recipe"])
        clock = Clock()
        costs = run_project(folder, job["until"], job["workers"])
        spent = clock.read()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = {"start": start, "warm": warm, **spent, "stages": costs.seconds, "peak_mb": peak}
        if job["rows_out"]:
            np.savez(job["rows_out"], **outcome(folder))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
