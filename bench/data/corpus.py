"""Generated instruction data with known trouble: `python -m bench.data.corpus ROWS FOLDER`.

English 60 %, Japanese and Chinese 20 % each; four schemas; 5 % exact and 8 % near copies (1 to 15 % of the
tokens edited), 2 % mojibake, 1 % private data, 1 % malformed lines. A row's number is its place in the file.
The first rows of a long corpus are those of a short one, and memory does not grow with it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from bench.data.truth import (
    BASE,
    EXACT,
    MALFORMED,
    MOJIBAKE,
    NEAR,
    PRIVATE,
    Planted,
    TruthWriter,
    is_short,
)
from bench.data.vocabulary import Ids, Vocabulary, vocabularies

SEED = 7
_BLOCK = 8_192
_POOL = 100_000
"""Most originals that are remembered, to be copied later."""
_FEWEST_ORIGINALS = 100
_KIND_EDGES = np.array([0.05, 0.13, 0.15, 0.16, 0.17])
_KINDS_OF_EDGES = (EXACT, NEAR, MOJIBAKE, PRIVATE, MALFORMED, BASE)
_MOST_EDITED = 0.15

Parts = tuple[Ids, Ids, Ids]


@dataclass(frozen=True)
class Draft:
    """Words of instruction, input and output of an original."""

    row: int
    language: int
    parts: Parts


@dataclass(frozen=True)
class CorpusFiles:
    """Where a corpus is.

    Attributes:
        rows: JSONL, malformed lines included.
        truth: What was planted.
        count: Number of rows.
    """

    rows: Path
    truth: Path
    count: int

    @property
    def megabytes(self) -> float:
        """Size of the rows."""
        return self.rows.stat().st_size / 1e6


class Corpus:
    """Draws rows one after another."""

    def __init__(self, seed: int = SEED) -> None:
        self._rng = np.random.default_rng(seed)
        self._words = vocabularies()
        self._pool: list[Draft] = []

    def lines(self, count: int) -> Iterator[tuple[bytes, Planted]]:
        """The lines of the file with their truth."""
        for start in range(0, count, _BLOCK):
            for row, drawn in zip(range(start, start + _BLOCK), self._draws(), strict=True):
                if row >= count:
                    return
                yield self._line(row, *drawn)

    def _draws(self) -> Iterator[tuple[int, int, int]]:
        """Kind, language and number of words of each row of a block."""
        rng = self._rng
        kinds = np.searchsorted(_KIND_EDGES, rng.random(_BLOCK), side="right")
        languages = np.searchsorted(np.array([0.6, 0.8]), rng.random(_BLOCK), side="right")
        sizes = np.clip(rng.lognormal(np.log(80), 0.7, _BLOCK), 8, 3000).astype(int)
        yield from zip(kinds.tolist(), languages.tolist(), sizes.tolist(), strict=True)

    def _line(self, row: int, drawn: int, language: int, size: int) -> tuple[bytes, Planted]:
        kind = _KINDS_OF_EDGES[drawn]
        if kind in (EXACT, NEAR) and len(self._pool) < _FEWEST_ORIGINALS:
            kind = BASE
        of, edit, short = row, 0.0, False
        if kind in (EXACT, NEAR):
            original = self._pool[int(self._rng.integers(len(self._pool)))]
            of, language, parts = original.row, original.language, original.parts
            if kind == NEAR:
                parts, edit = self._edited(self._words[language], parts)
                short = self._is_short(self._words[language], original.parts, parts)
        else:
            parts = self._fresh(self._words[language], size)
        if kind == BASE:
            self._remember(Draft(row, language, parts))
        vocabulary = self._words[language]
        texts = [vocabulary.text(part) for part in parts]
        line = _planted_line(row, kind, language, texts)
        return line, Planted(kind, language, of, of, edit, short)

    def _fresh(self, vocabulary: Vocabulary, size: int) -> Parts:
        words = vocabulary.draw(self._rng, size)
        first = max(4, size // 5)
        middle = size // 5 if self._rng.random() < 0.4 else 0
        return words[:first], words[first : first + middle], words[first + middle :]

    def _edited(self, vocabulary: Vocabulary, parts: Parts) -> tuple[Parts, float]:
        """Words replaced (70 %), left out (15 %) or followed by another (15 %)."""
        sizes = [len(part) for part in parts]
        total = sum(sizes)
        count = max(1, int(total * self._rng.uniform(0.01, _MOST_EDITED)))
        places = self._rng.permutation(total)[:count]
        ways, new = self._rng.random(count), vocabulary.draw(self._rng, count)
        words: list[list[int]] = [[word] for word in np.concatenate(parts).tolist()]
        for place, way, word in zip(places.tolist(), ways.tolist(), new.tolist(), strict=True):
            words[place] = [word] if way < 0.7 else [] if way < 0.85 else [*words[place], word]
        ends = np.cumsum(sizes).tolist()
        starts = [0, *ends[:-1]]
        pieces = (
            np.array([w for one in words[a:b] for w in one], np.int32)
            for a, b in zip(starts, ends, strict=True)
        )
        first, middle, last = pieces
        return (first, middle, last), count / total

    @staticmethod
    def _is_short(vocabulary: Vocabulary, before: Parts, after: Parts) -> bool:
        """Whether a copy is of a short text, as the truth means it."""
        asked, told = zip(*((np.concatenate(p[:2]), p[2]) for p in (before, after)), strict=True)
        sizes = (max(map(vocabulary.tokens, both)) for both in (asked, told))
        return is_short(*sizes, has_other_question=not np.array_equal(*asked))

    def _remember(self, draft: Draft) -> None:
        if len(self._pool) < _POOL:
            self._pool.append(draft)
        else:
            self._pool[int(self._rng.integers(_POOL))] = draft


def write_corpus(folder: Path, count: int, seed: int = SEED) -> CorpusFiles:
    """A corpus on disk; one that is there already is taken as it is."""
    files = CorpusFiles(folder / f"rows-{count}.jsonl", folder / f"truth-{count}.parquet", count)
    if files.rows.exists() and files.truth.exists():
        return files
    folder.mkdir(parents=True, exist_ok=True)
    part = files.rows.with_suffix(".part")
    with part.open("wb", buffering=1 << 20) as out, TruthWriter(files.truth) as truth:
        for line, planted in Corpus(seed).lines(count):
            out.write(line)
            truth.add(planted)
    part.rename(files.rows)
    return files


def _planted_line(row: int, kind: int, language: int, texts: list[str]) -> bytes:
    if kind == MOJIBAKE:
        texts = _misread(language, texts)
    if kind == PRIVATE:
        texts = [*texts[:2], texts[2] + private_data(row, language)]
    line = orjson.dumps(_record(row, texts))
    return (malformed(row, line) if kind == MALFORMED else line) + b"\n"


def _record(row: int, texts: list[str]) -> dict[str, Any]:
    """One of four schemas: 70, 10, 10 and 10 %."""
    instruction, material, output = texts
    style = row % 10
    if style < 7:
        return {"id": row, "instruction": instruction, "input": material, "output": output}
    if style == 7:
        return {"id": row, "prompt": instruction, "context": material, "response": output}
    asked = f"{instruction}\n{material}" if material else instruction
    if style == 8:
        turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": output}]
        return {"id": row, "messages": turns}
    turns = [{"from": "human", "value": asked}, {"from": "gpt", "value": output}]
    return {"id": row, "conversations": turns}


def _misread(language: int, texts: list[str]) -> list[str]:
    if language == 0:
        texts = [*texts[:2], f"“It’s café naïve — déjà vu…” {texts[2]}"]
    return [_mojibake(text) for text in texts]


def _mojibake(text: str) -> str:
    try:
        return text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return text.encode().decode("latin-1")


def private_data(row: int, language: int) -> str:
    """A mail address and a telephone number, in the style of the language."""
    mail = f"user{row}.test@example-{row % 97}.com"
    if language == 0:
        return f" Contact {mail} or call +1 (415) 555-{row % 10000:04d}."
    return f"連絡先 {mail} 電話 090-{row % 10000:04d}-{row * 7 % 10000:04d}。"


def malformed(row: int, line: bytes) -> bytes:
    """One of six ways in which a line can be broken."""
    ways = (
        line[: len(line) * 2 // 3],
        line[:-1] + b",}",
        line.replace(b'","', '"，"'.encode(), 1),
        orjson.dumps({"id": row, "instruction": None, "output": 12}),
        b"\x00" + line,
        line.replace(b'"', b"'"),
    )
    return ways[row % len(ways)]


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    print(write_corpus(args.folder, args.rows, args.seed).rows)


if __name__ == "__main__":
    main()
