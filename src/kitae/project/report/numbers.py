"""Numbers as text, the same in every language; units come from the catalogue."""

from __future__ import annotations

MINUS = "−"
NBSP = "\u00a0"
DASH = "\u00a0–\u00a0"
"""Between the ends of an interval."""


def is_share(metric: str) -> bool:
    """Whether a metric is a share of 1 (shown in percent) rather than a loss in nats."""
    return not metric.startswith(("nll", "loss", "perplexity"))


def score_text(metric: str, score: float) -> str:
    """A score as it is read: percent, or nats with three decimals."""
    return share_text(score) if is_share(metric) else signed(f"{score:.3f}")


def span_text(metric: str, low: float, high: float) -> str:
    """An interval as it is read."""
    return f"{score_text(metric, low)}{DASH}{score_text(metric, high)}"


def change_text(metric: str, change: float) -> str:
    """A difference with its sign: points, or nats."""
    return signed(f"{100 * change:+.1f}" if is_share(metric) else f"{change:+.3f}")


def change_span_text(metric: str, low: float, high: float) -> str:
    """An interval of a difference, with signs."""
    return f"{change_text(metric, low)}{DASH}{change_text(metric, high)}"


def size_text(metric: str, size: float) -> str:
    """The size of a difference without its sign."""
    return f"{100 * abs(size):.1f}" if is_share(metric) else f"{abs(size):.3f}"


def share_text(share: float) -> str:
    """A share of 1 in percent."""
    return signed(f"{100 * share:.1f}%")


def p_text(p_value: float) -> str:
    """A p value as one writes it: exact, or below what matters."""
    return f"p{NBSP}<{NBSP}0.001" if p_value < 0.001 else f"p{NBSP}={NBSP}{p_value:.3f}"


def count_text(count: float) -> str:
    """A whole number with separators."""
    return f"{count:,.0f}"


def bytes_text(count: float) -> str:
    """A size on disk or in memory in its natural unit."""
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count:.0f} B"


def value_text(value: str | float) -> str:
    """A value of the plan: whole numbers with separators, small ones without noise."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int):
        return count_text(value)
    return signed(f"{value:.6g}")


def signed(text: str) -> str:
    """The text with a true minus sign, and without a sign before zero."""
    if text[:1] in "+-" and not any(digit in text for digit in "123456789"):
        return text[1:]
    return text.replace("-", MINUS, 1) if text.startswith("-") else text
