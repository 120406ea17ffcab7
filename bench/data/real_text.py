"""Real rows copied up, with known copies: `python -m bench.data.real_text ROWS FOLDER`.

First the rows of the folder named by KITAE_REAL_DATA (default ../shared/data/real) and the few Japanese ones at hand, as they are;
then *forms*: the same rows with every word that is not of the file's template replaced by another of the same file, so that
templates stay and what is asked changes. A fifth are near copies (tokens replaced, left out or put in; sentences in another
order; marks, width and case changed), a twentieth exact ones. Numbers and texts of fewer than 8 tokens are never edited:
there an edit makes another case, not a copy.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from rapidfuzz import fuzz, process

from bench.contamination_texts import JAPANESE
from bench.data.corpus import SEED, CorpusFiles, malformed
from bench.data.truth import BASE, EXACT, MALFORMED, NEAR, Planted, TruthWriter, is_short

REAL = Path(os.environ.get("KITAE_REAL_DATA", "../shared/data/real"))
SAMPLE = Path(__file__).parents[2] / "examples" / "fortune" / "data"
_ALIKE = 80
"""Two real rows say the same where question and answer are this alike, in percent of their letters (Indel)."""
_PIECES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+|\s+|[^\w\s]|_")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_WIDE = {ord(one): ord(one) + 0xFEE0 for one in ",.!?:;"}
_FEWEST_EDITABLE = 8
_POOL = 50_000
_END = "<|endoftext|>"


@dataclass(frozen=True)
class Row:
    """A real row, or one made from it.

    Attributes:
        family: Rows of one family share templates and words.
        question: Instruction and input.
        answer: As wanted.
        root: Equal for rows that say the same.
    """

    family: str
    question: str
    answer: str
    root: int = -1

    @property
    def language(self) -> int:
        """Number in `LANGUAGES`."""
        text = self.question + self.answer
        kana = sum("\u3041" <= one <= "\u30ff" for one in text)
        han = sum("\u3400" <= one <= "\u9fff" for one in text)
        return 1 if kana * 20 > han + kana > 0 else 2 if han * 2 > len(text) / 2 else 0


@dataclass(frozen=True)
class Family:
    """What rows of one file have in common.

    Attributes:
        frame: Pieces in more than half of the questions, and of the answers.
        words: Words that are in neither, as often as they occur.
    """

    frame: tuple[frozenset[str], frozenset[str]]
    words: list[str]


def real_rows() -> list[Row]:
    """Every real row, those that say the same with equal roots."""
    rows = [row for path in _files() for row in _rows_of(path)]
    rows += [Row("japanese", question, answer) for question, answer in JAPANESE]
    return _rooted(rows)


def _files() -> list[Path]:
    named = [path for path in sorted(REAL.glob("*.json*")) if path.is_file()]
    return [
        *named,
        *sorted((REAL / "t0").glob("*.jsonl")),
        SAMPLE / "examples.jsonl",
        SAMPLE / "dev.jsonl",
    ]


def _rows_of(path: Path) -> Iterator[Row]:
    text = path.read_text(encoding="utf-8")
    values = json.loads(text) if path.suffix == ".json" else map(json.loads, text.splitlines())
    for value in values:
        for question, answer in _pairs(value):
            yield Row(path.stem, question, answer)


def _pairs(value: dict[str, Any]) -> list[tuple[str, str]]:
    if "conversations" in value:
        turns = value["conversations"]
        return [(turns[0]["value"], turns[1]["value"])]
    if "prompt" in value:
        return [(value["prompt"], value["completion"].replace(_END, ""))]
    instances = value.get("instances", [value])
    return [
        ("\n".join(filter(None, (value["instruction"], one.get("input")))), one["output"])
        for one in instances
    ]


def _rooted(rows: list[Row]) -> list[Row]:
    """Each row with the first one of its family set that says the same as its root."""
    families: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        families[row.family.split("_")[0]].append(number)
    roots = list(range(len(rows)))
    for numbers in families.values():
        asked = [rows[number].question for number in numbers]
        told = [rows[number].answer for number in numbers]
        alike = process.cdist(asked, asked, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.uint8)
        for one, other in np.argwhere(np.triu(alike, 1)).tolist():
            if fuzz.ratio(told[one], told[other]) >= _ALIKE:
                _tie(roots, numbers[one], numbers[other])
    return [replace(row, root=_root(roots, number)) for number, row in enumerate(rows)]


def _root(roots: list[int], number: int) -> int:
    while roots[number] != number:
        number = roots[number]
    return number


def _tie(roots: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(roots, one), _root(roots, other)))
    roots[high] = low


def families_of(rows: list[Row]) -> dict[str, Family]:
    """Template and words of each family."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        members[row.family].append(row)
    return {name: _family(found) for name, found in members.items()}


def _family(rows: list[Row]) -> Family:
    texts = [[row.question for row in rows], [row.answer for row in rows]]
    pieces = [[_PIECES.findall(text) for text in side] for side in texts]
    asked, told = (_frame(side) for side in pieces)
    everything = (piece for side in pieces for text in side for piece in text)
    words = sorted(p for p in everything if _is_word(p) and p not in asked | told)
    return Family((asked, told), words)


def _frame(texts: list[list[str]]) -> frozenset[str]:
    counts = Counter(piece for text in texts for piece in set(text))
    return frozenset(piece for piece, number in counts.items() if number > len(texts) / 2)


def _is_word(piece: str) -> bool:
    return piece.isalpha()


def _is_token(piece: str) -> bool:
    return piece[0].isalnum()


class RealCorpus:
    """Draws rows one after another."""

    def __init__(self, rows: list[Row], seed: int = SEED) -> None:
        self._rng = random.Random(seed)
        self._real = self._rng.sample(rows, len(rows))
        self._families = families_of(rows)
        self._of_language = [[row for row in rows if row.language == place] for place in range(3)]
        self._pool: tuple[list[tuple[int, Row]], ...] = ([], [], [])
        self._first: dict[int, int] = {}

    def lines(self, count: int) -> Iterator[tuple[bytes, Planted]]:
        """The lines of the file with their truth."""
        for number in range(count):
            yield self._line(number)

    def _line(self, number: int) -> tuple[bytes, Planted]:
        drawn = self._rng.random()
        if drawn < 0.25 and number > 100:
            of, row = self._rng.choice(self._pool[self._language()] or self._pool[0])
            return self._copy(of, row, NEAR if drawn < 0.2 else EXACT)
        row = self._real[number] if number < len(self._real) else self._form()
        if drawn > 0.99:
            truth = Planted(MALFORMED, row.language, number, number)
            return malformed(number, _line(row)) + b"\n", truth
        self._remember(number, row)
        root = self._first.setdefault(row.root, number) if row.root >= 0 else number
        return _line(row) + b"\n", Planted(BASE, row.language, number, root)

    def _copy(self, of: int, row: Row, kind: int) -> tuple[bytes, Planted]:
        root = self._first[row.root] if row.root >= 0 else of
        language = row.language
        if kind == EXACT:
            return _line(row) + b"\n", Planted(EXACT, language, of, root)
        rate = self._rng.uniform(0.01, 0.15)
        asked, first = self._edited(row.question, rate, row.family)
        told, second = self._edited(row.answer, rate, row.family)
        if not first + second:
            return _line(row) + b"\n", Planted(EXACT, language, of, root)
        sizes = [_size(row.question), _size(row.answer)]
        most = (max(sizes[0], _size(asked)), max(sizes[1], _size(told)))
        short = is_short(*most, has_other_question=first > 0)
        truth = Planted(NEAR, language, of, root, (first + second) / sum(sizes), short)
        return _line(replace(row, question=asked, answer=told)) + b"\n", truth

    def _edited(self, text: str, rate: float, family: str) -> tuple[str, int]:
        """The text with some words changed, and how many; unchanged where it is too short for that."""
        rng, words = self._rng, self._families[family].words
        pieces = _PIECES.findall(text)
        places = [place for place, piece in enumerate(pieces) if _is_word(piece)]
        tokens = sum(map(_is_token, pieces))
        if tokens < _FEWEST_EDITABLE or not words or not places:
            return text, 0
        chosen = rng.sample(places, min(len(places), max(1, int(tokens * rate))))
        for place in chosen:
            word, way = rng.choice(words), rng.random()
            blank = "" if pieces[place] > "\u3000" else " "
            pieces[place] = (
                word if way < 0.7 else "" if way < 0.85 else pieces[place] + blank + word
            )
        return self._restyled("".join(pieces)), len(chosen)

    def _restyled(self, text: str) -> str:
        rng = self._rng
        if rng.random() < 0.2:
            text = _reordered(text, rng)
        if rng.random() < 0.1:
            text = text.translate(_WIDE)
        if rng.random() < 0.1:
            text = text.lower()
        return text

    def _form(self) -> Row:
        """A real row in which every word that is not of the template is another one."""
        while True:
            row = self._rng.choice(self._of_language[self._language()])
            family = self._families[row.family]
            asked, first = self._refilled(row.question, family, 0)
            told, second = self._refilled(row.answer, family, 1)
            if first >= 3 or second >= 6:
                return Row(row.family, asked, told)

    def _refilled(self, text: str, family: Family, side: int) -> tuple[str, int]:
        if _size(text) < 4 or not family.words:
            return text, 0
        pieces = _PIECES.findall(text)
        chosen = [i for i, p in enumerate(pieces) if _is_word(p) and p not in family.frame[side]]
        for place in chosen:
            pieces[place] = self._rng.choice(family.words)
        return "".join(pieces), len(chosen)

    def _remember(self, number: int, row: Row) -> None:
        pool = self._pool[row.language]
        if len(pool) < _POOL:
            pool.append((number, row))
        else:
            pool[self._rng.randrange(_POOL)] = (number, row)

    def _language(self) -> int:
        """As often as in the generated corpus: there are few real Japanese rows, which are used again and again."""
        return self._rng.choices(range(3), (60, 20, 20))[0]


def _size(text: str) -> int:
    return sum(map(_is_token, _PIECES.findall(text)))


def _reordered(text: str, rng: random.Random) -> str:
    """Two neighbouring sentences of the first line that has them, exchanged."""
    sentences = _SENTENCES.split(text)
    if len(sentences) < 3 or "\n" in text:
        return text
    place = rng.randrange(len(sentences) - 1)
    sentences[place : place + 2] = sentences[place + 1], sentences[place]
    return ("" if text[-1] > "\u3000" else " ").join(sentences)


def _line(row: Row) -> bytes:
    return orjson.dumps({"instruction": row.question, "input": "", "output": row.answer})


def write_real_corpus(folder: Path, count: int, seed: int = SEED) -> CorpusFiles:
    """A corpus on disk; one that is there already is taken as it is.

    Raises:
        FileNotFoundError: There are no real data.
    """
    if not REAL.is_dir():
        raise FileNotFoundError(f"no real data at {REAL}; set KITAE_REAL_DATA")
    files = CorpusFiles(
        folder / f"real-{count}.jsonl", folder / f"real-truth-{count}.parquet", count
    )
    if files.rows.exists() and files.truth.exists():
        return files
    folder.mkdir(parents=True, exist_ok=True)
    part = files.rows.with_suffix(".part")
    with part.open("wb", buffering=1 << 20) as out, TruthWriter(files.truth) as truth:
        for line, planted in RealCorpus(real_rows(), seed).lines(count):
            out.write(line)
            truth.add(planted)
    part.rename(files.rows)
    return files


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    print(write_real_corpus(args.folder, args.rows, args.seed).rows)


if __name__ == "__main__":
    main()
