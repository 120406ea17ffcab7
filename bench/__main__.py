"""Runs every benchmark, one after another: `python -m bench`."""

from __future__ import annotations

import subprocess
import sys

COMMANDS = {
    "Start-up": ["-m", "bench.startup"],
    "Training loop": ["-m", "bench.training_loop"],
    "The exam's phrasings": ["-m", "bench.phrasings"],
    "The sample project, three seeds": ["-m", "bench.fortune_seeds"],
    "Real data": ["-m", "bench.real_data"],
    "The gate on planted defects": ["-m", "bench.gate"],
    "Contamination": ["-m", "bench.contamination"],
    "The data engine and other tools": ["-m", "bench.data"],
    "The importers on ten thousand damaged files": [
        "-m",
        "pytest",
        "-q",
        "-m",
        "slow",
        "tests/fuzz",
    ],
    "Where rows are worked on": ["-m", "bench.dataflow"],
    "The demo, killed": ["-m", "bench.kill_demo"],
}


def main() -> None:
    """Print a heading and the output of each."""
    failed = []
    for title, arguments in COMMANDS.items():
        print(f"\n## {title}\n\n`python {' '.join(arguments)}`\n", flush=True)
        if subprocess.run([sys.executable, *arguments], check=False).returncode:
            failed.append(title)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
