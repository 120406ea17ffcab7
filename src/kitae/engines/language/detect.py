"""Which language a text is in, by its script and its commonest words. Needs no model and no network."""

from __future__ import annotations

import re

KANA = re.compile(r"[\u3040-\u30fa\u30fd-\u30ff\uff66-\uff9d]")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
HANGUL = re.compile(r"[\uac00-\ud7af]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LATIN_WORD = re.compile(rf"{LATIN.pattern}+(?:['\u2019][a-z]+)?")
OTHER_LETTER = re.compile(r"[\u0370-\u1fff\u0900-\u0dff\u0e00-\u0eff]")
PLACEHOLDER = re.compile(r"\{\{?[^{}]*\}\}?|```.*?```|https?://\S+", re.DOTALL)

JAPANESE_ONLY = "気駅変読売円続経済対応験検権険広図実発総転働込峠畑"
CHINESE_ONLY = "们这为说时国对会发经过还进请问给让谁哪吗呢吧您你她它个么没从两"

ENGLISH = frozenset({
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "as", "was", "with", "be",
    "by", "on", "not", "he", "his", "but", "at", "are", "this", "have", "from", "or", "had",
    "an", "they", "which", "one", "you", "were", "all", "their", "there", "would", "so", "can",
    "if", "what", "more", "when", "who", "will", "about", "out", "up", "some", "them", "then",
    "than", "her", "like", "him", "into", "has", "how", "my", "me", "your", "do", "does", "i",
    "we", "our", "i'm", "it's", "don't", "no", "yes",
})  # fmt: skip
FOREIGN = frozenset({
    "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "zu", "mit", "für", "auf", "von",
    "den", "le", "les", "des", "et", "est", "une", "un", "dans", "pour", "que", "qui",
    "pas", "sur", "el", "los", "las", "es", "por", "con", "una", "para", "del", "il", "di",
    "che", "non", "per", "sono", "da", "o", "os", "em", "não", "uma", "het", "een", "van",
    "niet", "jag", "och", "att", "det", "är", "som", "na", "nie", "się", "że", "jest",
    "ve", "bir", "bu", "için",
})  # fmt: skip

ENGLISH_SHARE = 0.12
"""Running English has about four in ten of these words; a list of names may have one in eight."""
SHORT_WORDS = 6


def detect_language(text: str, hint: str = "") -> str:
    """`en`, `ja`, `zh`, `ko`, `other`, or an empty string where the text does not say.

    Args:
        text: Any text; placeholders, code blocks and addresses are left out of account.
        hint: The project's language; decides where Chinese characters alone fit Japanese as well.
    """
    plain = PLACEHOLDER.sub(" ", text)
    kana, han = len(KANA.findall(plain)), len(HAN.findall(plain))
    hangul, other = len(HANGUL.findall(plain)), len(OTHER_LETTER.findall(plain))
    words = [word.lower() for word in _LATIN_WORD.findall(plain)]
    weights = {"cjk": 0.5 * (kana + han), "ko": 0.5 * hangul, "other": 0.2 * other}
    weights["latin"] = float(len(words))
    heaviest = max(weights, key=lambda name: weights[name])
    if weights[heaviest] == 0:
        return ""
    if heaviest == "cjk":
        return _japanese_or_chinese(plain, kana, han, hint)
    return _latin(words) if heaviest == "latin" else heaviest


def _japanese_or_chinese(text: str, kana: int, han: int, hint: str) -> str:
    if kana >= 0.05 * (kana + han):
        return "ja"
    chars = set(text)
    japanese, chinese = len(chars & set(JAPANESE_ONLY)), len(chars & set(CHINESE_ONLY))
    if japanese != chinese:
        return "ja" if japanese > chinese else "zh"
    return hint if hint in ("ja", "zh") else "zh"


def _latin(words: list[str]) -> str:
    english = sum(word in ENGLISH for word in words)
    foreign = sum(word in FOREIGN and word not in ENGLISH for word in words)
    marked = sum(not word.isascii() for word in words)
    if foreign + marked > english:
        return "other" if len(words) >= SHORT_WORDS else ""
    if english >= ENGLISH_SHARE * len(words):
        return "en"
    return "" if len(words) < SHORT_WORDS or not marked else "other"
