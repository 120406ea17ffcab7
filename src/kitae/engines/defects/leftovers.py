"""What another program left in a text: placeholders, tags, chat marks, page furniture, broken encodings."""

from __future__ import annotations

import re

import numpy as np

from kitae.engines.defects.answers import excerpt
from kitae.engines.defects.marks import FIELDS, Marks, Mask, RowTexts, each, either
from kitae.engines.defects.shapes import has_short_blank
from kitae.engines.private.finding import MASKS
from kitae.engines.texts.column import first_bytes
from kitae.engines.texts.gates import Gate

_IN_BRACKETS = "your|insert|enter|add|recipient|sender|name|first name|last name|full name|company|customer|client|date|address|city|phone|email|product|title|position|job|employer|hiring|manager|organi[sz]ation|business|school|university|link|url|number|amount|topic|subject"
_IN_TAGS = "your|insert|enter|recipient|company|customer|name|date|address"
_IN_WIDE_BRACKETS = "您的|你的|此处|在此|填写|插入|请填|请输入|某|姓名|名字|公司名|日期|地址|电话|邮箱|收件人|发件人|职位|产品名|お名前|名前|氏名|会社名|日付|住所|電話番号|あなたの|ここに|商品名|宛名|担当者"
_PLACEHOLDER = re.compile(
    r"\{\{\s*[\w .-]{1,40}\s*\}\}"
    rf"|\[(?:{_IN_BRACKETS}|x{{2,}})\b[^\]\n]{{0,60}}\](?!\()"
    rf"|<(?:{_IN_TAGS})\b[^>\n=\"]{{0,40}}>"
    rf"|[\[【<＜](?:{_IN_WIDE_BRACKETS})[^\]】>＞\n。，]{{0,12}}[\]】>＞]"
    r"|[×✕Ｘ]{2,}|[〇○]{2,}|(?<![A-Za-z0-9])X{3,}(?![A-Za-z0-9])|(?-i:\bTODO\b[: ]|\bTBD\b)|\blorem ipsum\b|\binsert [\w ]{1,20} here\b",
    re.IGNORECASE,
)
_WANTS_TEMPLATE = re.compile(
    r"template|placeholder|fill[- ]in|form letter|boilerplate|blank|mad ?lib|mail merge|variable|lorem|\btodo\b|to-do|regex|roman"
    r"|模板|模版|占位|填空|范文|格式|样板|テンプレ|ひな形|雛形|フォーマット|書式|穴埋め|伏せ字|プレースホルダ",
    re.IGNORECASE,
)
_WANTS_CODE = re.compile(
    r"\bcode|program|python|java|script|html|css|\bsql|react|vue|jinja|django|flask|latex|function|algorithm|api\b|json|yaml|代码|程序|函数|网页|コード|プログラム|関数",
    re.IGNORECASE,
)


PLACEHOLDER = Marks(
    ("output",),
    patterns=(_PLACEHOLDER,),
    needles=(
        *(f"[{word}" for word in _IN_BRACKETS.replace("organi[sz]ation", "organi").split("|")),
        *(f"<{word}" for word in _IN_TAGS.split("|")),
        *each("[|【|<|＜", _IN_WIDE_BRACKETS),
        *each("✕|Ｘ|ｘ", "✕|Ｘ|ｘ"),
        *each("〇|○", "〇|○"),
        *either("todo:|todo |lorem ipsum|insert "),
    ),
    gate=Gate.BRACE,
    shape=lambda texts: has_short_blank(texts["output"].column),
)


def placeholder(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Something was to be filled in: "{{name}}", "[Your Name]", "[insert date]", <名前>, ××, 【公司名称】, "TODO:".

    Not where a template or code is asked for, nor where the question brought the mark.
    """
    if _WANTS_TEMPLATE.search(instruction) or "```" in output:
        return None
    for found in _PLACEHOLDER.finditer(output):
        mark = found.group()
        is_own = mark in MASKS.values()
        if not is_own and mark not in instruction and mark not in input:
            return None if _WANTS_CODE.search(instruction) else excerpt(mark)
    return None


_TAG = re.compile(
    r"</?(?:br|p|div|span|a|b|i|u|strong|em|ul|ol|li|table|tr|td|th|tbody|h[1-6]|img|font|sup|sub|center|blockquote|hr|script|style|iframe)\b(?:\s[^<>\n]{0,200})?/?>"
    r"|&(?:nbsp|amp|lt|gt|quot|apos|mdash|ndash|hellip|rsquo|lsquo|rdquo|ldquo|copy|#\d{2,5}|#x[0-9a-f]{2,4});",
    re.IGNORECASE,
)
_ABOUT_TAGS = re.compile(
    r"html|\btags?\b|\bweb|css|xml|markup|markdown|browser|javascript|react|\bvue|php|entity|escape|\bsite|blog|\bpage|code|program|script|element|svg|latex"
    r"|网页|标签|网站|代码|转义|页面|元素|ウェブ|タグ|サイト|ページ|コード|マークアップ",
    re.IGNORECASE,
)
_CODE_SPAN = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)


HTML_LEFTOVERS = Marks(FIELDS, patterns=(_TAG,), gate=Gate.TAG | Gate.ENTITY)


def html_leftovers(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Tags or entities in running text: "first line<br />second", "Tom &amp; Jerry", 「東京&nbsp;大阪」. Not in code or where HTML is the subject."""
    if _ABOUT_TAGS.search(instruction):
        return None
    for text in (output, instruction, input):
        if "<" in text or "&" in text:
            found = _TAG.search(_CODE_SPAN.sub("", text))
            if found:
                return excerpt(found.group())
    return None


_PARTS = "Response|Instruction|Input|Output|Human|Assistant|User|输入|输出|指令|回答|回复|入力|出力|指示|応答"
_TEMPLATE = re.compile(
    r"<\|[a-z_]{2,30}\|>|<\uff5c[^\s\uff5c]{1,40}\uff5c>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?s>(?![^<]*</s>)|"
    rf"(?:^|\n)#{{2,4}} ?(?:{_PARTS})\s*[:：]"
    r"|Below is an instruction that describes a task|A chat between a curious (?:user|human)|下面是描述任务的指令|以下は、タスクを説明する指示"
)
_SPACES = tuple(code for code in map(chr, range(0x3001)) if code.isspace())
_SPEAKERS = "Human|Assistant|USER|ASSISTANT|用户|助手|ユーザー|アシスタント|人类"
_TURNS = re.compile(rf"(?:^|\n)\s*(?:{_SPEAKERS})\s?[:：]")
_WANTS_TURNS = re.compile(
    r"dialog|conversation|chat|interview|role|script|transcript|turn|对话|對話|聊天|访谈|会話|対話|チャット|インタビュー|台本",
    re.IGNORECASE,
)


TEMPLATE_LEFTOVERS = Marks(
    FIELDS,
    patterns=(_TEMPLATE, _TURNS),
    needles=(
        *each("#|# ", _PARTS),
        *each(_SPEAKERS, "|".join(space + colon for space in ("", *_SPACES) for colon in ":：")),
        *either(
            "below is an instruction|a chat between a curious|下面是描述任务|タスクを説明する指示"
        ),
    ),
    gate=Gate.SPECIAL_TOKEN,
)


def template_leftovers(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Marks of a chat or prompt format: "### Response:", "<|im_start|>", "[INST]", a line "Human:" that nobody asked for."""
    for text in (instruction, input, output):
        found = _TEMPLATE.search(text)
        if found:
            return excerpt(found.group())
    found = _TURNS.search(output)
    if found and not _WANTS_TURNS.search(instruction + input[:2000]):
        return excerpt(found.group())
    return None


_STRONG = re.compile(
    r"(?:this (?:site|website|page)|we) uses? cookies|accept (?:all )?cookies|subscribe to (?:our|the|my) (?:newsletter|channel|blog|mailing list)|sign up for (?:our|the) newsletter"
    r"|click here to (?:subscribe|read|view|download|continue|learn|see|get|sign|register|buy|listen|watch)|all rights reserved|share this (?:article|post|page)|enable javascript|skip to (?:main )?content"
    r"|(?:read|view|see) (?:more|full article) ?(?:»|>>|→|\.\.\.)|follow us on (?:facebook|twitter|instagram|social)|terms of (?:service|use) (?:and|\|) privacy policy|advertisement\n|powered by wordpress"
    r"|版权所有|转载请注明|未经(?:授权|许可|允许)[^。\n]{0,6}(?:转载|不得)|点击(?:这里|此处|下方|链接)(?:查看|订阅|阅读|下载|关注|注册|了解)|(?:扫码|扫描二维码)关注|关注(?:我们的)?(?:微信)?公众号|责任编辑[:：]|阅读全文|上一篇|下一篇[:：]"
    r"|無断転載|All Rights Reserved|(?:当|本)サイトでは(?:クッキー|Cookie)|Cookie(?:を使用|の使用)|メルマガ(?:に)?登録|こちらをクリック|続きを読む|(?:この記事を)?シェアする|チャンネル登録",
    re.IGNORECASE,
)
_ABOUT_PAGES = re.compile(
    r"cookie|website|web ?page|landing|newsletter|copyright|html|footer|banner|\bad\b|advert|blog|social media|email|e-mail|subscri|marketing|youtube|disclaimer"
    r"|网站|网页|广告|版权|公众号|邮件|订阅|博客|推广|サイト|ページ|広告|著作権|メルマガ|ブログ|チャンネル|動画",
    re.IGNORECASE,
)


BOILERPLATE = Marks(
    ("output",),
    patterns=(_STRONG,),
    needles=either(
        "cookie|subscribe to|sign up for|click here to|rights reserved|share this|enable javascript|skip to",
        "read more|view more|see more|full article|follow us on|terms of|advertisement\n|powered by wordpress",
        "版权所有|转载|未经|点击|扫码|二维码|公众号|责任编辑|阅读全文|上一篇|下一篇|無断転載|クッキー|メルマガ|クリック",
        "続きを読む|シェアする|チャンネル登録",
    ),
)


def boilerplate(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Furniture of a web page: "This site uses cookies", "Click here to subscribe", 無断転載, 转载请注明. Not where a page or mail is to be written."""
    del input
    found = _STRONG.search(output)
    if not found or _ABOUT_PAGES.search(instruction):
        return None
    return excerpt(found.group())


_MOJIBAKE = re.compile(
    "\ufffd|ï¿½|锟斤拷|烫烫烫|屯屯屯|â€[\u0080-\u00bf™œ“”¦˜]|Ã[\u0080-\u00bfŸ\u0192\u201a]"
    "|Â[\u00a0£©®°´·»«]|[ãäåæçèé][\u0080-\u009f\u20ac\u0152\u0153\u0160\u0161\u017d\u017e\u0192\u201a-\u201e\u2020-\u2022\u2026]"
    "[\u0080-\u00bf\u20ac\u0152-\u2122]|(?:[縺繧繝]\\S){2}|(?:鈥|銆|锛){2}"
)
MOJIBAKE = Marks(
    FIELDS,
    patterns=(_MOJIBAKE,),
    needles=(*either("锟斤拷|烫烫烫|屯屯屯"), *each("鈥|銆|锛", "鈥|銆|锛")),
    gate=Gate.MOJIBAKE | Gate.REPLACEMENT,
)


def mojibake(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """Text read in the wrong encoding that the repair could not mend: "donâ€™t", "�", 縺薙ｓ縺ｫ縺｡縺ｯ, 锟斤拷."""
    for text in (output, instruction, input):
        if not text.isascii() and (found := _MOJIBAKE.search(text)):
            return excerpt(text[max(0, found.start() - 10) : found.end() + 10])
    return None


NO_ANSWERS = re.compile(
    r"(?i)^\s*(?:[\[(<]?(?:n/a|nan?|no ?output|null|undefined|tbd|not applicable)[\])>]?|[\[(<](?:none|output|answer)[\])>]|-+)\.?\s*$"
)
_LONGEST_MARK = len("[notapplicable].") + 1
_MARK_STARTS = np.frombuffer(b"nutNUT[(<-", np.uint8)


def _is_a_mark(texts: RowTexts) -> Mask:
    """Whether the answer has no words, or begins like one of the marks and is no longer."""
    answer = texts["output"]
    first = first_bytes(answer.column)
    begins = np.isin(first, _MARK_STARTS) | (first >= 0x80)
    return ~answer.opens(Gate.WORD) | ((answer.solid <= _LONGEST_MARK) & begins)


NO_ANSWER = Marks(("output",), shape=_is_a_mark, least_characters=1)


def no_answer(instruction: str, input: str, output: str) -> str | None:  # noqa: A002
    """A mark in place of an answer: "N/A", "<nooutput>", "null". Not where the task names it as an answer."""
    answer = output.strip().lower().rstrip(".")
    if (
        NO_ANSWERS.match(output)
        and answer not in instruction.lower()
        and answer not in input.lower()
    ):
        return excerpt(output)
    return None
