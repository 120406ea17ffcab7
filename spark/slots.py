"""The slots that the generated text talks about: topics and periods, in English and Japanese."""

import random


class Dice(random.Random):
    """A seeded source of chance that also knows how plain the sentences are to be."""

    plainness: float = 0.0
    """Least share of sentences that are little more than their slots, 0 to 1."""


TOPICS = ("love", "work", "money", "health", "study", "travel", "general")
PERIODS = ("today", "tomorrow", "week", "month", "term", "year", "soon")

TOPIC_MASS_EN = {
    "love": ("love", "romance", "dating", "love life"),
    "work": ("work", "working"),
    "money": ("money", "cash", "income"),
    "health": ("health", "fitness", "sleep", "illness"),
    "study": ("study", "school", "homework", "studying"),
    "travel": ("travel", "travelling"),
}
"""Words that stand without an article."""

TOPIC_COUNT_EN = {
    "love": ("partner", "relationship", "marriage", "romance"),
    "work": ("job", "career", "office", "boss", "promotion"),
    "money": ("wallet", "income", "budget"),
    "health": ("body", "illness", "health"),
    "study": ("exam", "school", "class"),
    "travel": ("trip", "journey", "holiday", "flight"),
}
"""Words that take an article or a possessive."""

TOPIC_PLURAL_EN = {
    "love": ("relationships", "dates"),
    "work": ("jobs", "careers"),
    "money": ("savings", "finances", "earnings"),
    "health": ("illnesses",),
    "study": ("exams", "grades", "studies"),
    "travel": ("trips", "journeys", "flights", "holidays"),
}

TOPIC_STATE_EN = {
    "love": ("in love", "married"),
    "work": ("at work", "promoted"),
    "money": ("rich", "richer"),
    "health": ("ill", "healthy", "fit"),
    "study": ("good at school",),
    "travel": ("on holiday",),
}
"""What somebody can become."""

TOPIC_JA = {
    "love": ("恋愛", "恋", "恋人", "結婚", "デート"),
    "work": ("仕事", "職場", "転職", "昇進", "会社"),
    "money": ("お金", "金運", "貯金", "収入", "財布", "お金持ち"),
    "health": ("健康", "体調", "体", "睡眠", "病気"),
    "study": ("勉強", "試験", "学校", "成績", "宿題"),
    "travel": ("旅行", "旅", "海外", "観光", "飛行機"),
}

TOPIC_DEED_JA = {
    "love": ("結婚", "恋愛", "デート", "恋"),
    "work": ("転職", "昇進", "仕事"),
    "money": ("貯金",),
    "health": ("睡眠",),
    "study": ("勉強",),
    "travel": ("旅行", "観光", "旅"),
}
"""Nouns that become verbs with する."""

GENERAL_EN = ("luck", "fortune", "things", "fate", "my luck", "my fortune", "my fate", "everything")
GENERAL_JA = ("運勢", "運気", "幸運", "運", "運命", "調子")

PERIOD_EN = {
    "today": ("today", "tonight", "this evening", "today", "this very day"),
    "tomorrow": ("tomorrow", "the day after today", "tomorrow"),
    "week": ("this week", "the next seven days", "the coming week"),
    "month": ("this month", "the next thirty days", "the coming month"),
    "term": ("this term", "this quarter", "this season"),
    "year": ("this year", "the next twelve months", "the coming year"),
    "soon": ("soon", "in the near future", "before long", "the near future"),
}
PERIOD_BARE_EN = {"today", "tonight", "tomorrow", "soon", "in the near future", "before long"}
"""Adverbs that stand well without a preposition."""

PERIOD_JA = {
    "today": ("今日", "本日", "今夜"),
    "tomorrow": ("明日", "あした", "翌日"),
    "week": ("今週", "この一週間", "七日間"),
    "month": ("今月", "この一か月", "三十日間"),
    "term": ("今期", "この四半期", "今シーズン"),
    "year": ("今年", "この一年", "年内"),
    "soon": ("近い将来", "近いうちに", "まもなく", "最近", "近いうち"),
}

TOPIC_NAME_JA = {
    "love": "恋愛",
    "work": "仕事",
    "money": "お金",
    "health": "健康",
    "study": "勉強",
    "travel": "旅行",
    "general": "全般",
}
PERIOD_NAME_JA = {
    "today": "今日",
    "tomorrow": "明日",
    "week": "今週",
    "month": "今月",
    "term": "今期",
    "year": "今年",
    "soon": "近いうち",
}
PERIOD_NAME_EN = {
    "today": "today",
    "tomorrow": "tomorrow",
    "week": "this week",
    "month": "this month",
    "term": "this term",
    "year": "this year",
    "soon": "soon",
}
