"""One writer per project. The lock names its holder; one left behind by a crash is taken over."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import orjson

from kitae.core.errors import ConflictError, KitaeError
from kitae.records.durable import raise_resource_error


@contextmanager
def project_lock(path: Path, started_at: str) -> Generator[str | None]:
    """Hold the project's lock for the time of a `with` block.

    The kernel releases the lock when its holder dies, by a crash or a reboot, so a file left behind is
    never mistaken for a holder. A holder that stops with an error of its own, Ctrl-C included, has ended
    properly.

    Args:
        path: The lock file; made when missing, left behind on purpose.
        started_at: ISO time, for the message that another process shows.

    Yields:
        What a dead holder had left in the file, or None when the last one ended properly.

    Raises:
        ConflictError: Another living process holds it; the message names it.
        ResourceError: The lock file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise_resource_error(error, path)
    try:
        _take(fd, path)
        leftover = os.pread(fd, 4096, 0).decode(errors="replace").strip() or None
        holder = {"pid": os.getpid(), "started_at": started_at, "command": " ".join(sys.argv)[:500]}
        os.ftruncate(fd, 0)
        os.pwrite(fd, orjson.dumps(holder), 0)
        try:
            yield leftover
        except (KitaeError, KeyboardInterrupt):
            os.ftruncate(fd, 0)
            raise
        os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def _take(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = orjson.loads(os.pread(fd, 4096, 0) or b"{}")
        raise ConflictError(
            f"Another kitae process works on this project: pid {holder.get('pid', '?')}, "
            f"since {holder.get('started_at', '?')} ({holder.get('command', '?')}).",
            where=str(path),
            fix="wait for it to finish, or stop it with Ctrl-C in its terminal",
        ) from error
