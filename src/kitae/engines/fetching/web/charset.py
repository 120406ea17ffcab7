"""Which characters a body's bytes stand for, and the body as UTF-8 so that nobody has to guess again."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_AS_BROWSERS_READ = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "windows-31j": "cp932", "gb2312": "gb18030", "gbk": "gb18030",
    "x-gbk": "gb18030", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
}  # fmt: skip


def decoded(body: bytes, content_type: str, *, is_html: bool) -> tuple[str, str] | None:
    """The text of a body and the charset it is in: by mark, header, meta, or as UTF-8.

    Returns:
        None when none of these reads every byte: the body is broken, or its charset is not told.
    """
    for name in _candidates(body, content_type, is_html=is_html):
        try:
            return body.decode(name), codecs.lookup(name).name
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return None


def readable(body: bytes, content_type: str, *, is_html: bool) -> str:
    """Some text for any body, broken bytes replaced: enough to find links and marks in."""
    found = decoded(body, content_type, is_html=is_html)
    return found[0] if found else body.decode("utf-8", "replace")


def as_utf8(body: bytes, content_type: str, *, is_html: bool) -> tuple[bytes, str]:
    """The body to store, and its charset (empty when nothing reads it: then the bytes as they came).

    A charset that only the server's header tells would be lost with the header, so a body in another
    charset becomes UTF-8, with a byte order mark that outranks a `<meta charset>` inside.
    """
    found = decoded(body, content_type, is_html=is_html)
    if found is None:
        return body, ""
    text, name = found
    if name in ("utf-8", "utf-8-sig"):
        return body, "utf-8"
    return text.removeprefix("\ufeff").encode("utf-8-sig", "replace"), name


def _candidates(body: bytes, content_type: str, *, is_html: bool) -> Iterator[str]:
    yield from (name for mark, name in _BOMS if body.startswith(mark))
    header = _HEADER.search(content_type)
    if header:
        yield _known(header.group(1))
    meta = _META.search(body[:4096]) if is_html else None
    if meta:
        yield _known(meta.group(1).decode("ascii", "replace"))
    yield "utf-8"


def _known(label: str) -> str:
    name = label.strip().lower()
    return _AS_BROWSERS_READ.get(name, name)
