"""Writing files so that a crash leaves the old content or the new one, never half of it."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from kitae.core.errors import ResourceError


def fsync_file(path: Path) -> None:
    """Wait until a file's content is on disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def fsync_tree(folder: Path) -> None:
    """Wait until every file and folder below `folder`, and itself, is on disk."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            fsync_file(Path(parent) / name)
        fsync_file(Path(parent))


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file's content in one step, on disk when this returns.

    Raises:
        ResourceError: The disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        fsync_file(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise_resource_error(error, path)


def raise_resource_error(error: OSError, path: Path) -> NoReturn:
    """Translate a failed write into an error that says how to mend it.

    Raises:
        ResourceError: Always.
    """
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise ResourceError(
            "The disk is full.",
            where=str(path),
            fix="free some space and type the same command again; what was finished is kept",
        ) from error
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        raise ResourceError(
            f"The folder {path.parent} cannot be written.",
            where=str(path),
            fix="choose a folder of your own, or change its permissions",
        ) from error
    raise ResourceError(f"Writing failed: {error.strerror or error}.", where=str(path)) from error
