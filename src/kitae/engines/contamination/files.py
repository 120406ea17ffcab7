"""A benchmark file that the user names -> its questions and answers, whatever its columns are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kitae.core.errors import DataError
from kitae.engines.reading.contents import load_content
from kitae.engines.reading.encodings import decode, is_wide
from kitae.engines.reading.files import refuse_binary
from kitae.engines.reading.roles import best_guess, plain_name, role_of
from kitae.engines.reading.rows import ReadOptions
from kitae.engines.reading.source import read_file
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.signatures import sign

LEAST_ANSWER = 20
"""Half-words; shorter answers are labels, which anybody may give."""

_QUESTIONS = (
    "problem",
    "query",
    "question_text",
    "premise",
    "hypothesis",
    "sentence",
    "goal",
    "ctx",
)
_ANSWERS = (
    *("solution", "target", "reference", "explanation", "rationale", "canonical_solution"),
    *("reply", "gold", "ideal", "correct_answer", "best_answer", "summary", "translation"),
)
_INSIDE = ("stem", "text", "value", "content", "question")
_TALKS = ("conversations", "messages", "conversation", "dialogue", "turns")
_ASKING = ("user", "human")
_ANSWERING = ("assistant", "gpt", "bot", "model")
_CONTEXT = ("context", "passage", "document", "article", "background", "上下文", "文脈", "背景")
_PLAIN_TEXT = (".txt", ".text", ".md")


@dataclass(frozen=True)
class Benchmark:
    """The texts of a benchmark file.

    Attributes:
        texts: Questions, and answers that are long enough to be known by.
        rows: 1-based row of the file that each is from.
        is_answer: Whether it is an answer.
        question_fields: Names of the fields that were taken as questions, in order of appearance.
        answer_fields: Likewise, as answers.
        rows_read: Rows of the file.
        rows_without_text: Rows in which nothing was found.
        rows_broken: Rows that could not be read.
    """

    texts: TextColumn
    rows: NDArray[np.int64]
    is_answer: NDArray[np.bool_]
    question_fields: tuple[str, ...]
    answer_fields: tuple[str, ...]
    rows_read: int
    rows_without_text: int
    rows_broken: int = 0


@dataclass
class _Taken:
    """What has been read so far; fields as keys, for their order."""

    texts: list[str] = field(default_factory=list[str])
    rows: list[int] = field(default_factory=list[int])
    is_answer: list[bool] = field(default_factory=list[bool])
    questions: dict[str, None] = field(default_factory=dict[str, None])
    answers: dict[str, None] = field(default_factory=dict[str, None])

    def add(self, row: int, asked: dict[str, str], told: dict[str, str]) -> None:
        """Take the question and the answers of a row."""
        self.questions.update(dict.fromkeys(asked))
        self.answers.update(dict.fromkeys(told))
        question = "\n".join(text for text in asked.values() if text.strip())
        for text, is_answer in ((question, False), *((text, True) for text in told.values())):
            if text.strip():
                self.texts.append(text)
                self.rows.append(row)
                self.is_answer.append(is_answer)


def read_benchmark(path: Path) -> Benchmark:
    """The texts of a benchmark: JSON, JSONL, CSV, TSV, XLSX, Parquet, Arrow, or plain text.

    Plain text is one question per paragraph where it has empty lines, else one per line.

    Raises:
        NotFoundError: There is no such file.
        ResourceError: It may not be read.
        DataError: It is empty, damaged, or no column looks like a question or an answer.
        UsageError: Its encoding or sheet has to be named.
    """
    content = load_content(path)
    if content.suffix in _PLAIN_TEXT and not content.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(
        (b"{", b"[")
    ):
        refuse_binary(content.data, path, is_wide=is_wide(content.data))
        return _plain_text(decode(content.data, None).text)
    reading = read_file(path, ReadOptions(), path.name)
    taken = _Taken()
    for row in reading.rows:
        for asked, told in _of_row(row.values):
            taken.add(row.number, asked, told)
    if not taken.texts:
        _take_guesses(taken, [(row.number, row.values) for row in reading.rows], reading.columns)
    if not taken.texts:
        raise _no_texts(path, reading.columns)
    return _benchmark(taken, reading.rows_seen, len(reading.broken))


def _plain_text(text: str) -> Benchmark:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    if len(blocks) < 2:
        blocks = [line.strip() for line in text.splitlines() if line.strip()]
    taken = _Taken()
    for number, block in enumerate(blocks, 1):
        taken.add(number, {"text": block}, {})
    return _benchmark(taken, len(blocks), 0)


def _benchmark(taken: _Taken, rows_read: int, rows_broken: int) -> Benchmark:
    """Without the short answers."""
    texts = TextColumn.from_texts(taken.texts)
    is_answer = np.array(taken.is_answer, np.bool_)
    keep = np.flatnonzero(~is_answer | (sign(texts).half_words >= LEAST_ANSWER))
    rows = np.array(taken.rows, np.int64)
    return Benchmark(
        texts.take(keep),
        rows[keep],
        is_answer[keep],
        tuple(taken.questions),
        tuple(taken.answers),
        rows_read,
        rows_read - rows_broken - len(set(taken.rows)),
        rows_broken,
    )


def _of_row(values: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """(question fields, answer fields) of a row; one for each instance or round in it."""
    talk = next((key for key in values if plain_name(key) in _TALKS), None)
    if talk is not None and isinstance(values[talk], list):
        yield from _rounds(talk, values[talk])
        return
    instances = values.get("instances")
    if isinstance(instances, list) and instances:
        for one in instances:
            if isinstance(one, dict):
                yield _fields({**values, **one})
        return
    yield _fields(values)


def _fields(values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    asked: dict[str, str] = {}
    told: dict[str, str] = {}
    context: dict[str, str] = {}
    for name, value in values.items():
        role, plain = role_of(name), plain_name(name)
        text = _text(value)
        if text is None:
            continue
        if plain in _CONTEXT:
            context[name] = text
        elif role in ("instruction", "input") or plain in _QUESTIONS:
            asked[name] = text
        elif role == "output" or plain in _ANSWERS:
            told[name] = text
    is_prompt = any(plain_name(name) in ("instruction", "prompt") for name in asked)
    if context and (is_prompt or not asked):
        asked |= context
    return asked, told


def _rounds(name: str, turns: list[Any]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Each question of a talk with the answer that follows."""
    asked: dict[str, str] = {}
    for turn in turns:
        if not isinstance(turn, dict):
            continue
        who = str(turn.get("role", turn.get("from", ""))).casefold()
        text = _text(turn.get("content", turn.get("value"))) or ""
        if who in _ASKING:
            if asked:
                yield asked, {}
            asked = {f"{name}.{who}": text}
        elif who in _ANSWERING:
            yield asked, {f"{name}.{who}": text}
            asked = {}
    if asked:
        yield asked, {}


def _text(value: Any) -> str | None:  # noqa: ANN401
    """A text, or the one inside an object or a list of one."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return next((value[key] for key in _INSIDE if isinstance(value.get(key), str)), None)
    if isinstance(value, list) and len(value) == 1:
        return _text(value[0])
    return None


def _take_guesses(
    taken: _Taken, rows: list[tuple[int, dict[str, Any]]], columns: tuple[str, ...]
) -> None:
    """Where no name is known: the columns whose names are nearest to one."""
    question, answer = best_guess("instruction", columns), best_guess("output", columns)
    if question is None and len(columns) == 1:
        question = columns[0]
    for number, values in rows:
        asked = _text(values.get(question)) if question else None
        told = _text(values.get(answer)) if answer and answer != question else None
        taken.add(
            number,
            {question: asked} if question and asked else {},
            {answer: told} if answer and told else {},
        )


def _no_texts(path: Path, columns: tuple[str, ...]) -> DataError:
    shown = ", ".join(columns[:12])
    return DataError(
        f"No column of the benchmark {path.name!r} looks like a question or an answer: {shown}.",
        where=str(path),
        fix="rename its columns to `question` and `answer`",
    )
