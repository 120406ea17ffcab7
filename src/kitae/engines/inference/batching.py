"""Rows of like length together: little padding, and the same batches at every call."""

from __future__ import annotations

from collections.abc import Sequence


def length_batches(
    lengths: Sequence[int], max_tokens: int, max_rows: int, max_waste: float = 0.25
) -> list[list[int]]:
    """Indices of rows, longest first, in batches.

    Args:
        lengths: Tokens of each row.
        max_tokens: Of one batch, padding counted; a single longer row is a batch by itself.
        max_rows: Of one batch.
        max_waste: Largest share of a batch that may be padding.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    batches: list[list[int]] = []
    room = 0
    useful = 0
    for index in order:
        length = lengths[index]
        batch = batches[-1] if batches else []
        cells = (len(batch) + 1) * room
        wasteful = (useful + length) < (1 - max_waste) * cells
        if not batch or len(batch) == max_rows or cells > max_tokens or wasteful:
            batches.append([index])
            room, useful = length, length
        else:
            batch.append(index)
            useful += length
    return batches
