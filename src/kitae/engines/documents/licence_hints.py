"""Hints about licence and terms in a page's own words -> SPDX where it is clear."""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/(?:licenses/([a-z-]+)/(\d\.\d)|publicdomain/(zero|mark)/1\.0)",
    re.IGNORECASE,
)
_OTHERS = (
    ("www.apache.org/licenses/license-2.0", "Apache-2.0"),
    ("opensource.org/licenses/mit", "MIT"),
    ("opensource.org/license/mit", "MIT"),
    ("www.gnu.org/licenses/gpl-3.0", "GPL-3.0-only"),
    ("www.gnu.org/licenses/fdl-1.3", "GFDL-1.3-only"),
)


def licence_of_address(address: str) -> str:
    """SPDX identifier of a licence's address; empty where it is not known."""
    found = _CREATIVE_COMMONS.search(address)
    if found and found[3]:
        return "CC0-1.0" if found[3].lower() == "zero" else ""
    if found:
        return f"CC-{found[1].upper()}-{found[2]}"
    lower = address.lower()
    return next((spdx for part, spdx in _OTHERS if part in lower), "")
