"""The compiled reader of plain rows gives what the reader of Python objects gives, or leaves the row to it."""

import json

import numpy as np
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.reading.json_strict import is_plain
from kitae.engines.reading.plain_rows import Shapes, read_plain
from kitae.engines.reading.roles import ROLES
from kitae.stages.collect.harvest import _is_sound
from kitae.stages.collect.plain import plain_fields, plain_turns

FIELDS = ("instruction", "input", "output", "system", "history")
BY_ROLE = {role: (role,) if role in FIELDS else () for role in ROLES}
NO_SYSTEM = {**BY_ROLE, "system": (), "history": ()}

texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            " ",
            "What is it?",
            "答えは？",
            "（入力）",
            "[Your Name]",
            "ok)",
            "*",
            "。",
            "a.",
            ").",
            "x" * 70,
        ]
    ),
    st.text(alphabet='a"\\/\n\t\0\ufffdあ😀\u2028 )]】。.', max_size=8),
    st.builds(
        lambda n, end: "長" * n + end, st.integers(60, 300), st.sampled_from([")", " ", "。", ""])
    ),
)
scalars = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.just([]),
    st.just({}),
    st.lists(texts),
)
roles = st.sampled_from(["user", "assistant", "system", "human", "gpt", "tool", "User", ""])
turns = st.lists(
    st.fixed_dictionaries({"role": roles, "content": scalars})
    | st.fixed_dictionaries({"content": texts, "role": roles})
    | st.fixed_dictionaries({"role": roles, "content": texts, "name": texts}),
    max_size=4,
)
full = st.fixed_dictionaries(dict.fromkeys(FIELDS, scalars))
short = st.fixed_dictionaries(
    {"id": scalars, "instruction": scalars, "input": texts, "output": texts}
)
talk = st.fixed_dictionaries({"messages": turns | scalars, "tools": scalars})


def readers():
    return {
        FIELDS: plain_fields(BY_ROLE, is_table=False),
        ("id", "instruction", "input", "output"): plain_fields(NO_SYSTEM, is_table=False),
        ("messages", "tools"): plain_turns("messages", ("tools",), is_openai=True),
    }


@st.composite
def lines(draw):
    """A line of a file: a row as one of several writers would write it, perhaps damaged."""
    values = draw(full | short | talk)
    ascii_only, spaced = draw(st.booleans()), draw(st.booleans())
    separators = (", ", ": ") if spaced else (",", ":")
    text = json.dumps(values, ensure_ascii=ascii_only, separators=separators)
    raw = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(draw(st.integers(0, 3)) if draw(st.booleans()) else 0):
        at = draw(st.integers(0, len(raw) - 1))
        raw[at : at + draw(st.integers(0, 2))] = draw(
            st.sampled_from(
                [b"", b'"', b"\\", b"{", b"}", b",", b":", b"\\u12", b"\\ud83d", b"\xe3", b"1"]
            )
        )
    return bytes(raw).replace(b"\n", b" ")


def by_objects(raw):
    """(keys, content) where a row needs no thought, else None."""
    try:
        values = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if type(values) is not dict or not is_plain(raw, values):
        return None
    reader = readers().get(tuple(values))
    content = reader(values) if reader else None
    return content if content and _is_sound(content) else None


def by_kernel(found):
    known = readers()
    shapes = Shapes.of([reader.shape(keys) for keys, reader in known.items()])
    data = b"".join(raw + b"\n" for raw in found)
    starts = np.cumsum([0, *(len(raw) + 1 for raw in found)])
    broken = [n for n, raw in enumerate(found) if not is_utf8(raw)]
    plain = read_plain(data, starts, shapes, broken)
    for place in plain.places.tolist():
        yield None if place < 0 else (*(column[place] for column in plain.texts), ())


def is_utf8(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def in_order(content):
    instruction, material, output, system, rounds = content
    return instruction, material, output, system, rounds


@settings(max_examples=400, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=20))
def test_the_kernel_reads_a_row_as_objects_are_read_or_leaves_it(found):
    for raw, read in zip(found, by_kernel(found), strict=True):
        if read is not None:
            assert read == in_order(by_objects(raw)), raw


def test_rows_without_anything_odd_are_all_read():
    rows = [
        {"id": 1, "instruction": "What is rice?", "input": "", "output": 'A "grain".\nReally'},
        {"id": -2.5, "instruction": "米とは何ですか", "input": "短い文", "output": "穀物\t😀/です"},
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "Yes"},
            ],
            "tools": None,
        },
        {
            "messages": [
                {"role": "system", "content": "Be short"},
                {"content": "質問", "role": "user"},
                {"role": "assistant", "content": "答え"},
            ],
            "tools": [],
        },
    ]
    for ascii_only in (True, False):
        found = [json.dumps(row, ensure_ascii=ascii_only).encode() for row in rows]
        read = list(by_kernel(found))
        assert read == [in_order(by_objects(raw)) for raw in found]
        assert None not in read
