"""The short way for plain rows gives what the careful way gives, or leaves the row to it."""

import json

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kitae.engines.reading.json_strict import count_keys, is_plain
from kitae.engines.reading.rows import RawRow
from kitae.stages.collect.mapping import RowMapper

TEXTS = st.sampled_from(
    [
        *(
            "",
            " ",
            "\u3000",
            "What?",
            "Instruction (required)",
            "Instruction (required).",
            "x" * 70,
        ),
        *(
            " " * 70,
            "指示(必須)",
            "指示(必須) 。",
            "回答。",
            "(optional)",
            "a (b)",
            " answer (optional) ",
        ),
        *("I like tea.", "output（可选）", "\x1f", "a\nb"),
    ]
)
VALUES = TEXTS | st.sampled_from([None, 3, True, 1.5, [], {}, ["x"], [["a", "b"]]])
FIELDS = (
    "instruction",
    "prompt",
    "question",
    "input",
    "output",
    "answer",
    "system",
    "history",
    "id",
)
ROWS = st.dictionaries(st.sampled_from(FIELDS), VALUES, min_size=2)
VOICES = st.sampled_from(
    ["user", "human", "assistant", "gpt", "system", "User", "tool", "", None, []]
)


def turns(who, what):
    turn = st.fixed_dictionaries({who: VOICES, what: VALUES}) | st.sampled_from(
        [3, {}, {who: "user"}]
    )
    sound = st.lists(TEXTS, min_size=1, max_size=4).map(
        lambda texts: [
            {who: "user" if n % 2 == 0 else "assistant", what: text} for n, text in enumerate(texts)
        ]
    )
    return st.lists(turn, max_size=4) | sound | st.just("none")


TALKS = st.fixed_dictionaries(
    {"messages": turns("role", "content")},
    optional={"system": VALUES, "tools": VALUES},
) | st.fixed_dictionaries({"conversations": turns("from", "value")}, optional={"tools": VALUES})


def both_ways(values, is_table):
    mapper = RowMapper(None, is_table, "source")
    mapped = list(mapper.map(RawRow(values, 1, 1, 0)))
    known = mapper.plain_reader(tuple(values))
    return mapped, known[1](values) if known else None


@given(values=ROWS | TALKS, is_table=st.booleans())
@settings(max_examples=600, deadline=None)
@example(values={"instruction": "q", "output": "a (optional)"}, is_table=False)
@example(
    values={"messages": [{"role": "user", "content": "q"}, {"role": "gpt", "content": "a."}]},
    is_table=False,
)
def test_a_plain_row_is_what_the_careful_way_makes_of_it(values, is_table):
    mapped, plain = both_ways(values, is_table)
    if plain is None:
        return
    (only,) = mapped
    assert only.refusal is None
    assert only.notes.repairs == {}
    assert plain == only.draft[:5]
    assert only.draft.group == ""


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(['a":', 'b\\":', ":", "{", "x\\"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", 'c"', "d\\", ":"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["a", "b", 'c"', "d\\"]), JSON, max_size=4), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_row_without_a_key_twice_is_plain_however_it_is_written(value, is_spaced):
    raw = json.dumps(value, separators=(", ", " : ") if is_spaced else (",", ":")).encode()
    assert is_plain(raw, orjson.loads(raw))


@given(st.dictionaries(st.sampled_from(["a", "b", 'c"']), JSON, min_size=1, max_size=4), st.data())
@settings(max_examples=300, deadline=None)
def test_a_key_that_stands_twice_is_never_plain(value, data):
    pairs = list(value.items())
    key, first = data.draw(st.sampled_from(pairs))
    pairs.append((key, data.draw(JSON | st.just(first))))
    body = ",".join(f"{json.dumps(k)}:{json.dumps(v)}" for k, v in pairs)
    raw = f'{{"outer":[{{{body}}}]}}'.encode()
    read = orjson.loads(raw)
    assert not is_plain(raw, read)
    assert count_keys(read) < raw.count(b'":')
