"""Text itself: the normal form it is compared in, the repair of broken text, which language it is."""

from kitae.engines.language.detect import detect_language
from kitae.engines.language.labels import is_label_set
from kitae.engines.language.normal import normalised, numbers, short_form, tokens, word_count
from kitae.engines.language.repair import RULES, inner_special_token, repaired

__all__ = [
    "RULES",
    "detect_language",
    "inner_special_token",
    "is_label_set",
    "normalised",
    "numbers",
    "repaired",
    "short_form",
    "tokens",
    "word_count",
]
