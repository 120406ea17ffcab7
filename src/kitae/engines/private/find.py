"""Everything private in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kitae.engines.private.addresses import find_emails, find_logins, find_machines
from kitae.engines.private.credentials import find_keys
from kitae.engines.private.finding import Finding, in_original, mask, merged
from kitae.engines.private.gate import may_have_private
from kitae.engines.private.numbers import find_cards, find_ibans, find_national_ids, find_tax_codes
from kitae.engines.private.phones import find_phones
from kitae.engines.private.view import number_windows, plain_view

_CODE = re.compile("[0-9]{2}[A-Za-z][0-9]{2}[A-Za-z][0-9]")
_DIGIT = re.compile("[0-9]")
_NUMBER_OR_COLONS = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:")
MOST_ROUNDS = 10


def find_private(text: str) -> tuple[Finding, ...]:
    """Mail addresses, telephone, card, account and identity numbers, machines, keys and logins.

    In the order of the text, without overlap. `mask` with all of them gives a text in which nothing is found.
    """
    if not may_have_private(text):
        return ()
    found = merged(_one_look(text))
    for _ in range(MOST_ROUNDS):
        masked = mask(text, found)
        rest = _one_look(masked) if found and may_have_private(masked) else []
        if not rest:
            break
        found = merged([*found, *(_moved(one, found) for one in rest)])
    return found


def _moved(finding: Finding, before: tuple[Finding, ...]) -> Finding:
    return Finding(
        kind=finding.kind,
        start=in_original(finding.start, before, is_end=False),
        end=in_original(finding.end, before, is_end=True),
        evidence=finding.evidence,
        hint=finding.hint,
        is_example=finding.is_example,
    )


def _one_look(text: str) -> list[Finding]:
    return list(_each(plain_view(text)))


def _each(view: str) -> Iterator[Finding]:
    if "@" in view:
        yield from find_emails(view)
        yield from find_logins(view)
    if _DIGIT.search(view):
        yield from _with_digits(view)
    yield from find_keys(view)


def _with_digits(view: str) -> Iterator[Finding]:
    has_signs = view.count(".") > 2 or view.count(":") > 1
    if has_signs and _NUMBER_OR_COLONS.search(view):
        yield from find_machines(view)
    if windows := number_windows(view):
        yield from find_cards(view, windows)
        yield from find_ibans(view)
        yield from find_national_ids(view, windows)
        yield from find_phones(view, windows)
    if _CODE.search(view):
        yield from find_tax_codes(view)
