"""Defects of answers: refused, spoken as a machine, cut off, looping, without words."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from kitae.engines.defects.marks import Marks, either
from kitae.engines.defects.shapes import character_flags, has_loop, is_mostly_signs, is_unended
from kitae.engines.texts.gates import Gate

EXCERPT = 60
_START = 220
"""Characters at the start of an answer in which a refusal is looked for."""

_SORRY = r"(?:i(?:['’]m| am)(?: (?:very|really|so|truly))? sorry|sorry|my apologies|i apologi[sz]e|unfortunately|i regret)"
_CANNOT = (
    r"(?:can(?:['’]t|not| not)|could(?:n['’]t| not)|won['’]t be able to|(?:am|['’]m) (?:unable|not able|not capable|not allowed|currently unable)(?: to)?"
    r"|(?:do not|don['’]t)(?: currently)? have (?:the (?:ability|capability|capabilities|means|data)|access|any (?:information|data|access))|(?:do not|don['’]t) possess|(?:do not|don['’]t) (?:know|feel comfortable))"
)
_REFUSAL_EN = re.compile(
    rf"^\W*(?:{_SORRY}\b[^.!?\n]{{0,110}}?(?:\b|['’]){_CANNOT}"
    rf"|{_SORRY}\b[^.!?\n]{{0,40}}?\byou (?:did(?: not|n['’]t)|have(?: not|n['’]t)|need to) (?:provided?|specif|given?|includ|suppl)"
    rf"|{_SORRY}\b[^.!?\n]{{0,60}}?\b(?:it is|it['’]s|that is) (?:not possible|impossible|against)"
    rf"|as an? (?:ai|(?:large )?language model|assistant)[^.!?\n]{{0,80}}?\b(?:i|it) ?{_CANNOT}"
    rf"|(?:i|we) ?{_CANNOT} (?:to )?(?:assist|help|provide|fulfil|comply|answer|generate|create|complete|access|do that|do this|respond|offer|write|give|engage|process|perform|view|open))",
    re.IGNORECASE,
)
_REFUSAL_JA = re.compile(
    r"^\W*(?:(?:大変|誠に|まことに)?(?:申し訳|すみません|すいません|恐れ入り|恐縮|残念)[^。\n]{0,70}?"
    r"(?:できません|出来ません|できかね|しかねます|いたしかね|致しかね|わかりかね|分かりかね|お答えできない|持っていません|お応えできない|わかりません)"
    r"|(?:私は)?(?:AI|人工知能|言語モデル)[^。\n]{0,50}?(?:できません|出来ません|持っていません|ありません)"
    r"|(?:その|この|ご)?(?:質問|要求|依頼|リクエスト|要望)[^。\n]{0,15}(?:お答え|お応え|応じ|対応)[^。\n]{0,8}(?:できません|出来ません|かねます))",
)
_REFUSAL_ZH = re.compile(
    r"^\W*(?:您好[，,！!]?\s*)?(?:我?(?:很|非常|十分|真的|实在)?(?:感到)?(?:抱歉|对不起|不好意思|遗憾)[^。！\n]{0,40}?(?:无法|不能|没有办法|没办法|不具备|不会|未提供|没有(?:能力|权限|(?:为我)?提供|足够|找到|看到|给|指定)|(?:您|你)需要(?:先)?提供)"
    r"|由于(?:您|你)(?:并?没有|未)[^。\n]{0,20}(?:无法|不能)|(?:作为|我是|我只是|由于我是)(?:一个|一名|一款)?[^，。\n]{0,8}(?:AI|人工智能|语言模型|机器人)[^。\n]{0,30}?(?:无法|不能|没有(?:能力|权限|办法))"
    r"|我(?:无法|不能|没办法)(?:回答|提供|帮助|协助|完成|满足|访问|生成|为您|为你|给出|确定|直接|查看|打开|处理|执行))",
)
_SPEAKS_FOR_OTHERS = re.compile(
    r"dialog|conversation|role ?play|letter|e-?mail|message|apolog|excuse|translat|rewrite|rephrase|paraphras|complete the (?:sentence|story|poem)"
    r"|对话|對話|写信|回信|书信|封信|邮件|道歉|翻译|改写|造句|续写|角色|会話|手紙|メール|謝罪|断り|翻訳|訳し|書き換え|言い換え",
    re.IGNORECASE,
)

_AI_EN = re.compile(
    r"\b(?:as an? (?:(?:large|artificial|text[- ]based|virtual|digital|helpful|powerful) )*(?:ai|artificial intelligence|language model|llm|chatbot|machine learning model)"
    r"(?: (?:language )?(?:model|assistant|program|system|chatbot|agent))?(?:,| (?:i|my)\b)"
    r"|i(?:['’]m| am) (?:just |only |merely )?an? (?:(?:large|artificial|virtual|digital) )*(?:ai\b(?: (?:language )?(?:model|assistant|program|system|chatbot))?|artificial intelligence|language model|chatbot)"
    r"|my (?:training data|knowledge cut-?off|last (?:knowledge )?update)\b|i was (?:trained|developed|created) by openai|i(?:['’]m| am) chatgpt)",
    re.IGNORECASE,
)
_AI_JA = re.compile(
    r"(?:私は|わたしは)(?:単なる)?(?:AI|人工知能|大規模言語モデル|言語モデル)|(?:AI|人工知能|言語モデル|AIアシスタント|AI言語モデル)(?:として(?:、|は|の私)|である私|なので、|ですので、|であるため、)"
    r"|(?:私の)?学習データ(?:には|の範囲|に含)|OpenAIによって(?:開発|訓練|作)"
)
_AI_ZH = re.compile(
    r"(?:作为|做为|身为)(?:一个|一名|一款|一位)?(?:大型)?(?:AI|人工智能|语言模型|聊天机器人|机器人)(?:语言|大)?(?:模型|助手|助理|程序|系统|机器人)?[，,、我]"
    r"|我(?:只)?是(?:一个|一名|一款|一位)?(?:由[^，。]{1,12}(?:开发|训练|创造)的)?(?:大型)?(?:AI|人工智能|语言模型|聊天机器人)"
    r"|我的(?:训练数据|知识截止)|由OpenAI(?:开发|训练)"
)
_ABOUT_THE_MODEL = re.compile(
    r"\b(?:are|were|do|did|can|have|would|could) you\b|\byour(?:self| (?:name|opinion|creator|developer|favou?rite|own|training|feelings?|capabilit))|\bwho (?:are|made|created|built|developed) |\bchatbot|\bai\b|\bassistant\b|introduce|^(?:hi|hello|hey|thank)"
    r"|你(?:是|叫|的|能|会|有|好|可以|觉得|认为)|您(?:是|叫|的|能|会|好|可以)|自我介绍|来自|^(?:谢谢|你好|您好|嗨)|人工智能|机器人|AI|助手|あなた|君は|自己紹介|人工知能",
    re.IGNORECASE,
)


REFUSAL = Marks(
    ("output",),
    patterns=(_REFUSAL_EN, _REFUSAL_JA, _REFUSAL_ZH),
    needles=either(
        "sorry|apologies|i apologi|unfortunately|i regret|as an ai|as a ai|as a language|as an language",
        "as a large|as an large|as a assistant|as an assistant|can't|can’t|cannot|can not|couldn't|couldn’t|could not",
        "won't be able|won’t be able|unable|not able|not capable|not allowed|do not|don't|don’t",
        "できません|出来ません|できかね|しかねます|いたしかね|致しかね|わかりかね|分かりかね|お答えできない|持っていません",
        "お応えできない|わかりません|ありません|かねます|无法|不能|没有办法|没办法|不具备|不会|未提供|没有能力|没有权限",
        "没有提供|没有为我|没有足够|没有找到|没有看到|没有给|没有指定|需要提供|需要先提供",
    ),
)


def refusal(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """The answer refuses: "I'm sorry, but I can't help with that", 申し訳ありませんが、お答えできません, 很抱歉，我无法回答.

    Not where the task wants a letter, a dialogue or a translation, in which somebody else may refuse.
    """
    del input
    head = output[:_START]
    found = _REFUSAL_EN.search(head) or _REFUSAL_JA.search(head) or _REFUSAL_ZH.search(head)
    if not found or _SPEAKS_FOR_OTHERS.search(instruction):
        return None
    return excerpt(found.group())


AI_SELF_REFERENCE = Marks(
    ("output",),
    patterns=(_AI_EN, _AI_JA, _AI_ZH),
    needles=either(
        "an ai|a ai|large ai|artificial ai|based ai|virtual ai|digital ai|helpful ai|powerful ai|artificial intelligence",
        "language model| llm|chatbot|machine learning model|my training data|my knowledge cut|my last update",
        "my last knowledge|openai|chatgpt|私はai|単なるai|わたしはai|人工知能|言語モデル|aiとして|aiである|aiなので、",
        "aiですので、|シスタントとして|シスタントである|シスタントなので、|シスタントですので、|学習データ|人工智能|语言模型",
        "机器人|ai语言|ai模型|ai大|ai助|ai程序|ai系统|作为ai|做为ai|身为ai|一个ai|一名ai|一款ai|一位ai|大型ai|我是ai",
        "只是ai|发的ai|练的ai|造的ai|训练数据|知识截止",
    ),
)


def ai_self_reference(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """The answer speaks of itself as a machine: "as an AI language model", AIとして、, 作为一个人工智能.

    Not where the question is about the model itself ("Who are you?", 你是谁, あなたは誰).
    """
    del input
    found = _AI_EN.search(output) or _AI_JA.search(output) or _AI_ZH.search(output)
    if not found or _ABOUT_THE_MODEL.search(instruction):
        return None
    return excerpt(found.group())


_ENDING = (
    r".!?…。！？｡」』”\"'’)）\]】}>~～:：;；*_`|/\\=%°€$#^+♪♫@&0-9-"
    "\u2588-\u27bf\U0001f000-\U0001ffff"
)
_END = re.compile(rf"[{_ENDING}]\s*$")
_DANGLING_EN = re.compile(
    r"(?<![A-Za-z'])(?:the|a|an|of|and|or|but|to|with|for|from|by|at|as|is|are|was|were|be|been|that|which|who|their|its|his|her|your|our|my|these"
    r"|this|such|into|than|because|if|when|while|can|could|will|would|should|may|might|has|have|had|not|very|more|most)$"
)
_DANGLING_JA = re.compile(
    r"(?:[はがをにのとでもや]|から|まで|より|ため|という|として|について|および|または|そして|しかし|また)$"
)
_DANGLING_ZH = re.compile(
    r"(?:[的和与在是将把被对从为以及其并而但或这那也都还就会要更很最比让使给到由]|因为|所以|如果|以及|例如|比如|包括|可以|需要|通过|由于|他们|我们的?)$"
)
_SIGN_OFF = re.compile(
    r"(?:sincerely|regards|best(?: wishes)?|cheers|love|respectfully|thanks?(?: you)?|yours(?: truly| faithfully)?|warmly)\s*,?$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？]")
_SENTENCE_CLOSED = re.compile(r"[.!?。！？]$")
_LIST_ITEM = re.compile(
    r"^\s*(?:[-*•·●○▪◦–—+]|\(?\d{1,3}[.)、:：]|\(?[a-zA-Z][.)]\s|[一二三四五六七八九十]+、|第.{1,4}[步章节]|#)"
)
_CODE = re.compile(
    r"```|^\s*(?:def |class |import |from \w+ import|for\b.*[:{]|if\b.*[:{]|while\b.*[:{]|return\b|public |private |var |let |const |function\b|SELECT\b|INSERT\b|#include|<\?php|<[a-z!/][^>]*>|[\w.]+\(.*\)|.*[;{}]\s*$|\w+ = )",
    re.MULTILINE,
)
_OPEN_ENDED = re.compile(
    r"continue|complete|fill in|finish|title|headline|slogan|poem|haiku|lyrics|song|quote|caption|tweet|hashtag"
    r"|续写|补充|填|标题|诗|歌|口号|俳句|詩|歌詞|タイトル|続き|引用",
    re.IGNORECASE,
)
LEAST_CUT = 80
"""Shorter answers may be labels, names and titles."""


TRUNCATED_ANSWER = Marks(
    ("output",),
    gate=Gate.FENCE,
    shape=lambda texts: is_unended(texts["output"].column, _flags()),
    least_characters=LEAST_CUT // 2,
)


def truncated_answer(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """The answer stops in the middle: an open code fence, a dangling "of the", a comma, an unended sentence.

    "…which is one of the", …として、, …是中国最大的. Labels, lists, code, poems and sign-offs may end as they like.
    """
    del input
    text = output.rstrip()
    if len(output) < LEAST_CUT // 2:
        return None
    if text.count("```") % 2:
        return "open code fence"
    if len(text) < LEAST_CUT // 2 or _END.search(text):
        return None
    last = text.rsplit("\n", 1)[-1].strip()
    if not _dangles(last) and (
        len(text) < LEAST_CUT
        or not _stops_in_a_paragraph(text, last)
        or _OPEN_ENDED.search(instruction)
    ):
        return None
    is_code = "```" not in text and not _is_prose(last) and _CODE.search(text)
    return None if is_code or _SIGN_OFF.search(last) else f"…{last[-30:]}"


def _dangles(last: str) -> bool:
    if last.endswith((",", "，", "、", "(", "（", "[", "「", "『", "《")):
        return len(last) > 20
    if re.search(r"[A-Za-z]$", last):
        return len(last.split()) > 4 and _DANGLING_EN.search(last) is not None
    has_kana = re.search(r"[\u3040-\u30ff]", last) is not None
    dangling = _DANGLING_JA if has_kana else _DANGLING_ZH
    return len(last) > 15 and dangling.search(last) is not None and not _LIST_ITEM.match(last)


def _stops_in_a_paragraph(text: str, last: str) -> bool:
    """Sentences of the last line were ended and its last is not; or all points of a list but the last."""
    if _LIST_ITEM.match(last):
        items = [line.strip() for line in text.split("\n")[:-1] if _LIST_ITEM.match(line)]
        return len(items) > 1 and all(_SENTENCE_CLOSED.search(item) for item in items)
    ends = [found.end() for found in _SENTENCE_END.finditer(last)]
    if len(ends) < 2:
        return False
    rest = last[ends[-1] :].strip()
    return rest[:1] not in ("", "#", "-", "—", '"', "“", "(")


def _is_prose(last: str) -> bool:
    return len(last.split()) > 7 and not re.search(r"[;{}=<>()]", last)


_ABOUT_REPEATING = re.compile(
    r"repeat|loop|times|chorus|lyrics|song|poem|pattern|lorem|重复|歌|诗|循环|繰り返|歌詞|詩",
    re.IGNORECASE,
)
LEAST_LOOP = 120
PROBE = 24
LEAST_REPEATS = 4
LOOP_SHARE = 0.5


REPETITION = Marks(
    ("output",),
    shape=lambda texts: has_loop(
        texts["output"].column,
        texts["output"].measures.characters,
        least=LEAST_LOOP,
        probe=PROBE,
        repeats=LEAST_REPEATS,
    ),
)


def repetition(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """The answer loops: "I like it. I like it. I like it.", とても良いです。とても良いです。 and so on.

    Half of it or more is one piece of text, four times or more. Not code, songs and tasks about repeating.
    """
    del input
    if not may_loop(output) or "```" in output or _ABOUT_REPEATING.search(instruction):
        return None
    pieces = [piece.strip() for piece in re.split(r"(?<=[.!?。！？])\s*|\n+|[,，、;；]\s*", output)]
    pieces = [piece for piece in pieces if len(piece) >= 4]
    if not pieces:
        return None
    piece, times = Counter(pieces).most_common(1)[0]
    if times >= LEAST_REPEATS and times * len(piece) >= LOOP_SHARE * len(output.replace(" ", "")):
        return f"{times} × {excerpt(piece)}"
    return _looping_words(output)


def _looping_words(output: str) -> str | None:
    for unit in range(PROBE, 3, -1):
        tail = output[-unit:]
        times = output.count(tail)
        if times >= LEAST_REPEATS and times * unit >= LOOP_SHARE * len(output):
            return f"{times} × {excerpt(tail)}"
    return None


def may_loop(output: str) -> bool:
    """Whether the end of an answer, or a place in its second half, stands in it four times or more."""
    size = len(output)
    if size < LEAST_LOOP:
        return False
    probes = (size - PROBE, size * 3 // 4, size // 2)
    return any(output.count(output[at : at + PROBE // 2]) >= LEAST_REPEATS for at in probes)


SIGN = re.compile(r"[^\w\s()\[\]{}'\"“”‘’「」《》,:;，：；、|_=<>/-]")
_SYMBOLS_WANTED = re.compile(
    r"code|regex|expression|emoji|emoticon|ascii|symbol|equation|formula|math|draw|table|json|html|pattern|punctuation|morse|matrix|chess|sudoku"
    r"|代码|正则|表情|符号|公式|方程|表格|图案|绘|摩尔斯|コード|正規表現|絵文字|顔文字|記号|数式|表を|方程式",
    re.IGNORECASE,
)
LEAST_SYMBOLS = 24
_HEAD = 600
SYMBOL_SHARE = 0.5
_THREE_SYMBOLS = re.compile(r"[!#-&*+.?@\\^`~。！？…·•★☆■□●○█]{3}")
"""A text that is mostly signs has three in a row."""


SYMBOL_SHARES = Marks(
    ("output",),
    shape=lambda texts: is_mostly_signs(
        texts["output"].column,
        texts["output"].measures.characters,
        _flags(),
        head=_HEAD,
        share=SYMBOL_SHARE,
    ),
    least_characters=LEAST_SYMBOLS,
)


def _flags() -> NDArray[np.uint8]:
    return character_flags(_ENDING, SIGN)


def symbol_share(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """The answer is mostly signs: "@@##%%^^&&", "。。。。。。". Not code, formulas, tables, emoji where they are asked for."""
    del input
    if len(output) < LEAST_SYMBOLS or "```" in output or not _THREE_SYMBOLS.search(output):
        return None
    sample = "".join(output[:_HEAD].split())
    share = len(SIGN.findall(sample)) / max(1, len(sample))
    if share < SYMBOL_SHARE or _SYMBOLS_WANTED.search(instruction):
        return None
    return f"{share:.2f}"


def excerpt(text: str) -> str:
    """At most `EXCERPT` characters in one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"
