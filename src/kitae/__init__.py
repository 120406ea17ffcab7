"""Kitae takes a handful of examples to a fine-tuned language model that is measured to be better."""

from typing import TYPE_CHECKING

from kitae.core.version import __version__

if TYPE_CHECKING:
    from kitae.project import Project

__all__ = ["Project", "__version__"]


def __getattr__(name: str) -> object:
    """Load the door on first use, so that `import kitae` stays light."""
    if name == "Project":
        from kitae.project import Project

        return Project
    raise AttributeError(f"module 'kitae' has no attribute {name!r}")
