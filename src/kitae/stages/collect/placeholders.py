"""Texts of a template that nobody filled in, such as "Instruction (required)" or "第2ラウンドの指示(任意)"."""

from __future__ import annotations

import re

_MARK = (
    r"\s*[（(\[【]\s*(?:optional|required|任意|必須|必填|必需|必选|选填|選填|可选|可選|非必填|"
    r"省略可|省略可能|オプション)\s*[)）\]】]\s*[。.]?"
)
_WORDS = (
    r"instructions?|inputs?|outputs?|responses?|answers?|prompts?|questions?|reply|system|history|"
    r"human|model|user|assistant|your|the|an?|of|for|in|from|first|second|third|last|previous|"
    r"rounds?|turns?|text|field|\d+(?:st|nd|rd|th)?|"
    r"指令|指示|输入|輸入|入力|输出|輸出|出力|回答|応答|返答|答え|提示词?|プロンプト|质问|質問|问题|問題|"
    r"システム|系统|系統|履歴|历史|歷史|モデル|模型|人类|人間|ユーザー?|用户|用戶|アシスタント|助手|"
    r"ラウンド|ターン|轮|輪|对话|対話|会話|第|[一二三四五六七八九十两]|目|前|回|の|的|文|欄|内容|词|詞"
)
_PLACEHOLDER = re.compile(rf"(?:(?:{_WORDS})[\s_\-:：]*)+{_MARK}", re.IGNORECASE)
_CLOSERS = (")", "）", "]", "】")
LONGEST = 64
"""Characters; longer texts are never placeholders."""


def is_placeholder(text: str) -> bool:
    """Whether a text only says what should stand there, and whether that is required."""
    text = text.strip()
    if len(text) > LONGEST or not text or text[-1] not in ")）]】。.":
        return False
    if text[-1] in "。." and text[:-1].rstrip()[-1:] not in _CLOSERS:
        return False
    return _PLACEHOLDER.fullmatch(text) is not None
