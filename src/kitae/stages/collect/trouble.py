"""Errors of `collect` that a newcomer meets first: too many bad rows, columns with other names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kitae.core.errors import DataError
from kitae.core.text import catalogue
from kitae.engines.reading.roles import best_guess
from kitae.engines.reading.rows import showable
from kitae.records.issues import RowIssue
from kitae.stages.collect.config import CollectConfig
from kitae.stages.collect.harvest import Harvest

_SHOWN = 5
_LONGEST_NAME = 100


def check_columns(found: Harvest, where: str) -> None:
    """Stop where no row has a question and an answer under a name that is known.

    Raises:
        DataError: With the columns found and the mapping to type.
    """
    mapper = found.mapper
    is_conversation = bool(set(mapper.forms) & {"sharegpt", "messages", "self_instruct"})
    if found.rows_out or is_conversation or mapper.is_complete or not found.has_rows:
        return
    raise unmapped(found, where)


def unmapped(found: Harvest, where: str) -> DataError:
    """The error for columns that stand for nothing known, with best guesses."""
    columns = tuple(name for name in found.reading.columns if name)
    known = found.mapper.columns_found
    question = known.get("instruction") or best_guess("instruction", columns)
    answer = known.get("output") or best_guess("output", columns)
    rest = [c for c in columns if c not in (question, answer)]
    if len(columns) == 2:
        question, answer = question or rest[0], answer or rest[-1]
    question, answer = _name(question), _name(answer)
    return DataError(
        "No column holds a question and its answer under a name that is known. "
        f"The columns are: {', '.join(repr(showable(c, _LONGEST_NAME)) for c in columns[:20])}.",
        where=where,
        fix=f"say which is which: `--map {_word('instruction', question)} "
        f"--map {_word('output', answer)}`, or in the recipe, below the source:\n"
        f"  columns:\n    instruction: {_yaml(question)}\n    output: {_yaml(answer)}",
    )


def _name(column: str | None) -> str:
    is_short = column is not None and len(column) <= _LONGEST_NAME
    return column if column and is_short else "COLUMN"


def check_rows(found: Sequence[Harvest], num_documents: int) -> None:
    """Stop where there are documents and nothing else.

    Raises:
        DataError: Examples have to come from rows.
    """
    if found or not num_documents:
        return
    raise DataError(
        f"The sources hold documents ({num_documents} sections of text) and no rows: there is no example "
        "to learn from.",
        where="recipe, key `collect.sources`",
        fix="add a source with questions and answers (JSON, JSONL, CSV, XLSX, Parquet); making examples "
        "from documents is not there yet",
    )


def check_share(found: Sequence[Harvest], config: CollectConfig) -> None:
    """Stop where too many rows are unusable: in one file, or in all of them together.

    Raises:
        DataError: With the first of them and how to mend them.
    """
    parts = [([h], h.name) for h in found]
    whole = [(list(found), ", ".join(h.name for h in found))] if len(found) > 1 else []
    for harvests, name in [*parts, *whole]:
        bad = [issue for h in harvests for issue in h.quarantined]
        rows = sum(h.rows_in for h in harvests)
        is_too_much = len(bad) > config.max_bad_share * rows
        if is_too_much and len(bad) > config.max_bad_rows_tolerated:
            raise _too_many(bad, rows, name, config)
    if not any(h.rows_out for h in found):
        bad = [issue for h in found for issue in h.quarantined]
        raise _too_many(bad, len(bad), ", ".join(h.name for h in found), config)


def _too_many(bad: list[RowIssue], rows: int, name: str, config: CollectConfig) -> DataError:
    reasons = ", ".join(f"{n} × {rule}" for rule, n in Counter(i.rule for i in bad).most_common(5))
    shown = "".join(f"\n  {issue_line(issue)}" for issue in bad[:_SHOWN])
    more = f"\n  and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    return DataError(
        f"{len(bad)} of {rows} rows cannot be used ({reasons}).{shown}{more}",
        where=name,
        fix=_how_to_say_who_speaks(bad)
        or "mend these rows in the file; or raise `collect.max_bad_share` "
        f"(now {config.max_bad_share:g}) in the recipe to go on without them",
    )


def _how_to_say_who_speaks(bad: Sequence[RowIssue]) -> str:
    """What to type where conversations have keys or speakers of their own; empty where that is not it."""
    unknown = [issue.detail for issue in bad if issue.rule == "unknown_role"]
    if 2 * len(unknown) < len(bad):
        return ""
    return (
        "say who speaks, in the recipe below the source:\n"
        "  columns:\n    tags:\n      role: KEY       # of a turn, with the speaker\n"
        "      content: KEY    # of a turn, with the text\n"
        "      user: [NAME]    # of the speaker who asks\n      assistant: [NAME]"
    )


def issue_line(issue: RowIssue) -> str:
    """One issue in one line: file, line, column, field, reason, what stands there."""
    place = [issue.source]
    if issue.line is not None:
        place.append(f"line {issue.line}")
    if issue.column is not None:
        place.append(f"column {issue.column}")
    if issue.field:
        place.append(f"field {issue.field}")
    reason = catalogue("en").get(f"reason.{issue.rule}", issue.rule)
    detail = f" [{issue.detail}]" if issue.detail else ""
    excerpt = " ".join(issue.excerpt.split())[:80]
    return f"{', '.join(place)}: {reason}{detail}: {excerpt}"


def _word(role: str, column: str) -> str:
    """An option's value as a shell takes it."""
    pair = f"{role}={column}"
    return f"'{pair}'" if any(sign in pair for sign in ' ()[]&;|<>*?$"') else pair


def _yaml(column: str) -> str:
    is_plain = column.isidentifier() and column.lower() not in (
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
    )
    escaped = column.replace("\\", "\\\\").replace('"', '\\"')
    return column if is_plain else f'"{escaped}"'
