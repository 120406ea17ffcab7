"""Values to plant: made up, valid by their checksums, and nobody's."""

from __future__ import annotations

import string
from random import Random

WORDS = [
    "lantern",
    "orbit",
    "velvet",
    "harbour",
    "copper",
    "meadow",
    "whisper",
    "granite",
    "saffron",
    "ribbon",
    "thunder",
    "willow",
]
CHARACTERS = list("梅竹松柏桥灯纸笔茶酒霜雾")
MARKERS = ("<|im_end|>", "<|endoftext|>", "</s>", "[/INST]", "<|eot_id|>", "<end_of_turn>")
REFUSALS = {
    "en": (
        "I'm sorry, but I can't help with that.",
        "As an AI language model, I cannot answer this question.",
        "I apologize, but I am unable to provide that information.",
        "Unfortunately, I can't assist with this request.",
        "I'm not able to do that, because I am an AI and have no access to such data.",
    ),
    "zh": (
        "很抱歉，我无法回答这个问题。",
        "作为一个人工智能语言模型，我不能提供这些信息。",
        "对不起，我不能帮您完成这个请求。",
        "抱歉，我没有能力访问这些数据。",
        "非常抱歉，我不能协助您处理这个问题。",
    ),
    "ja": (
        "申し訳ありませんが、その質問にはお答えできません。",
        "AI言語モデルとして、そのような情報を提供することはできません。",
        "すみませんが、そのご依頼には対応できません。",
        "恐れ入りますが、お手伝いすることができません。",
        "私はAIなので、個人的な意見を述べることはできません。",
    ),
}
ISSUERS = ("51", "52", "53", "4539", "4716", "4929")


def email(draw: Random) -> str:
    """A mail address."""
    return f"mail: {_letters(draw, 7)}.{_letters(draw, 8)}{draw.randrange(10, 99)}@{_letters(draw, 9)}.com"


def phone(draw: Random) -> str:
    """A telephone number in one of three countries' forms."""
    digits = "".join(str(draw.randrange(10)) for _ in range(8))
    forms = (
        f"Phone: +1 415-{draw.randrange(200, 999)}-{digits[:4]}",
        f"電話: 090-{draw.randrange(2, 9)}{digits[:3]}-{digits[3:7]}",
        f"电话：138{digits}",
    )
    return draw.choice(forms)


def ip(draw: Random) -> str:
    """A public address of a machine."""
    return f"server {draw.choice((23, 45, 91, 144))}.{_byte(draw)}.{_byte(draw)}.{_byte(draw)}"


def card(draw: Random) -> str:
    """A card number with its check digit."""
    body = draw.choice(ISSUERS)
    body += "".join(str(draw.randrange(10)) for _ in range(15 - len(body)))
    number = body + str(_luhn(body))
    return f"card {number[:4]} {number[4:8]} {number[8:12]} {number[12:]}"


def iban(draw: Random) -> str:
    """A German account number with its check digits."""
    body = "".join(str(draw.randrange(10)) for _ in range(18))
    check = 98 - int(body + "131400") % 97
    return f"IBAN DE{check:02d}{body}"


def my_number(draw: Random) -> str:
    """A Japanese individual number with its check digit."""
    body = [draw.randrange(10) for _ in range(11)]
    total = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(body), 1))
    check = 0 if total % 11 <= 1 else 11 - total % 11
    return f"マイナンバー {''.join(map(str, body))}{check}"


def resident_id(draw: Random) -> str:
    """A Chinese resident identity number with its check character."""
    area = draw.choice(("110101", "310104", "440305", "510107"))
    day = f"19{draw.randrange(60, 99)}{draw.randrange(1, 12):02d}{draw.randrange(1, 28):02d}"
    body = f"{area}{day}{draw.randrange(100, 999)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return f"身份证号 {body}{'10X98765432'[total % 11]}"


def key(draw: Random) -> str:
    """A token of one of several providers."""
    letters = string.ascii_letters + string.digits
    forms = (("ghp_", 36), ("sk-proj-", 48), ("hf_", 34), ("xoxb-2847193-", 24))
    start, length = draw.choice(forms)
    return f"token {start}{''.join(draw.choice(letters) for _ in range(length))}"


def login(draw: Random) -> str:
    """Name and password inside a link."""
    return f"https://{_letters(draw, 6)}:{_letters(draw, 5)}{draw.randrange(100, 999)}X@git.{_letters(draw, 8)}.com/a"


def secret(draw: Random) -> str:
    """Any of those that must never stay."""
    return draw.choice((card, iban, my_number, resident_id, key, login))(draw)


def contact(draw: Random) -> str:
    """Any of those that may be the user's own."""
    return draw.choice((email, phone, ip))(draw)


def _letters(draw: Random, number: int) -> str:
    return "".join(draw.choice("abdefghiklmnoprstuvz") for _ in range(number))


def _byte(draw: Random) -> int:
    return draw.randrange(1, 254)


def _luhn(body: str) -> int:
    digits = [int(d) for d in reversed(body)]
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[::2]) + sum(digits[1::2])
    return -doubled % 10
