"""Where words and JSON go: results to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from kitae.core.errors import KitaeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console


class Format(StrEnum):
    """How a command prints its result."""

    HUMAN = "human"
    JSON = "json"


FormatOption = Annotated[
    Format, typer.Option("--format", help="human, or json: one document on stdout.")
]
FolderArgument = Annotated[str, typer.Argument(metavar="[DIR]", help="The project folder.")]
LanguageOption = Annotated[
    str | None, typer.Option("--language", "-l", help="en, ja or zh; default: the recipe's.")
]


def console() -> Console:
    """The console for results, on stdout."""
    from rich.console import Console

    return Console(highlight=False)


def notes() -> Console:
    """The console for everything that is not the result, on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_json(document: Any) -> None:  # noqa: ANN401
    """Print one JSON document on stdout."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    sys.stdout.write(text.decode() + "\n")
    sys.stdout.flush()


def print_error(error: KitaeError, *, as_json: bool) -> None:
    """Print an error: what, where, how to mend it. As JSON it is a document of its own on stdout."""
    if as_json:
        print_json(error.as_dict())
        return
    lines = [f"error: {error.what}"]
    if error.where:
        lines.append(f"  where: {error.where}")
    if error.fix:
        lines.append(f"  how to mend: {error.fix}")
    sys.stderr.write("\n".join(lines) + "\n")


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON."""
    joined = " ".join(arguments)
    return "--format json" in joined or "--format=json" in joined
