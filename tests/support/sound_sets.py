"""Fifty sound examples as a beginner would write them, in three languages, for labels, JSON and free text."""

from __future__ import annotations

import json
from itertools import product

from kitae.records.example import Example
from support.frozen_datasets import rows

_REVIEWS = {
    "en": (
        ["The soup", "My room", "The bus ride", "The concert", "This phone"],
        {
            "good": [
                "was a joy",
                "made us smile all day",
                "could not be better",
                "is worth every coin",
                "won me over",
            ],
            "bad": [
                "was a waste",
                "ruined the evening",
                "fell apart at once",
                "made us leave early",
                "let us down",
            ],
        },
    ),
    "ja": (
        ["スープ", "部屋", "バスの旅", "コンサート", "この電話"],
        {
            "良い": [
                "は最高でした",
                "に大満足です",
                "はまた頼みたい",
                "のおかげで笑顔になれた",
                "は期待以上だった",
            ],
            "悪い": [
                "にはがっかりした",
                "は二度といやだ",
                "は壊れていた",
                "のせいで早く帰った",
                "は値段に合わない",
            ],
        },
    ),
    "zh": (
        ["这碗汤", "我的房间", "这趟公交", "那场音乐会", "这部手机"],
        {
            "好": ["让人很满意", "超出了期待", "值得再来一次", "让大家都笑了", "好得没话说"],
            "差": ["让人失望", "毁了整个晚上", "一下子就坏了", "害我们提前离开", "完全不值这个价"],
        },
    ),
}

_FREE = {
    "en": (
        "Describe a {thing} for a child.",
        "A {thing} is {what}. You can meet it {where}, and it never gets boring.",
    ),
    "ja": ("子どもに{thing}を説明してください。", "{thing}は{what}です。{where}で出会えますよ。"),
    "zh": ("请给孩子介绍一下{thing}。", "{thing}是{what}，在{where}可以见到。"),
}
_THINGS = {
    "en": (["river", "clock", "bridge", "garden", "violin"], ["something people made long ago", "a friend of the day"],
           ["near the town", "in old stories", "at your school", "on a long walk", "beside the sea"]),
    "ja": (["川", "時計", "橋", "庭", "バイオリン"], ["昔からある大切なもの", "毎日の友だち"],
           ["町の近く", "昔話の中", "学校", "長い散歩の途中", "海のそば"]),
    "zh": (["河流", "钟表", "大桥", "花园", "小提琴"], ["很久以前就有的东西", "每天的好朋友"],
           ["城镇附近", "古老的故事里", "学校里", "散步的路上", "海边"]),
}  # fmt: skip


def fifty_labels(language: str) -> list[Example]:
    """Fifty short reviews with the labels good and bad."""
    things, words = _REVIEWS[language]
    pairs = [
        (f"{thing}{' ' if language == 'en' else ''}{saying}", label)
        for label, sayings in words.items()
        for thing, saying in product(things, sayings)
    ]
    return rows(pairs, language=language)


def fifty_intents(language: str) -> list[Example]:
    """The same reviews with JSON answers of two fields."""
    things, _ = _REVIEWS[language]
    return [
        e.model_copy(
            update={
                "output": json.dumps(
                    {
                        "about": next(t for t in things if e.instruction.startswith(t)),
                        "mood": e.output,
                    },
                    ensure_ascii=False,
                )
            }
        )
        for e in fifty_labels(language)
    ]


def fifty_texts(language: str) -> list[Example]:
    """Fifty requests with an answer in free text each."""
    ask, say = _FREE[language]
    things, whats, wheres = _THINGS[language]
    pairs = [
        (
            f"{ask.format(thing=thing)} ({number}: {where})",
            say.format(thing=thing, what=what, where=where),
        )
        for number, (thing, what, where) in enumerate(product(things, whats, wheres))
    ]
    return rows(pairs, language=language)
