"""Libraries of the extra `documents`: asked for when they are needed, named when they are missing."""

from __future__ import annotations

from importlib.util import find_spec

from kitae.core.errors import DependencyError


def need(module: str, purpose: str) -> None:
    """Make sure that a library is installed, without loading it.

    Raises:
        DependencyError: It is not.
    """
    if find_spec(module) is None:
        raise DependencyError(
            f"Reading {purpose} needs the library {module!r}, which is not installed.",
            where=purpose,
            fix='pip install "kitae[documents]"',
        )
