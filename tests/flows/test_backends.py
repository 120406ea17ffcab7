"""The same artifacts on every backend, and when a worker dies."""

import importlib.util
import os
import random
import signal
import threading

import psutil
import pytest

from kitae import Project
from kitae.pipeline.way import STAGE_NAMES
from support.data_projects import write_sources

UNTIL = "build"
STAGES = STAGE_NAMES[: STAGE_NAMES.index(UNTIL) + 1]
ROWS = 3000
WORDS = [
    f"{a}{b}" for a in ("ka", "mi", "to", "shi", "re") for b in ("no", "ra", "ku", "ten", "bo")
]
PLACES = ("駅前", "図書館", "港", "山", "市場")
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason='ray is not installed: pip install "kitae[ray]"'
)


def planted_rows(seed=11):
    """Rows with copies, near copies, mojibake, private data and lines that cannot be read."""
    draw = random.Random(seed)
    rows = []
    for number in range(ROWS):
        kind = draw.random()
        if rows and kind < 0.05:
            rows.append(draw.choice(rows))
        elif rows and kind < 0.15:
            row = dict(draw.choice(rows))
            words = row["instruction"].split()
            words[draw.randrange(len(words))] = draw.choice(WORDS)
            rows.append({**row, "instruction": " ".join(words)})
        else:
            question = (
                " ".join(draw.choices(WORDS, k=40)) + f" {draw.choice(PLACES)}はどこ？ {number}"
            )
            answer = " ".join(draw.choices(WORDS, k=30)) + f" {number}"
            if kind < 0.18:
                answer = "It’s a café — déjà vu ".encode().decode("cp1252") + answer
            elif kind < 0.21:
                answer += f" Write to user{number}@example.com."
            rows.append({"instruction": question, "input": "", "output": answer})
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Writes the same project again under another name."""
    rows = planted_rows()

    def write(name):
        project = write_sources(tmp_path_factory.mktemp("backends") / name, {"rows.jsonl": rows})
        with (project / "data/rows.jsonl").open("a", encoding="utf-8") as file:
            file.write('{"instruction": "cut off", "out\n{"instruction": "x",, "output": "y"}\n')
        return project

    return write


@pytest.fixture(scope="module")
def wanted(folder):
    """The artifacts of one worker in this process."""
    ids, project = artifacts(folder("single"), backend="local", workers=1)
    clean = project.artifact("clean").counts
    assert clean.dropped > ROWS / 20
    assert clean.repaired > 0
    return ids


def artifacts(folder, events=None, **where):
    project = Project.open(folder, events=events)
    result = project.run(until=UNTIL, **where)
    result.raise_for_error()
    return {state.name: state.artifact for state in result.states if state.name in STAGES}, project


def test_three_threads_give_the_artifacts_of_one(folder, wanted):
    assert artifacts(folder("threads"), backend="local", workers=3)[0] == wanted


@needs_ray
def test_a_ray_cluster_gives_the_artifacts_of_one_process(folder, wanted):
    assert artifacts(folder("ray"), backend="ray", workers=2)[0] == wanted


class WorkerKiller:
    """Kills the first worker that is seen at each kind of task."""

    def __init__(self):
        self.killed = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        while not self._stop.wait(0.01):
            for process in psutil.Process().children(recursive=True):
                try:
                    title = (process.cmdline() or [""])[0]
                except psutil.Error:
                    continue
                if title in {"ray::_work", "ray::_divide", "ray::_reduce"} - self.killed:
                    os.kill(process.pid, signal.SIGKILL)
                    self.killed.add(title)


@needs_ray
def test_workers_killed_on_the_way_change_nothing(folder, wanted):
    project = folder("killed")
    with WorkerKiller() as killer:
        found, _ = artifacts(project, backend="ray", workers=2)
    assert "ray::_work" in killer.killed
    assert found == wanted
