"""rensa: reading, its deduplicator, writing. Words and pairs of words are made in Python: it takes tokens."""

import json
from itertools import pairwise

from measured import FOLDER, MODE, Measured, records
from rensa import RMinHashDeduplicator


def shingles(tokens: str) -> list[str]:
    """Pairs of neighbours; the only token where there is one."""
    words = tokens.split()
    return [f"{one} {other}" for one, other in pairwise(words)] or words


def main() -> None:
    """As in its documentation, or at Kitae's operating point."""
    time = Measured()
    rows = list(records())
    if MODE == "matched":
        dedup = RMinHashDeduplicator(threshold=0.5, num_perm=128, use_lsh=True, num_bands=32)
        pairs = ((row["id"], shingles(row["tokens"])) for row in rows)
    else:
        dedup = RMinHashDeduplicator(threshold=0.8, num_perm=128, use_lsh=True)
        pairs = ((row["id"], row["text"].split()) for row in rows)
    keep = dedup.add_pairs(pairs)
    with (FOLDER / "out.jsonl").open("w", encoding="utf-8") as out:
        for row, is_kept in zip(rows, keep, strict=True):
            if is_kept:
                out.write(json.dumps({"id": row["id"], "text": row["text"]}) + "\n")
    time.tell(row["id"] for row, is_kept in zip(rows, keep, strict=True) if is_kept)


main()
