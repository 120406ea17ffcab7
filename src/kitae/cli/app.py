"""The command `kitae`: its groups, and how errors become messages and exit codes."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Annotated, Any

import typer

from kitae.cli import data_commands, help_commands, model_commands, project_commands
from kitae.cli.output import print_error, wants_json
from kitae.core.errors import AbortedError, KitaeError, ResourceError, UsageError
from kitae.core.version import __version__

# Typer brings its own copy of click from 0.26 on; what a bad command line raises is found through it.
_CommandLineError: Any = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)

app = typer.Typer(
    name="kitae",
    help="From a handful of examples to a fine-tuned language model that is measured to be better.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 ok, 1 unexpected, 2 usage, 3 gate failed, 4 missing dependency, 5 network, "
    "6 resources, 7 invalid data, 8 not found or conflict, 9 waiting for a person, "
    "75 interrupted (resumable), 130 Ctrl-C twice.",
)
project_commands.register(app)
data_commands.register(app)
model_commands.register(app)
help_commands.register(app)


def _show_version(*, value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def run(arguments: list[str]) -> int:
    """Run one command line; gives its exit code. Errors are printed, never raised."""
    try:
        result = app(args=arguments, standalone_mode=False)
    except _CommandLineError as error:
        error.show()
        return UsageError.exit_code
    except typer.Exit as stop:
        return stop.exit_code
    except KitaeError as error:
        print_error(error, as_json=wants_json(arguments))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print_error(AbortedError("Stopped."), as_json=wants_json(arguments))
        return AbortedError.exit_code
    except MemoryError:
        error = ResourceError(
            "Memory ran out.", fix="close other programs, or choose a smaller base"
        )
        print_error(error, as_json=wants_json(arguments))
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last net: a defect becomes a file, not a traceback
        print_error(_unexpected(error), as_json=wants_json(arguments))
        return 1
    return result if isinstance(result, int) else 0


def _unexpected(error: Exception) -> KitaeError:
    path = Path("kitae-crash.txt").absolute()
    text = "".join(traceback.format_exception(error))
    try:
        path.write_text(text, encoding="utf-8")
        fix = (
            f"this is a defect of kitae; the details are in {path}; please report it with that file"
        )
    except OSError:
        fix = f"this is a defect of kitae; please report it with this:\n{text}"
    return KitaeError(f"Something unexpected happened: {type(error).__name__}: {error}", fix=fix)
