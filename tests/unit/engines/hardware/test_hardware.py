from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil

from kitae.engines.hardware import (
    find_free,
    find_hardware,
    library_versions,
    missing_packages,
)
from kitae.engines.hardware.machine import memory_bytes


def test_the_hardware_class_is_the_same_at_every_call():
    assert find_hardware() == find_hardware()


def test_a_machine_without_an_accelerator_is_a_cpu():
    found = find_hardware(with_accelerator=False)
    assert found.kind == "cpu"
    assert 1 <= found.cores <= (os.cpu_count() or 1)
    assert 0 < found.memory_gib <= psutil.virtual_memory().total / 2**30


def test_a_container_s_limit_counts(tmp_path: Path):
    limit = tmp_path / "memory.max"
    limit.write_text("1073741824\n")
    assert memory_bytes((limit,)) == 2**30
    limit.write_text("max\n")
    assert memory_bytes((limit, tmp_path / "missing")) == psutil.virtual_memory().total


def test_free_space_is_told_for_a_folder_that_is_not_there_yet(tmp_path: Path):
    free = find_free(tmp_path / "a" / "b")
    assert free.disk_gib > 0
    assert free.memory_gib > 0


def test_versions_are_told_of_what_is_installed_only():
    assert library_versions(("pydantic", "no-such-package")).keys() == {"pydantic"}
    assert missing_packages(("pydantic", "no-such-package")) == ["no-such-package"]


def test_asking_for_hardware_and_versions_loads_no_model_library():
    code = (
        "import sys; from kitae.engines import hardware\n"
        "hardware.find_hardware(with_accelerator=False); hardware.library_versions()\n"
        "sys.exit(', '.join({'torch', 'transformers', 'peft'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
