"""Private data and secrets that are still in the rows.

Keys, cards, accounts, identity numbers and logins fail wherever they stand. Addresses of mail and machines and telephone
numbers fail in rows from hubs and the web; in the user's own files a few may be the user's own, as in a list of contacts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kitae.records.gate import CheckResult, Outcome
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding, shown_rows
from kitae.stages.gate.rows import Rows, Texts

CONTACTS = ("email", "ip", "phone")
MANY_VALUES = 5
"""More different ones than this in the user's own files are hardly the user's own contact data."""


@dataclass(frozen=True)
class _Value:
    """A private value: where it is and of which kind; its hash tells whether it is another one."""

    row: int
    kind: str
    hashed: int


def check_private(rows: Rows, config: GateConfig) -> Finding:
    """Secrets anywhere and contacts in fetched rows fail; many contacts in own rows warn."""
    found = [value for texts in rows.texts for value in _values(texts)]
    concerned = np.unique(np.array([one.row for one in found], np.int64))
    is_fetched = rows.is_fetched
    secrets = [one for one in found if one.kind not in CONTACTS]
    fetched = [one for one in found if one.kind in CONTACTS and is_fetched[one.row]]
    own = [one for one in found if one.kind in CONTACTS and not is_fetched[one.row]]
    is_many = len({one.hashed for one in own}) > MANY_VALUES
    if secrets:
        result = _found(rows, config, secrets, ("fail", "secrets"))
    elif fetched:
        result = _found(rows, config, fetched, ("fail", "fetched"))
    elif own:
        result = _found(rows, config, own, ("warn", "contacts") if is_many else ("pass", "few"))
    else:
        result = finding("private", "pass", measured=Measured.share(0, len(rows), 0.0))
    return Finding(result, concerned)


def _found(
    rows: Rows, config: GateConfig, values: list[_Value], said: tuple[Outcome, str]
) -> CheckResult:
    outcome, text = said
    places = np.unique([one.row for one in values])
    kind, _ = Counter(one.kind for one in values).most_common(1)[0]
    return finding(
        "private",
        outcome,
        text,
        evidence=shown_rows(rows, places, config.evidence_rows),
        measured=Measured.share(len(places), len(rows), 0.0),
        values={
            "count": len(places),
            "different": len({one.hashed for one in values}),
            "kind": f"@private.{kind}",
            "setting": kind,
        },
    )


def _values(texts: Texts) -> Iterator[_Value]:
    from kitae.engines import private

    if not len(texts.column.data):
        return
    engine: Any = private
    may_have = np.asarray(engine.column_may_have_private(texts.column.to_arrow()), np.bool_)
    for place in np.flatnonzero(may_have).tolist():
        text = texts.column[place]
        for found in private.find_private(text):
            if not found.is_example:
                value = text[found.start : found.end]
                yield _Value(int(texts.rows[place]), found.kind, hash(value))
