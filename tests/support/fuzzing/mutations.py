"""Seeded damage: to bytes, to the text in them, and to the structure of rows."""

import copy
import json

TOKENS = (
    b"{", b"}", b"[", b"]", b'"', b"'", b",", b":", b"\\", b"\n", b"\r", b"\r\n", b"\t", b"\0",
    b'{"', b'"}', b'":"', b'","', b"{}", b"[]", b"[[", b"}}", b'""', b'\\"', b"\\u", b"\\ud800",
    b"\\udc00", b"\\u0000", b"\\x", b"null", b"NaN", b"-Infinity", b"True", b"1e999", b"-0",
    b"9" * 400, b'{"instruction": "', b'"output":', b'{"instances": [', b'"messages": [{"role": "user"',
    b'"conversations": "x"', b'"history": [["a"]]', b"[1, 2]", b"sep=;\n", b";;;", b"|", b'""""',
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80", b"\x80",
    b"\xef\xbf\xbd", b"\xe3\x80\x80", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xc2\x85",
    "，".encode(), "：".encode(), "“".encode(), "”".encode(), "｛".encode(), "［".encode(), "。".encode(),
    "東京".encode("cp932"), "中文".encode("gb18030"), "x".encode("utf-16-le"),
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<![CDATA[", b"<!--", b"&#x0;", b"&#xD800;", b"&amp;amp;", b"<table>",
    b"<script>", b"\n---\n", b"```\n", b"![](", b"|---|", b"<row", b"<c ", b"endstream", b"endobj",
    b" 0 R", b"/Length 99999999", b"PK\x03\x04", b"PK\x01\x02", b"PAR1", b"ARROW1\0\0",
    b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xff\xff\xff\xff", b"%PDF-1.7",
)  # fmt: skip
_OPEN, _CLOSE = b"{[(", b"}])"
_SWAPPED = bytes.maketrans(_OPEN + _CLOSE, b"[{(" + b"]})")
_ENCODINGS = ("utf-8", "cp932", "gb18030", "euc_jp", "big5", "cp1252", "utf-16-le", "utf-16-be")


def _span(rng, data, most=200):
    """A random part: (start, end)."""
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + 1 + int(most ** rng.random()))


def flip_bits(rng, data):
    """Single bits."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 32))):
        if out:
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def set_bytes(rng, data):
    """Whole bytes, to anything."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 5))):
        if out:
            out[rng.randrange(len(out))] = rng.choice(
                (0, 10, 34, 92, 127, 128, 255, rng.randrange(256))
            )
    return bytes(out)


def cut_end(rng, data):
    """The file ends early."""
    return (
        data[: rng.randrange(len(data) + 1)] if rng.random() < 0.7 else data[: -rng.randrange(1, 9)]
    )


def cut_start(rng, data):
    """The file starts late."""
    return data[rng.randrange(min(len(data), 300) + 1) :]


def remove(rng, data):
    """A part is missing."""
    start, end = _span(rng, data, 2000)
    return data[:start] + data[end:]


def double(rng, data):
    """A part stands twice."""
    start, end = _span(rng, data, 2000)
    return data[:end] + data[start:end] + data[end:]


def repeat(rng, data):
    """A short part stands very often."""
    start, end = _span(rng, data, 20)
    return data[:end] + data[start:end] * rng.choice((10, 100, 1000)) + data[end:]


def repeat_token(rng, data):
    """A word that means something stands very often."""
    at = rng.randrange(len(data) + 1)
    token = rng.choice(TOKENS)
    times = min(rng.choice((70, 500, 5000)), 20_000 // len(token))
    return data[:at] + token * times + data[at:]


def insert_bytes(rng, data):
    """Noise."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice((1, 1, 2, 8, 64))) + data[at:]


def insert_tokens(rng, data):
    """Words that mean something to a reader."""
    for _ in range(rng.choice((1, 1, 2, 6))):
        at = rng.randrange(len(data) + 1)
        data = data[:at] + rng.choice(TOKENS) + data[at:]
    return data


def swap_parts(rng, data):
    """Two parts change places."""
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    size = int(200 ** rng.random())
    if a + size > b:
        return data
    return (
        data[:a] + data[b : b + size] + data[a + size : b] + data[a : a + size] + data[b + size :]
    )


def swap_brackets(rng, data):
    """Brackets of the wrong kind."""
    start, end = _span(rng, data, 3000)
    return data[:start] + data[start:end].translate(_SWAPPED) + data[end:]


def change_breaks(rng, data):
    """Another kind of line break, everywhere or in a part."""
    start, end = (0, len(data)) if rng.random() < 0.5 else _span(rng, data, 3000)
    part = data[start:end].replace(b"\n", rng.choice((b"\r\n", b"\r", b"", b"\n\n", b"\n \n")))
    return data[:start] + part + data[end:]


def mix_encodings(rng, data):
    """A part in another encoding."""
    start, end = _span(rng, data, 4000)
    part = data[start:end].decode(rng.choice(_ENCODINGS), "ignore")
    return data[:start] + part.encode(rng.choice(_ENCODINGS), "ignore") + data[end:]


BYTE_CHANGES = (
    flip_bits, set_bytes, cut_end, cut_start, remove, double, repeat, repeat_token, insert_bytes,
    insert_tokens, insert_tokens, swap_parts, swap_brackets, change_breaks, mix_encodings,
)  # fmt: skip

_ODD_VALUES = (
    None, True, 0, -1, 1.5, 10**30, 10**400, 1e308, "", " ", "\ud800", "a\udfffb", "\0", "\ufffd", "\u2028", "x" * 5000,
    [], {}, [[]], ["a", "b"], [["q", "a"]], [[1, None]], {"a": 1}, {"role": "user", "content": "q"},
    [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
    [{"from": "human", "value": None}], [{}], [None], [[["deep"]]], "null", "[]", '[["q", "a"]]', "[" * 70,
)  # fmt: skip
_KEYS = (
    "instruction", "input", "output", "history", "system", "messages", "conversations", "instances", "prompt",
    "completion", "question", "answer", "指令", "输出", "質問", "回答", "tools", "id", "", " ", "\0", "\ud800", "a" * 300,
)  # fmt: skip


def change_rows(rng, rows):
    """The structure of rows: values of other kinds, other keys, nested where nothing should be."""
    rows = copy.deepcopy(list(rows))
    for _ in range(rng.choice((1, 2, 4))):
        place = rng.randrange(len(rows))
        rng.choice(_ROW_CHANGES)(rng, rows, place)
        rows = rows or [{}]
    return rows


def _holder(rng, value):
    """An object or list somewhere in a value."""
    while True:
        inner = value.values() if isinstance(value, dict) else value
        parts = [v for v in inner if isinstance(v, dict | list) and v]
        if not parts or rng.random() < 0.5:
            return value
        value = rng.choice(parts)


def _odd_value(rng, rows, place):
    holder = (
        _holder(rng, rows[place]) if isinstance(rows[place], dict | list) and rows[place] else rows
    )
    key = rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
    holder[key] = copy.deepcopy(rng.choice(_ODD_VALUES))


def _odd_key(rng, rows, place):
    if isinstance(rows[place], dict) and rows[place]:
        old = rng.choice(list(rows[place]))
        rows[place][rng.choice(_KEYS)] = rows[place].pop(old)


def _more_keys(rng, rows, place):
    if isinstance(rows[place], dict):
        rows[place][rng.choice(_KEYS)] = copy.deepcopy(rng.choice(_ODD_VALUES))


def _no_key(rng, rows, place):
    if isinstance(rows[place], dict) and rows[place]:
        rows[place].pop(rng.choice(list(rows[place])))


def _nest(rng, rows, place):
    for _ in range(rng.choice((1, 2, 30, 66, 300))):
        rows[place] = [rows[place]] if rng.random() < 0.5 else {rng.choice(_KEYS): rows[place]}


def _other(rng, rows, place):
    rows[place] = copy.deepcopy(rng.choice(_ODD_VALUES))


def _twice(rng, rows, place):
    rows.insert(place, copy.deepcopy(rows[place]))


def _gone(rng, rows, place):
    rows.pop(place)


_ROW_CHANGES = (_odd_value, _odd_value, _odd_key, _more_keys, _no_key, _nest, _other, _twice, _gone)


def written(rng, rows, family):
    """Rows as JSON in one of many spellings."""
    is_ascii = rng.random() < 0.4 or _has_halves(rows)
    colon, comma = rng.choice(((": ", ", "), (":", ","), (" : ", " ,")))
    indent = rng.choice((None, None, 0, 2)) if family == "array" else None

    def dump(value):
        return json.dumps(value, ensure_ascii=is_ascii, separators=(comma, colon), indent=indent)

    if family == "lines":
        return "".join(dump(row) + "\n" for row in rows).encode("utf-8", "replace")
    return dump(rows).encode("utf-8", "replace")


def _has_halves(value):
    return "\\ud" in json.dumps(value)
