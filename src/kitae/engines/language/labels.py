"""Whether answers are labels out of a small set (intents, sentiments) or texts of their own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import orjson

from kitae.engines.language.normal import normalised, tokens, word_count

LABEL_WORDS = 8.0
SMALL_SET = 30
SMALL_SHARE = 0.1
REPEATED_SHARE = 0.8
"""Share of rows whose label another row has too."""


def is_label_set(answers: Sequence[str]) -> bool:
    """Whether these answers come from a small, closed set of labels.

    JSON answers count by field: topic and period from small lists are a closed set, although their
    combinations are many. No answers are no set.
    """
    if not answers:
        return False
    fields = _json_fields(answers)
    if fields is not None:
        return all(_is_small(values, len(answers)) for values in fields.values())
    return _is_small([normalised(answer) for answer in answers], len(answers))


def _json_fields(answers: Sequence[str]) -> dict[str, list[str]] | None:
    """Field -> its values, where all answers are JSON objects with the same fields; else None."""
    fields: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        try:
            parsed = orjson.loads(answer)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(parsed, dict) or not parsed:
            return None
        for name, value in parsed.items():
            fields[name].append(normalised(str(value)))
    complete = all(len(values) == len(answers) for values in fields.values())
    return dict(fields) if complete else None


def _is_small(values: Sequence[str], rows: int) -> bool:
    sizes = Counter(values)
    if len(sizes) > max(SMALL_SET, SMALL_SHARE * rows):
        return False
    if any(word_count(tokens(value)) > LABEL_WORDS for value in sizes):
        return False
    if len(sizes) > max(1.0, 0.5 * rows):
        return False
    repeated = sum(size for size in sizes.values() if size > 1)
    return repeated >= REPEATED_SHARE * rows
