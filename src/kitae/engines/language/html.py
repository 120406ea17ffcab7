"""HTML that was left in prose: entities, line breaks, paragraphs and plain emphasis become text.

Code stays as it is, in blocks, between backticks and where a text looks like it. So does a text with any other
tag: it is a page or a program on purpose. Whether a row speaks about markup is asked of all its texts together.
"""

from __future__ import annotations

import html
import re

_NAMED = (
    "amp|lt|gt|quot|apos|nbsp|ensp|emsp|thinsp|mdash|ndash|hellip|lsquo|rsquo|ldquo|rdquo|sbquo|bdquo|laquo|raquo"
    "|copy|reg|trade|deg|times|divide|plusmn|middot|bull|euro|pound|yen|cent|sect|para|iexcl|iquest|frac12|frac14|frac34"
    "|szlig|[aeiouyAEIOUY](?:grave|acute|circ|uml|tilde|ring)|[nN]tilde|[cC]cedil|[oO]slash|[aA][eE]lig|[oO][eE]lig|[sS]caron"
)
_ENTITY = re.compile(rf"&(?:{_NAMED}|#[0-9]{{2,5}}|#[xX][0-9a-fA-F]{{2,4}});")
_ESCAPED_TAG = re.compile(r"&(?:lt|#60|#[xX]3[cC]);[/!?a-zA-Z]")
_TAG = re.compile(r"</?[a-zA-Z][\w:-]*(?:\s[^<>\n]*)?/?>|<!--|<!\[|<!DOCTYPE|<\?", re.IGNORECASE)
_BREAK = re.compile(r"[ \t]*<br[ \t]*/?>[ \t]*\n?", re.IGNORECASE)
_PARAGRAPH = re.compile(r"(?:\s*</?p>)+\s*", re.IGNORECASE)
_EMPHASIS = re.compile(r"<(b|i|strong|em|span|font|center)>([^<>]*)</\1>", re.IGNORECASE)
_CODE = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|``[^\n]*?``|`[^`\n]*`)", re.DOTALL)
_LOOKS_LIKE_CODE = re.compile(
    r"[{};]\s*$|^\s*(?:def|class|import|from|return|const|let|var|public|private|#include|SELECT|using|package)\b"
    r"|=>|::|\$\(|&&|\|\||\w\(\)|/>.*/>|^\s{4,}<",
    re.MULTILINE,
)
_TABLE_LINE = re.compile(r"^.*\|.*\|.*$", re.MULTILINE)
_ABOUT = re.compile(
    r"html|xml|\bcss\b|\bjsx?\b|\btsx\b|svg|markup|markdown|mathml|latex|\btags?\b|entit(?:y|ies)|escap|encod|decod|\bweb|\bpages?\b"
    r"|browser|\bsites?\b|javascript|react|\bvue\b|angular|php|code|coding|program|script|regex|parse|strip|element|snippet|template"
    r"|网页|網頁|网站|網站|标签|標籤|代码|代碼|程序|转义|轉義|实体|元素|前端|编程|页面|脚本"
    r"|ウェブ|タグ|サイト|ページ|コード|マークアップ|プログラム|スクリプト|エスケープ|要素|実体参照",
    re.IGNORECASE,
)
_MOST_MARKUP = 4
"""At most a quarter of a text's bytes may be tags other than line breaks; more of it is a page."""
_SPACES = {"\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " "}


def is_about_markup(*texts: str) -> bool:
    """Whether the question, material or role of a row speaks about markup, pages or code."""
    return any(_ABOUT.search(text) for text in texts)


def without_html(text: str) -> str:
    """The text without the HTML that was left in its prose; sound text comes back unchanged.

    To be asked only where the row is not about markup: see `is_about_markup`.
    """
    if "<" not in text and "&" not in text:
        return text
    parts = _CODE.split(text)
    prose = "".join(parts[::2])
    if not _is_prose(prose):
        return text
    parts[::2] = map(_mended, parts[::2])
    return "".join(parts)


def _is_prose(text: str) -> bool:
    """Whether what stands outside code is prose, with no other markup than what is taken out."""
    tags = [found.group() for found in _TAG.finditer(_BREAK.sub("", text))]
    if sum(map(len, tags)) * _MOST_MARKUP > len(text.encode("utf-8", "replace")):
        return False
    plain = _without_tags(text)
    if _TAG.search(plain) or _ESCAPED_TAG.search(plain):
        return False
    return not _LOOKS_LIKE_CODE.search(_ENTITY.sub(" ", plain))


def _mended(text: str) -> str:
    return _ENTITY.sub(_character, _without_tags(text))


def _without_tags(text: str) -> str:
    """A text without line breaks, paragraphs and emphasis of HTML; tables of Markdown need theirs."""
    if "<" not in text or _TABLE_LINE.search(text):
        return text
    text = _BREAK.sub("\n", text)
    inner = _PARAGRAPH.sub("\n\n", text)
    if inner != text:
        text = inner.strip("\n")
    while (plain := _EMPHASIS.sub(r"\2", text)) != text:
        text = plain
    return text


def _character(found: re.Match[str]) -> str:
    character = html.unescape(found.group())
    is_writable = len(character) == 1 and (character.isprintable() or character in _SPACES)
    return _SPACES.get(character, character) if is_writable else found.group()
