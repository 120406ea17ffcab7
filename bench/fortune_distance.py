"""Show how far the exam of `examples/fortune` is from everything that a model may have seen.

A question's skeleton is what is left when its slot words are masked (topic word -> ``<t>``, period
word -> ``<p>``), in lower case, without punctuation and with spaces squeezed. The rule: no test
skeleton is within 0.25 (normalised Levenshtein distance) of any skeleton of the training examples,
the validation file, the recombined rows or the text that the base model was pre-trained on.

    python bench/fortune_distance.py
    python bench/fortune_distance.py --against train.jsonl corpus.txt --max-shown 5

A JSON line gives its ``instruction`` (with its ``input``), or else every string in it; any other
line is taken as text. A line of several sentences is compared whole and sentence by sentence. The
exit code is 1 if any pair is at the limit or nearer, 2 if a file cannot be used, and 0 otherwise.
"""

import argparse
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import yaml
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

FORTUNE = Path(__file__).resolve().parent.parent / "examples" / "fortune"
CHUNK = 8192
# Private-use characters stand for the masks until the punctuation is gone.
MASKS = {"topics": ("\ue000", "<t>"), "periods": ("\ue001", "<p>")}
SENTENCE_END = re.compile(r"(?<=[.?!\u3002\uff1f\uff01])\s*")
LINE_BREAK = re.compile(r"<\|[^|<>]*\|>|[\r\n]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A test skeleton and the skeleton of another file that is nearest to it."""

    distance: float
    test: str
    other: str


class Masker:
    """Turns questions into skeletons, by a closed list of slot words."""

    def __init__(self, vocabulary: dict[str, dict[str, dict[str, list[str]]]]) -> None:
        """Compiles the slot words, the longest first, into one pattern."""
        self._mark = {
            _plain(word): mark
            for kind, (mark, _) in MASKS.items()
            for languages in vocabulary[kind].values()
            for words in languages.values()
            for word in words
        }
        ordered = sorted(self._mark, key=len, reverse=True)
        self._pattern = re.compile("|".join(_word_pattern(word) for word in ordered))

    def skeleton(self, question: str) -> str:
        """Returns the question with masked slots and without punctuation."""
        masked = self._pattern.sub(lambda hit: self._mark[hit[0]], _plain(question))
        kept = "".join(char for char in masked if unicodedata.category(char)[0] not in "PS")
        for mark, shown in MASKS.values():
            kept = kept.replace(mark, shown)
        return " ".join(kept.split())


def _plain(text: str) -> str:
    """Returns the text in compatibility form and lower case, spaces squeezed."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _word_pattern(word: str) -> str:
    """Returns a pattern for one slot word; a word in Latin letters must stand alone."""
    escaped = re.escape(word)
    return rf"(?<![a-z]){escaped}(?![a-z])" if word.isascii() else escaped


def _strings(value: object) -> Iterator[str]:
    """Yields every string inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings(list(cast("dict[str, object]", value).values()))
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _strings(inner)


def _texts(line: str) -> Iterator[str]:
    """Yields the texts of one line of a JSONL or text file."""
    try:
        value = json.loads(line) if line.startswith(("{", "[", '"')) else line
    except json.JSONDecodeError:
        value = line
    row = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    if isinstance(row.get("instruction"), str):
        yield f"{row['instruction']} {row.get('input') or ''}"
    else:
        yield from _strings(cast("object", value))


def _pieces(text: str) -> Iterator[str]:
    """Yields the lines of a text, each followed by its sentences."""
    for line in LINE_BREAK.split(text):
        yield line
        yield from SENTENCE_END.split(line)


def read_skeletons(path: Path, masker: Masker, *, pieces: bool) -> list[str]:
    """Returns the distinct skeletons of a file, in the order in which they first occur."""
    with path.open(encoding="utf-8-sig") as lines:
        texts: Iterable[str] = (text for line in lines for text in _texts(line))
        if pieces:
            texts = (piece for text in texts for piece in _pieces(text))
        # Equal texts are dropped before the masking, which is the slow part.
        found = dict.fromkeys(masker.skeleton(text) for text in dict.fromkeys(texts))
    found.pop("", None)
    return list(found)


def nearest_pairs(tests: list[str], others: list[str]) -> list[Pair]:
    """Returns, for each test skeleton, its nearest other skeleton; the nearest pair first."""
    best = np.full(len(tests), np.inf)
    match = np.zeros(len(tests), dtype=np.int64)
    rows = np.arange(len(tests))
    for start in range(0, len(others), CHUNK):
        chunk = others[start : start + CHUNK]
        table = cdist(tests, chunk, scorer=Levenshtein.normalized_distance, dtype=np.float64)
        column = table.argmin(axis=1)
        nearer = table[rows, column] < best
        best = np.where(nearer, table[rows, column], best)
        match = np.where(nearer, column + start, match)
    found = zip(best.tolist(), tests, match.tolist(), strict=True) if others else ()
    pairs = [Pair(distance, test, others[other]) for distance, test, other in found]
    return sorted(pairs, key=lambda pair: (pair.distance, pair.test))


def show(path: Path, others: int, pairs: list[Pair], limit: float, max_shown: int) -> bool:
    """Prints the nearest pairs of one file and returns whether all are beyond the limit."""
    near = sum(pair.distance <= limit for pair in pairs)
    nearest = f"nearest {pairs[0].distance:.3f}" if pairs else "nothing to compare"
    print(f"{path}: {others} skeletons, {nearest}, {near} test skeletons within {limit:g}")
    for pair in pairs[:max_shown]:
        sign = "!" if pair.distance <= limit else " "
        print(f"{sign} {pair.distance:.3f}  {pair.test}\n         {pair.other}")
    return near == 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--test", type=Path, default=FORTUNE / "data" / "test.jsonl", help="the exam"
    )
    parser.add_argument(
        "--against",
        type=Path,
        nargs="+",
        default=[FORTUNE / "data" / "examples.jsonl", FORTUNE / "data" / "dev.jsonl"],
        help="JSONL or text files that must stay away from it",
    )
    parser.add_argument("--vocabulary", type=Path, default=FORTUNE / "vocabulary.yaml")
    parser.add_argument("--limit", type=float, default=0.25, help="a pair this near fails")
    parser.add_argument("--max-shown", type=int, default=20, help="pairs printed for each file")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    options = _arguments(argv)
    try:
        masker = Masker(yaml.safe_load(options.vocabulary.read_text(encoding="utf-8")))
        tests = read_skeletons(options.test, masker, pieces=False)
        apart = True
        for path in options.against:
            others = read_skeletons(path, masker, pieces=True)
            pairs = nearest_pairs(tests, others)
            apart &= show(path, len(others), pairs, options.limit, options.max_shown)
    except (OSError, UnicodeDecodeError) as error:
        print(f"fortune_distance: {error}", file=sys.stderr)
        return 2
    print("passed" if apart else "failed", f"({len(tests)} test skeletons)")
    return 0 if apart else 1


if __name__ == "__main__":
    sys.exit(main())
