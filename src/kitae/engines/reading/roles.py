"""What columns and keys are called, in English, Chinese and Japanese, and what they stand for."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Literal, get_args

Role = Literal["instruction", "input", "output", "system", "history"]
ROLES: tuple[Role, ...] = get_args(Role)

NAMES: dict[Role, tuple[str, ...]] = {
    "instruction": (
        *("instruction", "instructions", "prompt", "question", "query"),
        *(
            "指令",
            "指示",
            "命令",
            "问题",
            "問題",
            "質問",
            "提问",
            "問い",
            "提示词",
            "プロンプト",
            "設問",
        ),
    ),
    "input": (
        *("input", "context", "inputs"),
        *("输入", "輸入", "入力", "上下文", "文脈", "コンテキスト", "背景"),
    ),
    "output": (
        *("output", "completion", "response", "answer", "outputs"),
        *(
            "输出",
            "輸出",
            "出力",
            "回答",
            "答案",
            "答え",
            "回复",
            "返答",
            "応答",
            "响应",
            "模範解答",
        ),
    ),
    "system": (
        *("system", "system_prompt"),
        *("系统", "系統", "システム", "系统提示", "系统提示词", "システムプロンプト"),
    ),
    "history": (
        "history",
        *("历史", "歷史", "履歴", "对话历史", "历史对话", "会話履歴", "対話履歴"),
    ),
}
"""Names that are taken without asking, the preferred one first."""

GUESSES: dict[Role, tuple[str, ...]] = {
    "instruction": (
        "text",
        "sentence",
        "title",
        "user",
        "human",
        "request",
        "source",
        "src",
        "q",
        "文章",
        "原文",
    ),
    "input": ("document", "passage", "material", "素材", "資料"),
    "output": (
        "label",
        "target",
        "reply",
        "assistant",
        "bot",
        "summary",
        "a",
        "tgt",
        "translation",
        "intent",
        "category",
        "ラベル",
        "标签",
        "分類",
        "译文",
        "訳文",
    ),
    "system": ("role", "persona"),
    "history": ("previous", "turns"),
}
"""Names that may stand for a role: proposed, never taken."""


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A column's name without case, width, blanks and decoration."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip(" \t\r\n\ufeff*:：")
    return folded.replace(" ", "_").replace("-", "_")


_ROLE_OF: dict[str, Role] = {plain_name(n): role for role, names in NAMES.items() for n in names}


def role_of(name: str) -> Role | None:
    """What a column of this name stands for, if that is clear."""
    return _ROLE_OF.get(plain_name(name))


def rank_in_role(name: str) -> int:
    """Position among the names of its role: 0 is the preferred name."""
    role = role_of(name)
    plain = plain_name(name)
    return (
        next((i for i, n in enumerate(NAMES[role]) if plain_name(n) == plain), 99) if role else 99
    )


def is_translated(name: str) -> bool:
    """Whether a known name is written in Chinese or Japanese."""
    return not name.isascii() and role_of(name) is not None


def best_guess(role: Role, columns: tuple[str, ...]) -> str | None:
    """The column that most likely stands for a role, by its name alone; None without a clue."""
    from rapidfuzz import process

    free = {plain_name(c): c for c in columns if role_of(c) is None}
    for guess in GUESSES[role]:
        if guess in free:
            return free[guess]
    names = [plain_name(n) for n in (*NAMES[role], *GUESSES[role]) if len(n) > 3]
    best = [(process.extractOne(plain, names, score_cutoff=75), c) for plain, c in free.items()]
    found = [(match[1], column) for match, column in best if match]
    return max(found, key=lambda pair: pair[0])[1] if found else None
