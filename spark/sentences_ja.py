"""Japanese sentences of many shapes that hold a topic and a period, or neither."""

from __future__ import annotations

import lexicon_ja as lex
import slots
from slots import Dice
from wording import phrase_list, word_list

KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろ"
KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモラリルレロン"
CLAUSES = phrase_list(
    """
    {X}は{pred}|{X}が{pred}|{X}も{pred}|{X}を{do}|{X}に{pred}|{X}で{pred}|{X}の{n}は{pred}|{n}は{X}に{pred}
    {X}と{n}は{pred}|{n}が{X}を{do}|{X}より{n}が{pred}|{n}のため{X}は{pred}|{X}って{pred}|{X}なら{pred}
    {X}は{q}{pred}|{q}{X}は{pred}|{q}{X}が{pred}|{n}から{X}まで{pred}|{n}と{X}、{q}|{X}だけ{pred}
    {X}は{adv}{pred}|{adv}{X}は{pred}|{adv}{X}が{pred}|{X}の{n}を{do}|{n}なのに{X}は{pred}|{vte}{X}は{pred}
    {X}が{pred}か{pred}か|{X}に{n}は{pred}|{n}で{X}が{adv}{pred}|{X}{pred}|{X}{q}{pred}|{pred}、{X}
    {vte}、{X}が{pred}|{n}、{n}、{X}|{X}|{X}の{q}{n}|{n}は{X}次第で{pred}|{X}でも{pred}|{X}から{n}が{pred}
    {n}の{X}は{pred}|{X}へ{n}を{do}|{X}をめぐって{n}が{pred}|{X}と{pred}|{n}より{X}を{do}|{X}、{pred}
    {adj}{X}が{pred}|{adj}{X}を{do}|{n}に{X}が{pred}と{think}|{X}が{pred}と{think}|{X}の{n}と{n}
    {n}が{pred}から、{X}は{pred}|{n}が{pred}けど、{X}は{pred}|{X}をもっと{do}|{X}くらい{pred}|{q}な{X}
    """,
    "|",
)
RICH_CLAUSES = phrase_list(
    "{Z}に{nare}|{Z}に{adv}{nare}|{adv}{Z}に{nare}|{n}は{Z}に{nare}|{vte}{Z}に{nare}|{q}したら{Z}に{nare}|"
    "{Z}だと{think}|{Z}への{n}|{Z}の{n}は{pred}",
    "|",
)
NARE = phrase_list(
    "なれますか;なれるか;なりたい;なりそう;なるでしょうか;なれる？;なった;なります;なれそうですか;なれるかな;なれない;なろう;"
    "近づけますか;なれるのか"
)
THINK = phrase_list(
    "思う;思います;聞いた;言われた;思いますか;感じる;信じたい;考えています;言って;思えない"
)
VERB_ENDINGS = word_list(
    "D:か D:の D:かな D:でしょうか D:だろうか D:のでしょうか D:と D:はず D:かも D:かもしれない D: D:のか D:べき D:べきですか "
    "D:ことはありますか D:といい D:予定 D:のは D:とき D:気がする D:んですか D:でしょう "
    "M:ます M:ますか M:ません M:ませんか M:ました M:たい M:たいです M:そう M:そうですか M:そうな M:やすい M:にくい M:ましょう "
    "M:たいのですが M:すぎ M:たくない M:ますよね M:ますかね M:始め M:続け "
    "T:いい T:いいですか T:いますか T:いる T:ください T:ほしい T:しまう T:大丈夫 T:も T:から T:みる T:くれる T:くれますか T:いく "
    "P:る P:ますか P:るかな P:ない P:ませんか P:るでしょうか P:そう P:るか P:ば"
)
DEED_ENDINGS = word_list(
    "する します しますか したい したいです できる できますか できるかな できそう しそう しそうですか すべき すべきか しない しません "
    "して しても大丈夫 していい しました した しようか しよう するのか するでしょうか できるでしょうか できない させて されますか "
    "するかも すること できるといい しやすい しますように しなくても しなきゃ してください"
)
I_ENDINGS = word_list(
    "い いです いですか いかな いの いでしょうか くなる くなりますか くない くて かった いか ければ いのか そう そうですか いはず"
)
NA_ENDINGS = word_list(
    "です ですか だ だろうか でしょうか かな に進む になる になりますか なのか ではない で だった なの そう そうですか なはず だといい か"
)


def invented_word(r: Dice) -> str:
    """A word that no lexicon holds."""
    letters = KANA if r.random() < 0.5 else KATAKANA
    return "".join(r.choice(letters) for _ in range(r.randint(2, 5)))


def noun(r: Dice) -> str:
    """A noun that is not a topic: a plain one, a deed, a compound or an invented one."""
    kind = r.random()
    if kind < 0.7:
        return r.choice(lex.NOUNS)
    if kind < 0.8:
        return r.choice(lex.DEEDS)
    if kind < 0.92:
        return f"{r.choice(lex.NOUNS)}の{r.choice(lex.NOUNS)}"
    return invented_word(r)


def verb(r: Dice) -> str:
    """A verb with an ending, of any politeness."""
    if r.random() < 0.25:
        return r.choice(lex.DEEDS) + r.choice(DEED_ENDINGS)
    forms = dict(zip("DMTP", r.choice(lex.VERBS).split(":"), strict=True))
    form, ending = r.choice(VERB_ENDINGS).split(":")
    return forms[form] + ending


def predicate(r: Dice) -> str:
    """A verb, an adjective or a question word with an ending."""
    kind = r.random()
    if kind < 0.5:
        return verb(r)
    if kind < 0.68:
        return r.choice(lex.I_ADJECTIVES) + r.choice(I_ENDINGS)
    if kind < 0.88:
        return r.choice(lex.NA_ADJECTIVES) + r.choice(NA_ENDINGS)
    return r.choice(lex.QUESTION_WORDS) + r.choice(
        ("", "ですか", "でしょうか", "かな", "なの", "だろう")
    )


def attribute(r: Dice) -> str:
    """What stands before a noun."""
    if r.random() < 0.5:
        return r.choice(lex.I_ADJECTIVES) + r.choice(("い", "い", "くない", "かった"))
    return r.choice(lex.NA_ADJECTIVES) + r.choice(("な", "な", "ではない", "だった"))


def te_form(r: Dice) -> str:
    """A verb that another clause follows."""
    if r.random() < 0.3:
        return r.choice(lex.DEEDS) + r.choice(("して", "したら", "すれば", "しても", "しながら"))
    return r.choice(lex.VERBS).split(":")[2] + r.choice(("", "から", "も", "いて"))


def topic_phrase(r: Dice, topic: str) -> str:
    """A noun phrase that names the topic; for `general` a word such as 運勢, or no such word."""
    if topic == "general":
        phrase = noun(r) if r.random() < 0.5 else r.choice(slots.GENERAL_JA)
    else:
        phrase = r.choice(slots.TOPIC_JA[topic])
    return r.choice(lex.FRAMING).format(phrase) if r.random() < 0.25 else phrase


def fill(r: Dice, clause: str, topic: str) -> str:
    """A clause with every place filled; `{X}` and `{Z}` hold the topic."""
    makers = {
        "X": lambda: topic_phrase(r, topic),
        "Z": lambda: "お金持ち",
        "n": lambda: noun(r),
        "pred": lambda: predicate(r),
        "do": lambda: verb(r),
        "vte": lambda: te_form(r),
        "q": lambda: r.choice(lex.QUESTION_WORDS),
        "adv": lambda: r.choice(lex.ADVERBS),
        "adj": lambda: attribute(r),
        "think": lambda: r.choice(THINK),
        "nare": lambda: r.choice(NARE),
    }
    pieces = clause.replace("}", "{").split("{")
    return "".join(makers[p]() if i % 2 else p for i, p in enumerate(pieces))


def period_phrase(r: Dice, period: str) -> str:
    """An adverbial that names the period."""
    after = (
        "",
        "",
        "は",
        "の",
        "に",
        "、",
        "は、",
        "も",
        "なら",
        "中に",
        "から",
        "まで",
        "には",
        "で",
        "こそ",
        "だけ",
        "の間",
    )
    return r.choice(slots.PERIOD_JA[period]) + r.choice(after)


def salad(r: Dice, topic: str, period: str | None) -> str:
    """Words in no order, with the slots somewhere among them."""
    pools = (lex.NOUNS, lex.DEEDS, lex.ADVERBS, lex.PARTICLES, lex.QUESTION_WORDS, lex.PARTICLES)
    words = [r.choice(r.choice(pools)) for _ in range(r.randint(1, 8))]
    words += [predicate(r) for _ in range(r.choice((0, 1, 1, 2)))]
    words += [invented_word(r) for _ in range(r.choice((0, 0, 0, 1)))]
    r.shuffle(words)
    if topic != "general" or r.random() < 0.4:
        words.insert(r.randint(0, len(words)), topic_phrase(r, topic))
    if period:
        words.insert(r.randint(0, len(words)), period_phrase(r, period))
    return r.choice(("", "", "、", " ")).join(words)


def fragment(r: Dice, topic: str, period: str | None) -> str:
    """Little more than the slots."""
    parts = [topic_phrase(r, topic)] + ([period_phrase(r, period)] if period else [])
    if r.random() < 0.5:
        parts += [r.choice(lex.NOUNS + lex.ADVERBS)]
    r.shuffle(parts)
    return r.choice(("", "の", "、", "は")).join(parts)


def clause(r: Dice, topic: str) -> str:
    """One clause about the topic, without a period."""
    kind = r.random()
    if topic == "money" and kind < 0.12:
        return fill(r, r.choice(RICH_CLAUSES), topic)
    if topic != "general" and kind < 0.22:
        deed = r.choice(slots.TOPIC_DEED_JA[topic]) + r.choice(DEED_ENDINGS)
        return (
            r.choice(("", r.choice(lex.ADVERBS), te_form(r), f"{noun(r)}と", f"{noun(r)}は")) + deed
        )
    return fill(r, r.choice(CLAUSES), topic)


def with_period(r: Dice, text: str, period: str | None) -> str:
    """The clause with the period before, after or inside it."""
    if period is None:
        return text if r.random() < 0.7 else r.choice(lex.ELSEWHEN) + r.choice("、はもの") + text
    phrase, kind = period_phrase(r, period), r.random()
    if kind < 0.6:
        return phrase + text
    bare = r.choice(slots.PERIOD_JA[period])
    cut = text.find("は") + 1
    if kind < 0.8 and cut:
        return (
            text[:cut] + r.choice(("", "、")) + bare + r.choice(("", "、", "に", "は")) + text[cut:]
        )
    return (
        text
        + r.choice(("、", "。", "？", " "))
        + bare
        + r.choice(("", "は", "に", "の話", "ね", "です"))
    )


def dressed(r: Dice, text: str) -> str:
    """The sentence with openers, closers and punctuation as people use them."""
    if r.random() < 0.22:
        text = r.choice(lex.OPENERS) + text
    text += r.choice(
        ("？", "？", "?", "。", "。", "", "", "！", "…", "か？", "の？", "か。", "ね。")
    )
    return text + r.choice(lex.CLOSERS) if r.random() < 0.15 else text


def sentence(r: Dice, topic: str, period: str | None) -> str:
    """One utterance, of one or several sentences, with the given slots and no other."""
    if r.random() < r.plainness:
        return fragment(r, topic, period)
    kind = r.random()
    if kind < 0.2:
        return dressed(r, fragment(r, topic, period))
    if kind < 0.4:
        return dressed(r, salad(r, topic, period))
    if kind < 0.84:
        return dressed(r, with_period(r, clause(r, topic), period))
    if kind < 0.92:
        first = dressed(r, with_period(r, clause(r, topic), None))
        second = dressed(r, with_period(r, clause(r, "general"), period))
    else:
        first = dressed(r, with_period(r, clause(r, "general"), None))
        second = dressed(r, with_period(r, clause(r, topic), period))
    return first + second if r.random() < 0.6 else second + first
