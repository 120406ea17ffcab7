"""When two answers are equal, and what an answer that never reads the question would reach."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from kitae.engines.language import normalised, tokens, word_count
from kitae.engines.wording import Framed, find_frames

MATERIAL_WORDS = 5.0
"""A frame around less text than this is not a wording of a text: `I want to buy …` is the question itself."""


def answer_key(text: str) -> str:
    """What is compared of an answer: equal keys are equal answers.

    JSON objects and lists count as their values (order of keys and spacing do not matter); other text without
    case, width, spacing and sentence marks. Text of marks alone counts as it stands.
    """
    parsed = json_value(text)
    if parsed is not None:
        return json.dumps(_plain(parsed), ensure_ascii=False, sort_keys=True)
    return normalised(text) or unicodedata.normalize("NFKC", text).strip()


def json_value(text: str) -> dict[str, Any] | list[Any] | None:
    """The JSON object or list that a text is, or None; numbers and words alone are not taken for JSON."""
    if not text.strip().startswith(("{", "[")):
        return None
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict | list) else None


def is_json_set(answers: Sequence[str], share: float = 0.9) -> bool:
    """Whether (nearly) all of these answers are JSON objects or lists."""
    found = sum(json_value(answer) is not None for answer in answers)
    return bool(answers) and found >= share * len(answers)


def like_prompts(questions: Sequence[str]) -> list[str]:
    """The wording of each question, or an empty string; rows with an equal value are prompts of one kind.

    Only frames around a text of some length count. Where a few words stand in a longer frame, the frame is what is
    asked: `I want to return …` says which answer is right, and is no wording of something else.
    """
    framed = find_frames(questions)
    members: dict[str, list[Framed]] = defaultdict(list)
    for one in framed:
        members[one.wording].append(one)
    wordings = {name for name, rows in members.items() if name and _surrounds_text(name, rows)}
    return [one.wording if one.wording in wordings else "" for one in framed]


def best_constants(kinds: Sequence[str], answers: Sequence[str]) -> dict[str, str]:
    """Kind of prompt -> its most frequent answer, as most often spelled; the first one wins a tie.

    The empty kind is always there: the most frequent answer of all, for prompts of a kind not seen here.
    """
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, answer in zip(kinds, answers, strict=True):
        by_kind[kind].append(answer)
    constants = {kind: most_frequent(own) for kind, own in by_kind.items()}
    return {**constants, "": most_frequent(answers)} if answers else {}


def constant_answers(constants: Mapping[str, str], kinds: Sequence[str]) -> list[str]:
    """What the best constant says to prompts of these kinds."""
    fallback = constants.get("", "")
    return [constants.get(kind, fallback) for kind in kinds]


def most_frequent(answers: Sequence[str]) -> str:
    """The most frequent answer, compared by `answer_key`, in its most frequent spelling."""
    keys = [answer_key(answer) for answer in answers]
    best = Counter(keys).most_common(1)[0][0]
    spellings = Counter(a for a, key in zip(answers, keys, strict=True) if key == best)
    return spellings.most_common(1)[0][0]


def _surrounds_text(wording: str, rows: Sequence[Framed]) -> bool:
    frame_words = word_count(tokens(wording.replace("…", " ")))
    material_words = sum(word_count(tokens(row.material)) for row in rows) / len(rows)
    return material_words >= max(MATERIAL_WORDS, frame_words)


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Numbers that are equal get one spelling: 1.0 becomes 1."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
