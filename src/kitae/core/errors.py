"""The one error tree. Every error says what happened, where, and how to mend it.

Exit codes are part of the public contract: scripts branch on them.
"""

from __future__ import annotations

from typing import ClassVar


class KitaeError(Exception):
    """Base of everything Kitae raises on purpose.

    Attributes:
        what: One sentence with the offending value in it.
        where: File, row, field, recipe line, or the stage; None when there is no better place.
        fix: What the user can do, usually a command to type.
    """

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "unexpected"

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        super().__init__(writable(what))
        self.what = writable(what)
        self.where = writable(where) if where is not None else None
        self.fix = writable(fix) if fix is not None else None

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"where: {self.where}")
        if self.fix:
            parts.append(f"how to mend: {self.fix}")
        return "\n".join(parts)

    def as_dict(self) -> dict[str, object]:
        """The error as the JSON document that `--format json` prints."""
        return {
            "error": {
                "code": self.code,
                "exit_code": self.exit_code,
                "what": self.what,
                "where": self.where,
                "fix": self.fix,
            }
        }


def writable(text: str) -> str:
    """Text as it can be printed: bytes of files and names that are no characters become `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class UsageError(KitaeError):
    """The command or call itself is wrong."""

    exit_code = 2
    code = "usage"


class RecipeError(UsageError):
    """`kitae.yaml` says something that cannot be; carries all problems at once."""

    code = "recipe"


class GateError(KitaeError):
    """A verdict (data gate or plan fit) says no."""

    exit_code = 3
    code = "gate_failed"


class DependencyError(KitaeError):
    """Something that must be installed is not."""

    exit_code = 4
    code = "missing_dependency"


class NetworkError(KitaeError):
    """The network or the credentials for it failed."""

    exit_code = 5
    code = "network"


class ResourceError(KitaeError):
    """Disk, memory or permission to write is missing."""

    exit_code = 6
    code = "resources"


class DataError(KitaeError):
    """The user's data, or a model's files, cannot be used as they are."""

    exit_code = 7
    code = "invalid_data"


class NotFoundError(KitaeError):
    """A file, project, stage or row that was named does not exist."""

    exit_code = 8
    code = "not_found"


class ConflictError(KitaeError):
    """Something else holds what is wanted: a lock, a port, an existing project."""

    exit_code = 8
    code = "conflict"


class WaitingError(KitaeError):
    """A person has to decide something before the work can go on."""

    exit_code = 9
    code = "waiting_for_person"


class InterruptedRunError(KitaeError):
    """The run was stopped on purpose; everything done so far is kept and resumable."""

    exit_code = 75
    code = "interrupted"


class AbortedError(KitaeError):
    """Ctrl-C twice: stopped at once; the last checkpoint is intact."""

    exit_code = 130
    code = "aborted"
