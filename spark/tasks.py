"""Chats and plain texts made from the sentences: what the model is asked, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import lexicon_en
import lexicon_ja
import sentences_en
import sentences_ja
import slots
from slots import Dice
from wording import phrase_list, word_list

Chat = list[dict[str, str]]

LUCK_EN = ("great", "good", "fair", "poor")
LUCK_JA = {"great": "大吉", "good": "吉", "fair": "小吉", "poor": "凶"}
ASK_TOPIC = phrase_list(
    "What is it about?;About what?;Topic?;Name the topic.;Which subject is meant?;何について？;話題は？;テーマは何ですか？;"
    "Find the subject.;Subject of this text?;What is the person asking about?;何の話？;話題を英語で。"
)
ASK_PERIOD = phrase_list(
    "When?;Which time is meant?;What time span?;Name the time.;Time?;いつ？;いつの話ですか？;時期は？;"
    "Find the time word.;For when?;What span of time does it ask about?;時期を英語で。"
)
ASK_BOTH = phrase_list(
    "Topic and time?;What and when?;Name both the topic and the time.;何について、いつ？;話題と時期は？;Sort this question.;"
    "File this.;Give topic, then time.;分類して。;Label it.;What is asked, and for when?;About what, and when?"
)
SHOW_TOPIC = phrase_list(
    'It is about {t}.;{t};Topic: {t};topic={t};"{t}";About {t}.;[{t}];<{t}>;({t});The topic is {t}.;「{t}」;{t}の話。;{t}です。;'
    "話題：{t};- {t};#{t};'{t}';topic is {t};{t}!;*{t}*"
)
SHOW_PERIOD = phrase_list(
    'It is about {p}.;{p};Time: {p};period={p};"{p}";For {p}.;[{p}];<{p}>;({p});The time is {p}.;「{p}」;{p}の話。;{p}です。;'
    "時期：{p};- {p};#{p};'{p}';period is {p};when: {p};*{p}*"
)
SHOW_BOTH = (
    "{t} / {p}",
    "topic is {t}; period is {p}",
    '"{t}", "{p}"',
    '["{t}", "{p}"]',
    "topic: {t}\nperiod: {p}",
    "- {t}\n- {p}",
    "{t}, {p}",
    "({t}, {p})",
    "{t} | {p}",
    "topic={t} period={p}",
    "<topic>{t}</topic><period>{p}</period>",
    "It is about {t}, for {p}.",
    "{p}: {t}",
    "{t}-{p}",
    "話題は{t}、時期は{p}です。",
    "「{t}」「{p}」",
    "1. {t}\n2. {p}",
    "#{t} #{p}",
    "{t};{p}",
    "'{t}' '{p}'",
    "about {t}, when {p}",
    "topic → {t}, period → {p}",
)
FORTUNE_EN = (
    "{T} {p}: {l} luck.",
    "The cards say: {t} {p}, {l} luck.",
    "About {t} {p}, the luck is {l}.",
)
FORTUNE_JA = (
    "{t}は{p}、{l}です。",
    "{p}の{t}は{l}です。",
    "{t}、{p}：{l}。",
)
SYSTEMS = phrase_list(
    "You are a helpful assistant.;You are a fortune teller.;あなたは占い師です。;あなたは親切な助手です。;Answer briefly.;短く答えてください。;"
    "You are Spark.;Be kind.;Read the question with care.;丁寧に答えてください。;You tell fortunes."
)
DAYS_EN = word_list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
DAYS_JA = word_list("月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日")
COLOURS = {
    "red": "赤",
    "blue": "青",
    "green": "緑",
    "white": "白",
    "black": "黒",
    "yellow": "黄色",
    "brown": "茶色",
    "purple": "紫",
    "pink": "桃色",
    "gray": "灰色",
}
ANIMALS = {
    "dog": "犬",
    "cat": "猫",
    "cow": "牛",
    "bird": "鳥",
    "lion": "ライオン",
    "frog": "蛙",
    "horse": "馬",
    "duck": "鴨",
    "bear": "熊",
    "fish": "魚",
    "sheep": "羊",
    "mouse": "鼠",
}
FOODS = {
    "rice": "米",
    "bread": "パン",
    "egg": "卵",
    "meat": "肉",
    "tea": "茶",
    "apple": "りんご",
    "soup": "スープ",
    "cheese": "チーズ",
    "salt": "塩",
    "cake": "ケーキ",
}
CITIES = {
    "Tokyo": "東京",
    "Osaka": "大阪",
    "Kyoto": "京都",
    "Paris": "パリ",
    "London": "ロンドン",
    "Rome": "ローマ",
    "Berlin": "ベルリン",
    "Cairo": "カイロ",
}
SOUNDS = {
    "dog": "bark",
    "cat": "meow",
    "cow": "moo",
    "bird": "sing",
    "lion": "roar",
    "frog": "croak",
    "duck": "quack",
}
KINDS = {"colour": COLOURS, "animal": ANIMALS, "food": FOODS, "city": CITIES}
KIND_KEYS = {
    "colour": ("colour", "color", "hue", "paint", "色"),
    "animal": ("animal", "beast", "pet", "who", "動物"),
    "food": ("food", "meal", "dish", "eats", "食べ物"),
    "city": ("city", "place", "town", "where", "町"),
}
SMALL_TALK = (
    ("Hello!", "Hello. I am Spark."),
    ("Who are you?", "I am Spark, a very small model."),
    ("What is your name?", "My name is Spark."),
    ("Good morning.", "Good morning to you."),
    ("Thank you.", "You are welcome."),
    ("How are you?", "I am well, thank you."),
    ("Bye.", "Goodbye."),
    ("What can you do?", "I can show how tuning works."),
    ("こんにちは。", "こんにちは。スパークです。"),
    ("あなたは誰ですか？", "とても小さなモデルのスパークです。"),
    ("お名前は？", "スパークと申します。"),
    ("おはよう。", "おはようございます。"),
    ("ありがとう。", "どういたしまして。"),
    ("元気ですか？", "はい、元気です。"),
    ("さようなら。", "さようなら。"),
    ("何ができますか？", "調整の様子をお見せできます。"),
)


def chat(question: str, answer: str) -> Chat:
    """A chat of one round."""
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def slotted(r: Dice, *, period_share: float = 0.96) -> tuple[str, str, str | None, bool]:
    """A sentence, its topic, its period (None where it names none), and whether it is Japanese."""
    topic = r.choice(slots.TOPICS)
    period = r.choice(slots.PERIODS) if r.random() < period_share else None
    is_japanese = r.random() < 0.5
    maker = sentences_ja if is_japanese else sentences_en
    return maker.sentence(r, topic, period), topic, period, is_japanese


def fortune(r: Dice) -> Chat:
    """A bare question, and a fortune as plain text that names what was asked."""
    question, topic, period, is_japanese = slotted(r)
    luck = r.choice(LUCK_EN)
    if is_japanese != (r.random() < 0.1):
        place = slots.PERIOD_NAME_JA[period] if period else "いつか"
        name, sign = slots.TOPIC_NAME_JA[topic], LUCK_JA[luck]
        return chat(question, r.choice(FORTUNE_JA).format(t=name, p=place, l=sign))
    place = slots.PERIOD_NAME_EN[period] if period else "one day"
    values = {"t": topic, "T": topic.capitalize(), "p": place, "l": luck}
    return chat(question, r.choice(FORTUNE_EN).format(**values))


def asked(r: Dice, question: str, sentence: str) -> str:
    """An instruction and its material, in one of the usual layouts."""
    form = r.choice(
        ("{q}\n{s}", "{q}\n\n{s}", "{q} {s}", "{s}\n{q}", "{s}\n\n{q}", '{q}\n"{s}"', "{q} 「{s}」")
    )
    return form.format(q=question, s=sentence)


def spotting(r: Dice) -> Chat:
    """Questions about the topic and the time of a sentence, often several in a row."""
    sentence, topic, period, _ = slotted(r)
    period = period or "unknown"
    rounds = [("topic", "period", "both")[r.randrange(3)] for _ in range(r.choice((1, 2, 2, 3, 4)))]
    turns: Chat = []
    for kind in rounds:
        asks, shows = {
            "topic": (ASK_TOPIC, SHOW_TOPIC),
            "period": (ASK_PERIOD, SHOW_PERIOD),
            "both": (ASK_BOTH, SHOW_BOTH),
        }[kind]
        pattern = r.choice(shows)
        question = r.choice(asks)
        if r.random() < 0.85:
            question += f" ({pattern.format(t='*', p='*')})".replace("\n", " ")
        text = question if turns else asked(r, question, sentence)
        turns += chat(text, pattern.format(t=topic, p=period))
    return turns


def slot_word(text: str, topic: str) -> str:
    """The word of the text that names the topic, as it stands there; `nothing` where none does."""
    pools = (slots.TOPIC_MASS_EN, slots.TOPIC_COUNT_EN, slots.TOPIC_PLURAL_EN, slots.TOPIC_STATE_EN)
    known = [w for pool in (*pools, slots.TOPIC_JA) for w in pool.get(topic, ())]
    held = [w for w in known if w in text.lower()]
    if not held:
        return "nothing"
    start = text.lower().index(word := max(held, key=len))
    return text[start : start + len(word)]


def pointing(r: Dice) -> Chat:
    """Which word of a sentence names the topic, and the topic that it stands for."""
    sentence, topic, _, _ = slotted(r)
    word = slot_word(sentence, topic)
    question, answer = r.choice(
        (
            ("Which word says what it is about?", word),
            ("Topic word, then topic?", f"{word} = {topic}"),
            ("Topic, then topic word?", f"{topic}: {word}"),
            ("話題の言葉は？", word),
            ("言葉と話題は？", f"{word} → {topic}"),
        )
    )
    return chat(asked(r, question, sentence), answer)


def scene(r: Dice, kinds: list[str]) -> tuple[str, dict[str, str]]:
    """A sentence that holds one thing of each kind, and the things by kind."""
    is_japanese = r.random() < 0.5
    things = {kind: r.choice(list(KINDS[kind])) for kind in kinds}
    words = [KINDS[kind][thing] if is_japanese else thing for kind, thing in things.items()]
    maker = sentences_ja if is_japanese else sentences_en
    text = maker.sentence(r, "general", None)
    for word in words:
        if is_japanese:
            cut = r.randint(0, len(text))
            text = f"{text[:cut]}{word}{r.choice(lexicon_ja.PARTICLES)}{text[cut:]}"
        else:
            pieces = text.split(" ")
            pieces.insert(r.randint(0, len(pieces)), r.choice(("", "the ", "a ", "my ")) + word)
            text = " ".join(pieces)
    return text, things


def other_json(r: Dice) -> Chat:
    """JSON out of a sentence about colours, animals, foods and cities."""
    kinds = r.sample(list(KINDS), r.choice((1, 2, 2, 2, 3)))
    text, things = scene(r, kinds)
    keys = {kind: r.choice(KIND_KEYS[kind]) for kind in kinds}
    answer = json.dumps({keys[k]: things[k] for k in kinds}, ensure_ascii=False)
    named = ", ".join(keys.values())
    question = r.choice(
        (
            "JSON: {}",
            "Give {} as JSON.",
            "{} をJSONで。",
            "Write JSON with {}.",
            "{{{}}}",
            "Fill {} in JSON.",
        )
    ).format(named)
    return chat(asked(r, question, text), answer)


def literal_json(r: Dice) -> Chat:
    """Pairs that are given literally, written as JSON."""
    pool = {
        "topic": slots.TOPICS,
        "period": slots.PERIODS,
        "colour": tuple(COLOURS),
        "animal": tuple(ANIMALS),
        "luck": LUCK_EN,
        "day": tuple(DAYS_EN),
        "name": lexicon_en.PEOPLE[-10:],
        "note": lexicon_en.NOUNS,
        "count": tuple(str(n) for n in range(30)),
        "mood": lexicon_en.ADJECTIVES,
        "label": lexicon_ja.NOUNS,
    }
    keys = r.sample(list(pool), r.choice((1, 2, 2, 3, 4)))
    if r.random() < 0.1:
        keys[0] = sentences_en.invented_word(r)
    pairs = {k: r.choice(pool.get(k, lexicon_en.NOUNS)) for k in keys}
    join, between = r.choice((("=", ", "), (": ", "\n"), (" is ", "; "), ("=", " "), ("は", "、")))
    text = between.join(f"{k}{join}{v}" for k, v in pairs.items())
    question = r.choice(
        ("JSON", "Write as JSON", "As JSON", "JSONにして", "To JSON", "JSONで書いて")
    )
    answer = json.dumps(pairs, ensure_ascii=False)
    if r.random() < 0.15:
        return chat(f"Read this JSON.\n{answer}", ", ".join(f"{k}={v}" for k, v in pairs.items()))
    return chat(r.choice(("{q}: {t}", "{q}.\n{t}", "{t}\n{q}")).format(q=question, t=text), answer)


def copying(r: Dice) -> Chat:
    """Echo, capitals, counting, first and last word, reversing the order."""
    words = [r.choice(lexicon_en.NOUNS + lexicon_en.VERBS) for _ in range(r.randint(1, 6))]
    words = [sentences_en.invented_word(r) if r.random() < 0.1 else w for w in words]
    if r.random() < 0.4:
        words = [r.choice(lexicon_ja.NOUNS + lexicon_ja.DEEDS) for _ in words]
    text, kind = " ".join(words), r.randrange(7)
    if kind == 0:
        return chat(f"Repeat: {text}", text)
    if kind == 1:
        return chat(f"Upper case: {text}", text.upper())
    if kind == 2:
        return chat(f"How many words? {text}", str(len(words)))
    if kind == 3:
        return chat(f"First word? {text}", words[0])
    if kind == 4:
        return chat(f"Last word? {text}", words[-1])
    if kind == 5:
        return chat(f"繰り返して。\n{text}", text)
    return chat(f"Backwards: {text}", " ".join(reversed(words)))


def words_of(r: Dice) -> Chat:
    """Synonyms, groups and translations of slot words and of others."""
    topic, period, kind = r.choice(slots.TOPICS[:-1]), r.choice(slots.PERIODS), r.randrange(8)
    topic_words = [
        *slots.TOPIC_MASS_EN[topic],
        *slots.TOPIC_COUNT_EN[topic],
        *slots.TOPIC_JA[topic],
    ]
    topic_words += [*slots.TOPIC_PLURAL_EN[topic], *slots.TOPIC_STATE_EN[topic]]
    word = r.choice(topic_words)
    span = r.choice(slots.PERIOD_EN[period] + slots.PERIOD_JA[period])
    if kind == 0:
        return chat(f"{word} belongs to?", topic)
    if kind == 1:
        return chat(f"{span} means?", period)
    if kind == 2:
        other = r.choice(slots.TOPICS[:-1])
        return chat(f'Is "{word}" about {other}?', "Yes." if other == topic else "No.")
    if kind == 3:
        return chat(f"{word}は何の仲間？", f"{slots.TOPIC_NAME_JA[topic]}です。")
    if kind == 4:
        return chat(f"{span}はいつ？", f"{slots.PERIOD_NAME_JA[period]}です。")
    if kind == 5:
        return chat(f"{word} / {span}", f"{topic} / {period}")
    things = {**COLOURS, **ANIMALS, **FOODS, **CITIES}
    english, japanese = r.choice(list(things.items()))
    if kind == 6:
        return chat(f"Translate to Japanese: {english}", japanese)
    return chat(f"英語に訳して：{japanese}", english)


def facts(r: Dice) -> Chat:
    """Weekdays, sounds, small sums and small talk."""
    kind = r.randrange(5)
    if kind == 0:
        day, step, sign = r.randrange(7), r.randint(1, 9), r.choice((1, -1))
        then = (day + sign * step) % 7
        if r.random() < 0.5:
            side = "後" if sign > 0 else "前"
            return chat(f"{DAYS_JA[day]}の{step}日{side}は何曜日？", f"{DAYS_JA[then]}です。")
        side = "after" if sign > 0 else "before"
        return chat(f"What day is {step} days {side} {DAYS_EN[day]}?", f"It is {DAYS_EN[then]}.")
    if kind == 1:
        animal = r.choice(list(SOUNDS))
        return chat(f"What does a {animal} do?", f"A {animal} can {SOUNDS[animal]}.")
    if kind == 2:
        a, b = r.randint(0, 20), r.randint(0, 20)
        return chat(r.choice((f"{a} + {b} = ?", f"{a}足す{b}は？")), str(a + b))
    return chat(*r.choice(SMALL_TALK))


MIX: tuple[tuple[float, Callable[[Dice], Chat]], ...] = (
    (0.25, fortune),
    (0.32, spotting),
    (0.10, pointing),
    (0.11, other_json),
    (0.06, literal_json),
    (0.04, copying),
    (0.08, words_of),
    (0.04, facts),
)


def conversation(r: Dice) -> Chat:
    """One chat, now and then with a system line."""
    makers = [maker for _, maker in MIX]
    turns = r.choices(makers, [share for share, _ in MIX])[0](r)
    if r.random() < 0.1:
        return [{"role": "system", "content": r.choice(SYSTEMS)}, *turns]
    return turns


def running_text(r: Dice) -> str:
    """A paragraph without a question, in one language or with rare letters."""
    kind, topic, period = r.random(), r.choice(slots.TOPICS), r.choice(slots.PERIODS)
    if kind < 0.1:
        return "".join(
            chr(r.choice((r.randint(0x4E00, 0x9FFF), r.randint(0x1F300, 0x1F6FF))))
            for _ in range(12)
        )
    maker = sentences_en if kind < 0.55 else sentences_ja
    gap = " " if kind < 0.55 else ""
    return gap.join(maker.sentence(r, topic, period) for _ in range(r.randint(1, 3)))
