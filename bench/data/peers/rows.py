"""The corpus as other tools read it: rows that are sound JSON, one text each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bench.data.corpus import CorpusFiles
from bench.data.truth import MALFORMED, MOJIBAKE, Truth

_WORDS = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+"
)


def peer_rows(files: CorpusFiles, path: Path, limit: int, *, mends: bool) -> list[int]:
    """Write the rows that a tool gets; their numbers.

    Args:
        files: The corpus.
        path: JSONL with `id`, `question`, `answer`, `text` (both) and `tokens` (as Kitae takes them).
        limit: Only rows of the first so many lines.
        mends: Whether the tool mends text read in a wrong encoding; for one that does not, such rows are left out.
    """
    left_out = {MALFORMED} if mends else {MALFORMED, MOJIBAKE}
    kinds = Truth.read(files.truth).kind[:limit].tolist()
    numbers: list[int] = []
    with files.rows.open("rb") as lines, path.open("wb") as out:
        for number, (kind, line) in enumerate(zip(kinds, lines, strict=False)):
            if kind not in left_out:
                out.write(orjson.dumps(_row(number, line)) + b"\n")
                numbers.append(number)
    return numbers


def _row(number: int, line: bytes) -> dict[str, Any]:
    question, answer = question_and_answer(orjson.loads(line))
    text = f"{question}\n{answer}"
    return {
        "id": f"r{number}",
        "question": question,
        "answer": answer,
        "text": text,
        "tokens": " ".join(tokens(text)),
    }


def question_and_answer(row: dict[str, Any]) -> tuple[str, str]:
    """Of a row in one of the four schemas of the corpus."""
    if "messages" in row:
        return row["messages"][0]["content"], row["messages"][1]["content"]
    if "conversations" in row:
        return row["conversations"][0]["value"], row["conversations"][1]["value"]
    names = ("prompt", "context", "response")
    instruction, material, output = (
        row[name] for name in (names if "prompt" in row else ("instruction", "input", "output"))
    )
    return (f"{instruction}\n{material}" if material else instruction), output


def tokens(text: str) -> Iterator[str]:
    """Words in small letters, and single CJK characters."""
    yield from _WORDS.findall(text.lower())
