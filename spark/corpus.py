"""The text that `kitae-spark` is trained on, made from a seed: `python spark/corpus.py --rows 50`."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

import tasks
from slots import Dice

LONG_SHARE = 0.002
"""Share of rows that are many chats in one, for the far positions."""


PLAIN_ROWS = 20_000
"""Over that many rows the sentences grow from bare slots to their full shapes."""


@dataclass(frozen=True)
class Row:
    """A chat, or plain text: exactly one of the two is set."""

    turns: tuple[dict[str, str], ...] = ()
    text: str = ""


def rows(seed: int) -> Iterator[Row]:
    """Rows without end; the same seed gives the same rows."""
    r = Dice(seed)
    for index in itertools.count():
        r.plainness = max(0.0, 1 - index / PLAIN_ROWS)
        kind = r.random()
        if kind < LONG_SHARE:
            chats = [tasks.conversation(r) for _ in range(r.randint(20, 40))]
            turns = [turn for chat in chats for turn in chat if turn["role"] != "system"]
            yield Row(turns=tuple(turns))
        elif kind < 0.03:
            yield Row(text=tasks.running_text(r))
        else:
            yield Row(turns=tuple(tasks.conversation(r)))


def main() -> None:
    """Print rows, one JSON object a line, so that the text can be looked at and compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for _, row in zip(range(args.rows), rows(args.seed), strict=False):
        shown = {"text": row.text} if row.text else {"messages": list(row.turns)}
        print(json.dumps(shown, ensure_ascii=False))


if __name__ == "__main__":
    main()
