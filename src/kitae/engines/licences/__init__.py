"""Licences: their SPDX names from what people write, what they allow, where two of them clash."""

from kitae.engines.licences.files import licence_of_text
from kitae.engines.licences.names import UNKNOWN, spdx
from kitae.engines.licences.terms import USES, Objection, Terms, Use, allows, clash, terms_of

__all__ = [
    "UNKNOWN",
    "USES",
    "Objection",
    "Terms",
    "Use",
    "allows",
    "clash",
    "licence_of_text",
    "spdx",
    "terms_of",
]
