"""How much two texts share, letter by letter: the same for every language."""

from __future__ import annotations

from collections import Counter

LONGEST = 6


def chrf(answer: str, wanted: str) -> float:
    """chrF2: the F score of character n-grams (1 to 6, spaces left out), recall counted twice; 0 to 1.

    Source: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation". Two empty texts give 1; lengths
    that one of the texts is too short for are left out of the mean.
    """
    one, other = "".join(answer.split()), "".join(wanted.split())
    if not one or not other:
        return float(one == other)
    scores = [_f_score(one, other, n) for n in range(1, min(LONGEST, len(one), len(other)) + 1)]
    return sum(scores) / len(scores)


def longest_repeat(text: str, longest_unit: int = 120) -> tuple[int, int]:
    """How the text ends: (length of the unit that repeats at its end, times); (0, 1) where nothing repeats.

    Of all units up to `longest_unit` characters, the one whose repeats cover most is taken.
    """
    best, covered = (0, 1), 0
    for size in range(1, min(longest_unit, len(text) // 2) + 1):
        unit = text[-size:]
        times = 1
        while text.endswith(unit, 0, len(text) - times * size):
            times += 1
        if times > 1 and times * size > covered:
            best, covered = (size, times), times * size
    return best


def repeated_share(text: str, size: int = 16) -> float:
    """Share of the text's character n-grams that occurred before in it; 0 for a short text."""
    grams = [text[i : i + size] for i in range(len(text) - size + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _f_score(answer: str, wanted: str, n: int) -> float:
    given = Counter(answer[i : i + n] for i in range(len(answer) - n + 1))
    expected = Counter(wanted[i : i + n] for i in range(len(wanted) - n + 1))
    shared = (given & expected).total()
    if not shared:
        return 0.0
    precision, recall = shared / given.total(), shared / expected.total()
    return 5 * precision * recall / (4 * precision + recall)
