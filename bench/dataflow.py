"""What it costs to have the same work done elsewhere: `python -m bench.dataflow [--million]`.

The same generated rows go from JSONL to the built dataset in one process, on two threads, and on a Ray cluster of two
workers on this machine, all on the same two cores: the difference is overhead, not speed-up by more machines. The
second table shuffles one table by Ray's tasks, as `RayFlow` does, and by Ray Data.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import yaml

from bench.data.corpus import write_corpus
from bench.data.measuring import Command, FailedError, figures_of

STAGES = ("collect", "split", "clean", "build")
FLOWS = (("local", 1), ("local", 2), ("ray", 2))
SIZES = (10_000, 100_000)
MILLION = 1_000_000
WARM_UP = 3_000
ROUNDS = 2
SHUFFLED_ROWS = 100_000
PARTITIONS = 32
_PAUSE_S = 0.2


@dataclass(frozen=True)
class Measured:
    """The best of several runs on one flow.

    Attributes:
        wall_s: From the first stage to the last, a cluster's start and end included.
        cpu_s: Of all processes.
        driver_cpu_s: Of the process that was started.
        resident_mb: The most memory of all processes together; what they share is counted in each.
        stages: Stage -> seconds.
        artifacts: Stage -> id of what it made.
    """

    wall_s: float
    cpu_s: float
    driver_cpu_s: float
    resident_mb: float
    stages: Mapping[str, float]
    artifacts: Mapping[str, str]


def measured(rows: Path, flow: tuple[str, int], cores: list[int], rounds: int) -> Measured:
    """Run a project in processes of its own; the run with the least wall time counts."""
    found: list[Measured] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            arguments = ["--child", folder, str(rows.absolute()), flow[0], str(flow[1])]
            command = [sys.executable, "-m", "bench.dataflow", *arguments]
            figures, memory = figures_of(Command(command, cores, seconds=7200))
            found.append(Measured(**figures, resident_mb=memory.resident))
    return min(found, key=lambda one: one.wall_s)


def child(folder: Path, rows: str, backend: str, workers: int) -> dict[str, Any]:
    """Run one project up to `build` in this process; gives the figures."""
    from kitae import Project
    from kitae.core.events import Collected

    recipe = {
        "schema_version": 1,
        "name": "dataflow",
        "collect": {"sources": [{"path": rows}], "max_bad_share": 0.1},
    }
    (folder / "kitae.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    events = Collected()
    watch = _CpuWatch()
    started, used = time.perf_counter(), time.process_time()
    result = Project.open(folder, events=events).run(
        until="build", backend=backend, workers=workers
    )
    wall, driver = time.perf_counter() - started, time.process_time() - used
    elsewhere = watch.stop()
    result.raise_for_error()
    finished = {one.stage: one.data for one in events.events if one.kind == "stage.finished"}
    return {
        "wall_s": wall,
        "cpu_s": driver + elsewhere,
        "driver_cpu_s": driver,
        "stages": {name: finished[name]["duration_s"] for name in STAGES},
        "artifacts": {state.name: state.artifact for state in result.states if state.artifact},
    }


class _CpuWatch:
    """Adds up the processor time of all children, as far as it was seen."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Seconds of all children together."""
        self._done.set()
        self._thread.join()
        return sum(self._seen.values())

    def _look(self) -> None:
        while not self._done.wait(_PAUSE_S):
            for process in psutil.Process().children(recursive=True):
                try:
                    times = process.cpu_times()
                except psutil.Error:
                    continue
                self._seen[process.pid] = times.user + times.system


def print_runs(sizes: tuple[int, ...], rounds: int) -> bool:
    """One row per size and flow; tells whether all flows made the same artifacts."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    are_same = True
    print("| rows | flow | wall s | ratio | CPU s | of it the driver | memory MB | ", end="")
    print(" | ".join(f"{name} s" for name in STAGES), "| artifacts |")
    print("|---" * (8 + len(STAGES)) + "|")
    with tempfile.TemporaryDirectory() as folder:
        for flow in FLOWS:
            measured(write_corpus(Path(folder), WARM_UP).rows, flow, cores, rounds=1)
        for size in sizes:
            rows = write_corpus(Path(folder), size).rows
            alone: Measured | None = None
            for flow in FLOWS:
                one = measured(rows, flow, cores, 1 if size == MILLION else rounds)
                alone = alone or one
                is_same = one.artifacts == alone.artifacts
                are_same &= is_same
                print(
                    _line(size, flow, one, alone),
                    "same |" if is_same else "DIFFERENT |",
                    flush=True,
                )
            rows.unlink()
    return are_same


def _line(size: int, flow: tuple[str, int], one: Measured, alone: Measured) -> str:
    stages = " | ".join(f"{one.stages[name]:.1f}" for name in STAGES)
    return (
        f"| {size:,} | {flow[0]}, {flow[1]} | {one.wall_s:.1f} | {one.wall_s / alone.wall_s:.2f} "
        f"| {one.cpu_s:.1f} | {one.driver_cpu_s:.1f} | {one.resident_mb:.0f} | {stages} |"
    )


def print_shuffles() -> None:
    """Ray's tasks and Ray Data on the same table."""
    from kitae.core.errors import DependencyError
    from kitae.engines.dataflow import LocalFlow
    from kitae.engines.dataflow.ray_flow import RayFlow

    parts = [_part(number) for number in range(SHUFFLED_ROWS // 10_000)]
    wanted = list(LocalFlow().shuffle(parts, _keyed, _sorted, PARTITIONS))
    flow = RayFlow(workers=2)
    print(f"\n{SHUFFLED_ROWS:,} rows into {PARTITIONS} partitions, two workers, second run:\n")
    print("| by | wall s | rows in the order of one process |\n|---|---|---|")
    try:
        list(flow.map(len, parts[:1]))
        tasks = partial(flow.shuffle, parts, _keyed, _sorted, PARTITIONS)
        for name, shuffle in (("tasks of Ray", tasks), ("Ray Data", _by_ray_data(parts))):
            print(_shuffled(name, shuffle, wanted), flush=True)
    except (DependencyError, ImportError) as error:
        print(f"| not measured: {error} | | |")
    finally:
        flow.close()


def _shuffled(name: str, shuffle: Callable[[], Any], wanted: list[pa.Table]) -> str:
    list(shuffle())
    started = time.perf_counter()
    found = pa.concat_tables(list(shuffle()))
    wall = time.perf_counter() - started
    return f"| {name} | {wall:.2f} | {'yes' if found.equals(pa.concat_tables(wanted)) else 'no'} |"


def _by_ray_data(parts: list[pa.Table]) -> Callable[[], Any]:
    import ray
    import ray.data

    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False

    def shuffle() -> Any:  # noqa: ANN401
        rows = ray.data.from_arrow_refs([ray.put(part) for part in parts])
        keyed = rows.map_batches(_keyed, batch_format="pyarrow", batch_size=None)
        groups = keyed.groupby("partition", num_partitions=PARTITIONS)
        reduced = groups.map_groups(_sorted, batch_format="pyarrow")
        return reduced.iter_batches(batch_format="pyarrow", batch_size=None)

    return shuffle


def _part(number: int) -> pa.Table:
    keys = np.random.default_rng(number).integers(0, 2**62, 10_000)
    places = np.arange(number * 10_000, (number + 1) * 10_000)
    return pa.table({"key": keys, "place": places, "text": pa.array(["x" * 500] * 10_000)})


def _keyed(part: pa.Table) -> pa.Table:
    partitions = pa.array((part["key"].to_numpy() % PARTITIONS).astype(np.int32))
    return part.select(["key", "place"]).append_column("partition", partitions)


def _sorted(rows: pa.Table) -> pa.Table:
    return rows.sort_by([("key", "ascending"), ("place", "ascending")])


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="also a million rows, once each")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        folder, rows, backend, workers = args.child
        print(json.dumps(child(Path(folder), rows, backend, int(workers))))
        return
    if shutil.which("taskset") is None:
        raise SystemExit("taskset is needed: it is part of util-linux")
    try:
        are_same = print_runs((*SIZES, MILLION) if args.million else SIZES, args.rounds)
    except FailedError as error:
        raise SystemExit(f"failed: {error}") from error
    print_shuffles()
    sys.exit(0 if are_same else 1)


if __name__ == "__main__":
    main()
