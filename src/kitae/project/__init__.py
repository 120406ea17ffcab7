"""The door: everything that a program, the terminal or a studio does goes through `Project`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kitae.project.project import Project, RunResult

__all__ = ["Project", "RunResult"]


def __getattr__(name: str) -> object:
    """Load the door on first use: `kitae status` often needs none of it."""
    if name in __all__:
        from kitae.project import project

        return getattr(project, name)
    raise AttributeError(f"module 'kitae.project' has no attribute {name!r}")
