"""English sentences of many shapes that hold a topic and a period, or neither."""

from __future__ import annotations

import lexicon_en as lex
import slots
from slots import Dice
from wording import phrase_list, word_list

SYLLABLES = word_list(
    "ba be bi bo da de do fa fi fo ga ge go ha ka ke ki la le li lo ma me mi mo na ne no pa pe ra re "
    "ri ro sa se si so ta te ti to va ve vi wa ya zo sh ch st tr br nd rk lt ng th gr ple ck ous"
)
CLAUSES = phrase_list(
    """
    {aux} {S} {VP}|{aux} {X} {VP}|{aux} {S} {v} {X}|{aux} {S} {VP} {prep} {X}|{wh} {aux} {X} {VP}
    {wh} {aux} {S} {VP} {prep} {X}|{be} {X} {adj}|{be} {X} {adj} {prep} {NP}|{X} {seem} {adj}
    {X} {vs} {NP}|{S} {v} {X} {adv}|{S} {want} {X} to {VP}|{S} {want} to {v} {X}|{v} {me} {prep} {X}
    {v} {X} {prep} {NP}|{wh} {X}|{X} {prep} {NP}|{be} there {NP} {prep} {X}|{adj} {n} {prep} {X}
    if {S} {v} {NP}, {aux} {X} {v}|{aux} {X} {v} or {v}|{aux} {X} {VP} {adv}|{S} {think} {X} {vs}
    {wh} {n} {aux} {X} {v}|{X} or {NP}, {wh} {be} {adj}|{S} {be} {adj} {prep} {X}|{adv} {aux} {X} {v}
    {wh} {be} {X}|{wh} {adj} {be} {X}|{v} {X}|{X}|{NP}, {NP} and {X}|{aux} {X} {v} {me} {adj}
    {S} {v} {NP}, and {X} {vs}|{wh} {aux} {S} {v} {prep} {X} {prep} {NP}|{be} {S} {ving} {X}
    {aux} {S} {v} {NP} {prep} {X}|{n} {prep} {X}|{X} {ving} {prep} {NP}|{wh} {prep} {X}
    let {X} {v}|{aux} {NP} {v} {me} {v} {X}|{be} it {adj} to {v} {X}|{be} it {adj} for {X} to {v}
    {S} {v} that {X} {aux} {v}|{aux} {S} {ved} {prep} {X}|{X} {ved} {adv}|{X} is {ving} {adv}
    {adj} or {adj}, {X}|{adv} {adj} {X}|{ving} {X} {prep} {NP}|{wh} {vs} {prep} {X}
    {wh} {n} {vs} {X}|{aux} {NP} {VP} so that {X} {vs}|{aux} {S} {be} {adj} {prep} {X}
    {S} {ved} {NP} {prep} {X}, {aux} {S} {v}|{v} me {wh} {X} {vs}|{aux} {X} be {adj}
    {aux} {X} be {adj} {prep} {me}|{aux} {X} get {adj}|{wh} {aux} {X} get {adj}|{wh} {be} {adj} {prep} {X}
    """,
    "|",
)
STATE_CLAUSES = phrase_list(
    "{aux} {S} {become} {Z}|{wh} {aux} {S} {become} {Z}|{S} {want} to {become} {Z}|{be} {S} {Z}|"
    "{aux} {NP} {v} {me} {become} {Z}|{become} {Z} {prep} {NP}|{aux} {S} {v} to {become} {Z}|"
    "{S} {aux} {adv} {become} {Z}|{NP} {vs} {me} {Z}|{Z} {prep} {NP}|{Z} or {adj}",
    "|",
)
BECOME = phrase_list("be;become;get;stay;turn;grow;feel;end up;remain;be")
SEEM = phrase_list("seems;looks;feels;sounds;is;was;appears;will be;gets;stays;turns out;isn't")
THINK = phrase_list("think;believe;hear;hope;fear;doubt;guess;know;heard;am sure;suppose;dreamt")
WANT = phrase_list("want;wish;need;hope for;expect;would like;allow;dare;ask;long for;plan;try")
BE = phrase_list("is;are;was;will be;is;isn't;can be;be;were;am")
ME = phrase_list("me;us;me;you;him;them;her;someone;my sister;my dog")
POSSESSIVES = phrase_list("my;my;my;our;your;his;her;their;the;this;that;a")
DETERMINERS = phrase_list("the;a;my;this;that;some;any;every;no;our;another;one;two;the;a")


def invented_word(r: Dice) -> str:
    """A word that no lexicon holds."""
    return "".join(r.choice(SYLLABLES) for _ in range(r.randint(2, 4)))


def noun(r: Dice) -> str:
    """A noun that is not a topic, now and then an invented one."""
    word = r.choice(lex.NOUNS) if r.random() < 0.9 else invented_word(r)
    return word + ("s" if r.random() < 0.2 else "")


def noun_phrase(r: Dice) -> str:
    """A noun phrase without a topic."""
    kind = r.random()
    if kind < 0.15:
        return r.choice(lex.PEOPLE)
    if kind < 0.5:
        return f"{r.choice(DETERMINERS)} {noun(r)}"
    if kind < 0.75:
        return f"{r.choice(DETERMINERS)} {adjective(r)} {noun(r)}"
    if kind < 0.85:
        return f"{noun(r)} {r.choice(lex.PREPOSITIONS)} {r.choice(DETERMINERS)} {noun(r)}"
    return noun(r)


def adjective(r: Dice) -> str:
    """An adjective, now and then an invented one."""
    return r.choice(lex.ADJECTIVES) if r.random() < 0.94 else invented_word(r)


def verb(r: Dice) -> str:
    """A base form; hyphens in the lexicon stand for spaces."""
    word = r.choice(lex.VERBS) if r.random() < 0.94 else invented_word(r)
    return word.replace("-", " ")


def inflected(word: str, ending: str) -> str:
    """A roughly right inflection of the first word: `ending` is `s`, `ed` or `ing`."""
    head, *tail = word.split(" ")
    if ending != "s" and head.endswith("e"):
        head = head[:-1]
    return " ".join([head + ending, *tail])


def verb_phrase(r: Dice) -> str:
    """A verb with what may follow it."""
    kind, word = r.random(), verb(r)
    if kind < 0.3:
        return word
    if kind < 0.55:
        return f"{word} {noun_phrase(r)}"
    if kind < 0.75:
        return f"{word} {adverb(r)}"
    if kind < 0.9:
        return f"{word} {r.choice(lex.PREPOSITIONS)} {noun_phrase(r)}"
    return f"{word} {adjective(r)}"


def adverb(r: Dice) -> str:
    """An adverb or a short adverbial."""
    return r.choice(lex.ADVERBS).replace("-", " ")


def topic_phrase(r: Dice, topic: str) -> str:
    """A noun phrase that names the topic; for `general` a word such as luck, or no such word."""
    if topic == "general":
        if r.random() < 0.5:
            return noun_phrase(r)
        phrase = r.choice(slots.GENERAL_EN)
        return phrase if r.random() < 0.8 else f"my {adjective(r)} {phrase.split(' ')[-1]}"
    kind, details = r.random(), "" if r.random() < 0.7 else f"{adjective(r)} "
    if kind < 0.4:
        phrase = f"{details}{r.choice(slots.TOPIC_MASS_EN[topic])}"
        if r.random() < 0.3:
            phrase = f"{r.choice(POSSESSIVES)} {phrase}"
    elif kind < 0.75:
        word = r.choice(slots.TOPIC_COUNT_EN[topic])
        phrase = f"{r.choice(POSSESSIVES)} {details}{word}"
    else:
        phrase = f"{details}{r.choice(slots.TOPIC_PLURAL_EN[topic])}"
        if r.random() < 0.6:
            phrase = f"{r.choice(POSSESSIVES)} {phrase}"
    return r.choice(lex.FRAMING).format(phrase) if r.random() < 0.2 else phrase


def fill(r: Dice, clause: str, topic: str) -> str:
    """A clause with every place filled; `{X}` and `{Z}` hold the topic."""
    makers = {
        "X": lambda: topic_phrase(r, topic),
        "Z": lambda: r.choice(slots.TOPIC_STATE_EN[topic]),
        "NP": lambda: noun_phrase(r),
        "VP": lambda: verb_phrase(r),
        "S": lambda: r.choice(lex.PEOPLE) if r.random() < 0.85 else noun_phrase(r),
        "v": lambda: verb(r),
        "vs": lambda: inflected(verb(r), "s"),
        "ved": lambda: inflected(verb(r), "ed"),
        "ving": lambda: inflected(verb(r), "ing"),
        "n": lambda: noun(r),
        "adj": lambda: adjective(r),
        "adv": lambda: adverb(r),
        "aux": lambda: r.choice(lex.AUXILIARIES),
        "wh": lambda: r.choice(lex.WH_WORDS),
        "prep": lambda: r.choice(lex.PREPOSITIONS),
        "be": lambda: r.choice(BE),
        "seem": lambda: r.choice(SEEM),
        "think": lambda: r.choice(THINK),
        "want": lambda: r.choice(WANT),
        "me": lambda: r.choice(ME),
        "become": lambda: r.choice(BECOME),
    }
    pieces = clause.replace("}", "{").split("{")
    return "".join(makers[p]() if i % 2 else p for i, p in enumerate(pieces))


def period_phrase(r: Dice, period: str, *, bare: bool = False) -> str:
    """An adverbial that names the period."""
    phrase = r.choice(slots.PERIOD_EN[period])
    kind = r.random()
    if bare or kind < 0.5:
        return phrase if phrase != "the near future" else "in the near future"
    if phrase in {"the near future", "before long", "in the near future", "soon"}:
        return r.choice(["", "very ", "quite ", "and "]) + phrase if phrase == "soon" else phrase
    before = r.choice(
        ("for", "by", "during", "over", "in", "within", "until", "from", "as of", "on", "through")
    )
    if phrase in slots.PERIOD_BARE_EN:
        before = r.choice(
            ("for", "by", "until", "from", "already", "just", "only", "even", "later")
        )
    return f"{before} {phrase}"


def salad(r: Dice, topic: str, period: str | None) -> str:
    """Words in no order, with the slots somewhere among them."""
    pools = (lex.NOUNS, lex.VERBS, lex.ADJECTIVES, lex.ADVERBS, lex.PREPOSITIONS, lex.WH_WORDS)
    pools += (lex.AUXILIARIES, lex.PEOPLE, POSSESSIVES, lex.OPENERS, lex.CLOSERS)
    words = [r.choice(r.choice(pools)).replace("-", " ") for _ in range(r.randint(1, 11))]
    words += [invented_word(r) for _ in range(r.choice((0, 0, 0, 1, 2)))]
    r.shuffle(words)
    if topic != "general" or r.random() < 0.4:
        words.insert(r.randint(0, len(words)), topic_phrase(r, topic))
    if period:
        words.insert(r.randint(0, len(words)), period_phrase(r, period))
    return " ".join(words)


def fragment(r: Dice, topic: str, period: str | None) -> str:
    """Little more than the slots."""
    parts = [topic_phrase(r, topic)] + ([period_phrase(r, period)] if period else [])
    if r.random() < 0.5:
        parts += [r.choice(lex.NOUNS + lex.ADJECTIVES + lex.ADVERBS).replace("-", " ")]
    r.shuffle(parts)
    return " ".join(parts)


def clause(r: Dice, topic: str) -> str:
    """One clause about the topic, without a period."""
    if topic != "general" and r.random() < 0.12:
        return fill(r, r.choice(STATE_CLAUSES), topic)
    return fill(r, r.choice(CLAUSES), topic)


def with_period(r: Dice, text: str, period: str | None) -> str:
    """The clause with the period before, after or inside it."""
    if period is None:
        return text if r.random() < 0.7 else f"{text} {r.choice(lex.ELSEWHEN)}"
    phrase, kind = period_phrase(r, period), r.random()
    if kind < 0.3:
        return f"{phrase}{r.choice((', ', ' '))}{text}"
    if kind < 0.8:
        return f"{text}{r.choice((' ', ' ', ' ', ', '))}{phrase}"
    if kind < 0.86 and text.startswith(("my ", "the ")):
        name = period_phrase(r, period, bare=True)
        return f"{name}'s {text.split(' ', 1)[1]}"
    words = text.split(" ")
    words.insert(r.randint(0, len(words)), phrase)
    return " ".join(words)


def dressed(r: Dice, text: str) -> str:
    """The sentence with openers, closers, capitals and punctuation as people use them."""
    if r.random() < 0.25:
        text = f"{r.choice(lex.OPENERS)}{r.choice((', ', ' ', ': ', '. ', '... '))}{text}"
    if r.random() < 0.18:
        text = f"{text}{r.choice((', ', ' ', ' - '))}{r.choice(lex.CLOSERS)}"
    kind = r.random()
    if kind < 0.75:
        text = text[0].upper() + text[1:]
    elif kind < 0.79:
        text = text.upper()
    elif kind < 0.82:
        text = text.title()
    return text + r.choice(("?", "?", "?", "?", ".", ".", "", "!", "...", "??", " ?"))


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
    return f"{first} {second}" if r.random() < 0.6 else f"{second} {first}"
