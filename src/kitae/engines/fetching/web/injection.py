"""Text that speaks to a model instead of to a reader: flagged, never obeyed, never dropped here."""

from __future__ import annotations

import re

_ENGLISH_OVERRIDE = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,30}?\b(?:all|any|every|the|your|my|these|those)?"
    r"\s*(?:of\s+)?(?:the\s+|your\s+)?(?:previous|prior|above|earlier|preceding|foregoing|existing|system)\b"
    r"[^.!?\n]{0,20}?\b(?:instructions?|prompts?|rules?|directions?|messages?|context|guidelines?)\b"
)
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("override_instructions", _ENGLISH_OVERRIDE),
    (
        "override_instructions",
        r"(?:これまで|今まで|以前|上記|前述|以上|ここまで)の?(?:すべての|全ての|全)?(?:システム)?"
        r"(?:指示|命令|プロンプト|ルール|設定|指令)(?:を|は)?(?:すべて|全て)?(?:無視|忘れ|破棄|無効)",
    ),
    (
        "override_instructions",
        r"(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要理會|请忽略)(?:掉)?(?:你)?(?:之前|以上|先前|上述|前面|上面|此前|所有)"
        r"[^。！？\n]{0,10}?(?:指令|指示|命令|提示词|提示詞|提示|规则|規則|要求|设定|設定)",
    ),
    ("new_role", r"\byou are (?:now|no longer)\b[^.\n]{0,40}\b(?:ai|assistant|model|chatbot|bot|dan|mode|restricted)\b"),
    ("new_role", r"\b(?:pretend|act) (?:to be|as if you (?:are|were)|as) (?:an? )?(?:unrestricted|uncensored|jailbroken|evil)\b"),
    ("new_role", r"(?:あなたは(?:今|これ)から|今からあなたは)[^。\n]{0,30}(?:として|です|になり|になって|振る舞)"),
    ("new_role", r"(?:从现在(?:开始|起)|從現在(?:開始|起))[，,]?\s*(?:你|您)(?:就)?(?:是|将|將|要扮演|扮演)"),
    (
        "reveal_prompt",
        r"\b(?:reveal|print|show|repeat|output|leak|tell me|display)\b[^.!?\n]{0,30}\b(?:system prompt|hidden prompt"
        r"|initial instructions|your instructions|the prompt above)\b",
    ),
    ("reveal_prompt", r"(?:システムプロンプト|初期の?指示|内部の?指示)[^。\n]{0,10}(?:を|の内容を)[^。\n]{0,10}(?:表示|出力|教え|見せ|公開)"),
    ("reveal_prompt", r"(?:显示|顯示|输出|輸出|告诉我|告訴我|透露|泄露|洩露|打印|重复|重複)[^。\n]{0,12}(?:系统提示|系統提示|系统指令|系統指令|初始指令)"),
    (
        "addresses_model",
        r"\b(?:if you are|attention|note to|instructions? (?:for|to)|dear|hey|message (?:for|to))\b[^.!?\n]{0,20}"
        r"\b(?:an? ai|ai (?:assistants?|agents?|models?|crawlers?|systems?)|llms?|language models?|chatgpt|gpt-?\d?|claude|gemini"
        r"|copilot|chatbots?)\b",
    ),
    ("addresses_model", r"(?:AI|人工知能|言語モデル|LLM|ChatGPT|アシスタント)(?:アシスタント|モデル|エージェント)?(?:の皆さん)?(?:へ|に対して|向け)の?(?:指示|命令|お願い|メッセージ)"),
    ("addresses_model", r"(?:如果你是|致|给|給|提醒)(?:一个|一個|所有|各位)?(?:AI|人工智能|人工智慧|大语言模型|大語言模型|语言模型|語言模型|LLM|ChatGPT)[^。\n]{0,20}(?:请|請|必须|必須|务必|務必|应该|應該)"),
    (
        "chat_template",
        r"<\|[a-z_]{2,30}(?:\|>|｜>)|<｜[^｜>\n]{2,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
        r"|</?tool_(?:call|response)>|^[ \t]{0,8}###[ \t]*(?:System|Instruction|Assistant|Human)\s*:",
    ),
    ("tool_call", r"\{\s{0,20}\"(?:tool_calls?|function_call)\"\s*:"),
    ("leaks_through_link", r"!\[[^\]\n]{0,100}\]\(https?://[^)\s?]{1,200}\?[^)\s]{0,200}(?:\{|\bprompt=|\bdata=|\bsecret=|\bhistory=)"),
    (
        "hidden_markup",
        r"<[a-z][^<>]{0,300}style\s{0,3}=\s{0,3}[\"'][^\"'<>]{0,200}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0"
        r"|opacity\s*:\s*0(?![.\d])|(?:left|top|text-indent)\s*:\s*-\d{3,})[^<>]{0,200}>\s{0,50}[^<\s][^<]{20,}",
    ),
    ("hidden_characters", r"[\U000E0020-\U000E007E]{4,}|[\u200b\u200c\u2060\ufeff]{8,}|[\u202a-\u202e\u2066-\u2069]{4,}"),
)  # fmt: skip
_SIGNS = tuple((sign, re.compile(text, re.IGNORECASE | re.MULTILINE)) for sign, text in _PATTERNS)
_MOST_CHARACTERS = 1_000_000
SIGNS = tuple(dict.fromkeys(sign for sign, _ in _PATTERNS))
"""Every sign that there is."""


def injection_signs(text: str) -> tuple[str, ...]:
    """The signs that a text (or a page's source) tries to instruct a model; empty for an ordinary one.

    Only the first million characters are looked at. A text that writes about such attacks carries
    the signs too: they call for a look, they are no verdict.
    """
    part = text[:_MOST_CHARACTERS]
    found = {sign for sign, pattern in _SIGNS if pattern.search(part)}
    return tuple(sign for sign in SIGNS if sign in found)
