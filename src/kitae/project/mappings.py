"""The columns that a person named for a file's fields, checked against those that there are."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping

from kitae.core.errors import UsageError
from kitae.stages.collect.report import SourceReport


def check_mapping(columns: Mapping[str, str], reports: Iterable[SourceReport]) -> None:
    """Check that each named column is in one of the files; files without columns tell nothing.

    Args:
        columns: Field -> column, as typed.
        reports: What was found in each file.

    Raises:
        UsageError: A column is in none of them; the error names it and those that there are.
    """
    found = dict.fromkeys(
        column
        for report in reports
        for column in (*report.columns.values(), *report.unused_columns)
    )
    known = {_plain(column) for column in found}
    for field, column in columns.items():
        if known and _plain(column) not in known:
            near = difflib.get_close_matches(column, found, n=1)
            hint = f"did you mean `--map {field}={near[0]}`? " if near else ""
            raise UsageError(
                f"There is no column {column!r}.",
                where=f"--map {field}={column}",
                fix=f"{hint}the columns are: {', '.join(found)}",
            )


def _plain(name: str) -> str:
    """A name as columns are compared: without regard to case, width and outer space."""
    return unicodedata.normalize("NFKC", name).strip().casefold()
