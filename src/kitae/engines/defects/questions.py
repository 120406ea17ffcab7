"""Defects of what is asked: impossible for text, without the text it speaks of, several tasks in one."""

from __future__ import annotations

import re

import numpy as np

from kitae.engines.defects.answers import excerpt
from kitae.engines.defects.marks import FIELDS, Marks, Mask, RowTexts, each, either

_PICTURE = r"(?:images?|pictures?|photos?|photographs?|drawings?|paintings?|illustrations?|sketch(?:es)?|portraits?|infographics?|cartoons?|gifs?|animations?|videos?|audio(?: clip| file)?s?|screenshots?|memes?)"
_ASKS_EN = re.compile(
    rf"^\W*(?:(?:can|could|would) you |please |kindly )*(?:draw|paint|sketch|generate|create|make|produce|find|show(?: me| us)?|provide|upload|send(?: me)?|record|render)\b(?: me| us)?"
    rf"(?: (?!of\b|for\b|about\b|from\b|to\b|that\b)[\w-]+){{0,5}}? {_PICTURE}\b(?! (?:caption|description|editing|processing|classif|recogni|title|script|idea|prompt|game|gallery|file|format|url|tag|element|class|search|data|analy|model|viewer|upload|player|sharing|platform))",
    re.IGNORECASE,
)
_DRAW_EN = re.compile(
    r"^\W*(?:please )?(?:draw|paint|sketch) (?:me )?(?:a|an|the) (?!conclusion|comparison|parallel|line between|distinction|diagram|graph|flowchart|tree|table|map of|picture in words)",
    re.IGNORECASE,
)
_REFERS_EN = re.compile(
    rf"\b(?:attached|uploaded|enclosed) (?:{_PICTURE}|file|document|pdf|spreadsheet|audio)\b|\b(?:the|this|following|given|provided|above|below) {_PICTURE} (?:below|above|attached|provided|given|here)\b"
    rf"|\b(?:in|of|from) (?:this|the (?:following|given|attached|above|provided)) {_PICTURE}\b|\b(?:this|(?:following|given|attached|above|provided)(?: \w+){{0,3}}?) {_PICTURE}\b(?! (?:caption|description|title))",
    re.IGNORECASE,
)
_PLAYS_EN = re.compile(
    r"\b(?:play|sing) (?:me )?(?:a|the|some|this) (?:song|music|video|melody)\b", re.IGNORECASE
)
_OPENS = re.compile(
    r"\b(?:summari[sz]e|read|open|visit|check|analy[sz]e|review|watch|listen to|go to|look at|extract|scrape)\b[^.\n]{0,60}https?://\S+"
    r"|(?:总结|阅读|打开|访问|查看|分析|概括)[^。\n]{0,20}https?://\S+|https?://\S+[^。\n]{0,20}(?:要約|読んで|まとめて|総括|总结|分析)",
    re.IGNORECASE,
)
_ASKS_JA = re.compile(
    r"(?:画像|イラスト|写真|絵|動画|音声|アニメーション|似顔絵|ポスター)(?:を|の)?[^。\n]{0,8}?(?:描いて|描け|生成して|生成せよ|作成して(?!.{0,6}コード)|見せて|送って|貼って|表示して)"
    r"|(?:添付|アップロード)(?:の|した|された|されている)(?:画像|写真|ファイル|資料|文書|動画|音声)|(?:この|次の|以下の|下の|上の|下記の)(?:画像|写真|図|動画|音声|イラスト)(?:は|を|に|の|が|から|で)"
)
_ASKS_ZH = re.compile(
    r"^\W*(?:请|帮我|请你|为我|给我|请为我|请帮我)*(?:画|绘制|生成|创建|制作|拍摄|录制|找|提供|发)(?:出|给我)?[^，。\n]{0,14}?(?:图片|图像|照片|插图|插画|漫画|动画|视频|音频|海报|信息图|一幅画|的画)(?!.{0,4}(?:说明|描述|标题|代码|脚本|网站|应用|处理|识别|分类|编辑))"
    r"|(?:上传|附件|附上)(?:的|中的)?(?:图片|照片|文件|文档|图像|视频|音频)|(?:这张|这幅|此|该|以下|下面的?|上面的?|给定的?|所给的?)(?:图片|照片|图像|画作|视频|音频|图)(?![\u4e00-\u9fff]{0,3}(?:识别|处理|分类|算法))"
)
_LINK = re.compile(r"https?://\S+")
_READS = re.compile(
    r"summar|\bread\b|article|describ|analy[sz]|review|colori[sz]e|edit|video|website|web ?page|page|watch"
    r"|总结|阅读|文章|描述|分析|视频|网页|网站|要約|読んで|記事|動画|ページ",
    re.IGNORECASE,
)
_TEXT_SUFFICES = re.compile(
    r"ascii|svg|html|css|latex|mermaid|code|python|javascript|script|matplotlib|turtle|describ|caption|in words|using (?:text|words|emoji)|title|slogan|storyboard|prompt|function|api|algorithm"
    r"|代码|脚本|描述|文字|说明|标题|程序|函数|算法|コード|説明|文章で|アスキー|関数|スクリプト",
    re.IGNORECASE,
)


LONGEST_TITLE = 20
"""A longer input is more than the title of a picture."""
LONGEST_DETAILS = 200
LONGEST_REQUEST = 300
"""Longer instructions bring the text they speak of."""
IMPOSSIBLE_REQUEST = Marks(
    ("instruction",),
    patterns=(_ASKS_EN, _DRAW_EN, _REFERS_EN, _PLAYS_EN, _ASKS_JA, _ASKS_ZH),
    needles=(
        *either(
            "image|picture|photo|drawing|painting|illustration|sketch|portrait|infographic|cartoon| gif|animation|video",
            "audio|screenshot| meme|attached |uploaded |enclosed |music|melody|a song|the song|some song|this song",
            "画像|イラスト|写真|動画|音声|アニメ|似顔絵|ポスター|描いて|描け|生成して|生成せよ|作成して|見せて|送って|貼って",
            "表示して|添付|アップロード|の図|この図|图片|图像|照片|插图|插画|漫画|动画|视频|音频|海报|信息图|一幅画|的画|画作",
            "上传|附件|附上|张图|幅图|此图|该图|下图|下面图|上面图|的图|定图|给图",
        ),
        *each("draw |paint ", "a |an |the |me "),
    ),
    most_characters=LONGEST_REQUEST,
)


def impossible_request(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Asks for what text cannot give or see: "Draw a picture of a cat", この画像を説明して, 生成一张图片.

    Not where text will do: captions, descriptions, SVG, code, storyboards.
    """
    del output
    if len(instruction) > LONGEST_REQUEST:
        return None
    refers = _REFERS_EN.search(instruction) or _PLAYS_EN.search(instruction)
    if refers and (len(input) <= LONGEST_TITLE or _LINK.fullmatch(input.strip())):
        return excerpt(refers.group())
    found = _ASKS_EN.search(instruction) or _DRAW_EN.search(instruction)
    if not found and not instruction.isascii():
        found = _ASKS_JA.search(instruction) or _ASKS_ZH.search(instruction)
    if not found or _TEXT_SUFFICES.search(instruction) or len(input) > LONGEST_DETAILS:
        return None
    return excerpt(found.group())


UNREACHABLE_LINK = Marks(
    ("instruction", "input"), patterns=(_LINK, _OPENS), needles=("http://", "https://")
)


def unreachable_link(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Asks for what stands behind a link that nobody opens: "Summarise this article" with the input "https://…"."""
    del output
    if len(instruction) > LONGEST_REQUEST:
        return None
    link = _LINK.fullmatch(input.strip())
    if link and _READS.search(instruction):
        return excerpt(link.group())
    opened = _OPENS.search(instruction)
    return excerpt(opened.group()) if opened and len(input) <= LONGEST_TITLE else None


_NOUN_EN = r"(?:text|passage|paragraph|sentences?|article|document|essay|story|poem|email|letter|code|snippet|list|table|data|dataset|numbers?|words?|phrases?|quotes?|statements?|equation|problem|dialogue|conversation|review|tweet|input|example|items?|recipe)"
_POINTS_EN = re.compile(
    rf"\b(?:the|this|these) (?:following|given|provided|below|above) (?:\w+ ){{0,2}}?{_NOUN_EN}\b|\bfollowing (?:\w+ )?{_NOUN_EN}\b|\b{_NOUN_EN} (?:below|provided|given below|given above)\b",
    re.IGNORECASE,
)
_POINTS_JA = re.compile(
    r"(?:次の|以下の|下記の|与えられた|上記の|この)(?:[^\s。、]{0,6}?)(?:文章|文|テキスト|段落|記事|リスト|データ|表|単語|コード|会話|詩|文書|問題文|メール)(?!法|化|学|字)"
)
_POINTS_ZH = re.compile(
    r"(?:以下|下面|下列|给定|所给|上述|上面|提供)的?(?:这段|这篇|这个|一段|一个|一篇|两个|[^，。\s]{0,4}?)(?:文本|句子|段落|文章|文字|短文|列表|数据|表格|单词|词语|代码|对话|诗歌?|邮件|语句|内容|段话)"
)
_QUOTED = re.compile(r"[\"“”「『《'‘`（(\[{:：]|\n|\d.*\d|[=+]")
_GENERIC = re.compile(
    r"\b(?:function|program|algorithm|script|system|model|class|query|method|api|regex|formula)\b"
    r"|系统|算法|程序|函数|模型|方法|公式|関数|プログラム|システム|アルゴリズム|モデル",
    re.IGNORECASE,
)
NO_INPUT = frozenset(
    {
        "<noinput>",
        "noinput",
        "no input",
        "<no input>",
        "(no input)",
        "[no input]",
        "n/a",
        "none",
        "null",
    }
    | {"nan", "<none>", "[none]", "(none)", "<input>", "[input]", "-", "--", "なし", "無し", "ナシ"}
    | {"入力なし", "特になし", "无", "無", "没有", "无输入", "无。", "暂无", "空"}
)
_AFTER = 25
"""Characters after the mention that may still be the rest of the request rather than the text itself."""


def _has_no_input(texts: RowTexts) -> Mask:
    """Whether the input is no longer than a mark that there is none."""
    return np.asarray(texts["input"].solid <= max(map(len, NO_INPUT)))


EMPTY_INPUT_MISMATCH = Marks(
    ("instruction",),
    patterns=(_POINTS_EN, _POINTS_JA, _POINTS_ZH),
    needles=either(
        "following|given|provided|below|above|次の|以下|下記|与えられた|上記|この|下面|下列|给定|所给|上述|上面|提供"
    ),
    only=_has_no_input,
    most_characters=LONGEST_REQUEST,
)


def empty_input_mismatch(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Speaks of a text that is not there ("Summarise the following text", 以下の文章を要約, 总结以下文章)."""
    del output
    if len(instruction) > LONGEST_REQUEST or input.strip().lower() not in NO_INPUT | {""}:
        return None
    found = _POINTS_EN.search(instruction)
    if not found and not instruction.isascii():
        found = _POINTS_JA.search(instruction) or _POINTS_ZH.search(instruction)
    if not found or _GENERIC.search(instruction) or _has_the_text(instruction, found):
        return None
    return excerpt(found.group())


UNUSED_INPUT_MARK = Marks(("input",), shape=_has_no_input, least_characters=1)


def unused_input_mark(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """The input is no text but a mark that there is none: `<noinput>`, "N/A", なし, 无."""
    del instruction, output
    given = input.strip()
    return excerpt(given) if given.lower() in NO_INPUT else None


def _has_the_text(instruction: str, found: re.Match[str]) -> bool:
    """The text stands in the instruction itself: behind a colon, in quotes, on a line of its own, or before it."""
    rest = instruction[found.end() :]
    if _QUOTED.search(rest) or _QUOTED.search(instruction[: found.start()]):
        return True
    sentences = [one for one in re.split(r"[.!?。！？]\s*", instruction) if one.strip()]
    return len(sentences) > 1 or len(rest) > 4 * _AFTER


_MERGED = re.compile(
    r"(?:^|\n)\s*#{1,4}\s*\n?\s*\d{1,3}[.)]\s*(?:instruction|input|output|task|指令|指示|输入|输出|入力|出力)\b"
    r"|(?:^|\n)\s*\d{1,3}[.)]\s*(?:instruction|指令|指示)\s*[:：]",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"(?:^|\n)\s*(?:instruction|指令|指示)\s*[:：]", re.IGNORECASE)


_NUMBERED = re.compile(r"#\s*\d")
MERGED_INSTRUCTIONS = Marks(
    FIELDS,
    patterns=(_MERGED, _PAIRS),
    needles=either("instruction|input|output|task|指令|指示|输入|输出|入力|出力"),
)


def merged_instructions(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Several tasks glued into one row: "## 18. Instruction: Name …", "2. Instruction:", two lines 指示：."""
    for text in (instruction, input, output):
        lower = text.lower()
        is_named = any(name in lower for name in ("instruction", "指令", "指示"))
        found = _MERGED.search(text) if is_named or _NUMBERED.search(text) else None
        if found:
            return excerpt(found.group())
        if is_named and len(_PAIRS.findall(text)) > 1:
            return "instruction: … instruction: …"
    return None
