"""Runs a project in a process of its own that dies by SIGKILL when a given event comes.

usage: python -m support.kill_child FOLDER [KIND STAGE COUNT]
The event sink is the one way in: nothing of the product is patched.
"""

import os
import signal
import sys

from kitae import Project


class Killer:
    """Kills its own process at the COUNT-th event of KIND in STAGE (empty: in any)."""

    def __init__(self, kind, stage, count):
        self.kind = kind
        self.stage = stage
        self.left = int(count)

    def emit(self, event):
        """Die when it is time."""
        if event.kind != self.kind or (self.stage and event.stage != self.stage):
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Listing:
    """Prints the kind and stage of every event, to plan kills by."""

    def emit(self, event):
        """Print one event."""
        print(event.kind, event.stage or "-", flush=True)


def main():
    folder, *point = sys.argv[1:]
    sink = Killer(*point) if point else Listing()
    result = Project.open(folder, events=sink).run()
    if result.error:
        print(result.error, file=sys.stderr)
        sys.exit(result.error.exit_code)


if __name__ == "__main__":
    main()
