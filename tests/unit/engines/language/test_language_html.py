"""HTML in prose becomes text; code, pages and what is about markup stay as they are."""

import html

import orjson
import pytest

from kitae.engines.language.html import is_about_markup, without_html
from support.real_data import real_data


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("first line<br />second", "first line\nsecond"),
        ("It is cheap.<br><BR/>\nCome &amp; see.", "It is cheap.\n\nCome & see."),
        ("「東京&nbsp;大阪」", "「東京 大阪」"),
        ("价格便宜&nbsp;味道好<br/>推荐", "价格便宜 味道好\n推荐"),
        ("caf&eacute; d&#39;or &#x2019;n&hellip;", "café d'or ’n…"),
        ("x &lt; y and 5 &gt; 3", "x < y and 5 > 3"),
        ("<p>One long sentence stands here today.</p>\n<p>And a second one.</p>",
         "One long sentence stands here today.\n\nAnd a second one."),
        ("A stray end of a paragraph is here.</p>", "A stray end of a paragraph is here."),
        ("The <b>big</b> and <em>very <i>old</i></em> dog sat on the mat while the cat slept on the chair by the fire",
         "The big and very old dog sat on the mat while the cat slept on the chair by the fire"),
    ],
)  # fmt: skip
def test_leftovers_in_prose_become_text(text, mended):
    assert without_html(text) == mended
    assert without_html(mended) == mended


@pytest.mark.parametrize(
    "text",
    [
        "Plain text, R&D and AT&T; a < b > c; 1 <2.",
        "Use `<br>` and `&amp;` there.",
        "Look:\n```html\n<p>Hi &amp; bye</p>\n```\nThat is all.",
        "Write &lt;b&gt; for a bold word.",
        "Vec<i> and Map<String, b> are types.",
        "H<sub>2</sub>O &amp; more",
        "<div><p>Hi</p></div>",
        "<b>Hi</b>",
        '<a href="x">link</a> &amp; text that goes on for quite some time after the link',
        "| a<br>b | c | d |",
        "if (a &amp;&amp; b) {\n  return 1;\n}",
        "&notit; &unknown; &amp",
        "Fill in the <mask> in the text.<br>",
        "<|im_start|> &amp; <s>",
        "&#0; &#55296; &#8203;",
    ],
)
def test_code_pages_and_sound_text_stay(text):
    assert without_html(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Wrap it in HTML",
        "写一段网页代码",
        "タグを外して",
        "Escape the text",
        "Decode these entities",
    ],
)
def test_rows_about_markup_are_known_by_their_words(text):
    assert is_about_markup("", text)


def test_rows_about_other_things_are_not():
    assert not is_about_markup("Describe the shop.", "它很便宜。", "料理は安い。")


def real_texts():
    """Every text of the real conversations and instructions, with all texts of its row."""
    for name in ("alpaca_en_demo.json", "alpaca_zh_demo.json", "identity.json"):
        for row in orjson.loads((real_data() / name).read_bytes()):
            texts = [text for text in row.values() if isinstance(text, str)]
            yield from ((text, texts) for text in texts)


def test_no_text_of_the_real_sets_is_changed():
    changed = [t for t, row in real_texts() if without_html(t) != t and not is_about_markup(*row)]
    assert changed == []


def test_leftovers_that_are_planted_in_real_prose_are_taken_out_again():
    plain = [
        text
        for text, row in real_texts()
        if 40 < len(text) < 2000
        and not set("<>&\"'|`;{}") & set(text)
        and not is_about_markup(*row)
    ]
    planted = [html.escape(text.replace("。", "。&").replace(". ", ". & ")) for text in plain]
    wanted = [text.replace("。", "。&").replace(". ", ". & ") for text in plain]
    with_breaks = [text.replace("\n", "<br />") for text in planted]
    right = sum(map(str.__eq__, map(without_html, with_breaks), wanted))
    assert len(plain) > 500
    assert right > 0.95 * len(plain)
