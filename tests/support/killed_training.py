"""A training run in a process of its own that dies by SIGKILL.

usage: python -m support.killed_training FOLDER KIND COUNT
"""

import os
import signal
import sys
from pathlib import Path

from kitae.engines.training import train
from kitae.records.plan import LoraSettings
from support.training_jobs import job, settings


def main():
    folder, kind, count = sys.argv[1:]
    left = int(count)

    def on_event(seen, _data):
        nonlocal left
        left -= seen == kind
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    plan = settings(method=LoraSettings(rank=4, alpha=8.0, dropout=0.2))
    train(job(Path(folder), settings=plan, on_event=on_event))


if __name__ == "__main__":
    main()
