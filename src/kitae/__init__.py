"""Kitae takes a handful of examples to a fine-tuned language model that is measured to be better."""

from kitae.core.version import __version__

__all__ = ["Project", "__version__"]


def __getattr__(name: str) -> object:
    """Load the door on first use, so that `import kitae` stays light."""
    if name == "Project":
        from kitae.project import Project

        return Project
    raise AttributeError(f"module 'kitae' has no attribute {name!r}")
