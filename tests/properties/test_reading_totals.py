"""Whatever a file is like: no crash, every row counted once, what was written is read back."""

import json
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.messy_files import (
    CHINESE,
    JAPANESE,
    as_csv,
    as_json,
    as_jsonl,
    as_parquet,
    as_xlsx,
    attempt,
    collect_bytes,
    contents,
    examples,
    quarantine,
    read_bytes,
)

SENTENCES = [
    *JAPANESE,
    *CHINESE,
    "What is it?",
    'say "hi", then: {x}',
    "a\nb\tc",
    "C:\\temp",
    "“quoted”",
    "1。2、3",
]
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufeff"),
    min_size=1,
    max_size=40,
).filter(lambda t: t.strip() == t and t)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "instruction": TEXT | st.sampled_from(SENTENCES),
            "input": TEXT | st.just(""),
            "output": TEXT | st.sampled_from(SENTENCES),
        }
    ),
    min_size=2,
    max_size=8,
)
CONVERSATIONS = [
    {"conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": a}], "tools": "[]"}
    for q, a in zip(JAPANESE, CHINESE, strict=True)
]
REAL_LIKE = [
    as_json(
        [
            {"instruction": q, "input": "", "output": a}
            for q, a in zip(JAPANESE, CHINESE, strict=True)
        ],
        indent=2,
    ),
    as_jsonl([{"prompt": s, "completion": "ok: <|endoftext|>"} for s in SENTENCES]),
    as_json(CONVERSATIONS),
    as_csv([{"question": s, "answer": "yes"} for s in SENTENCES]),
]
MUTATIONS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["delete", "insert", "replace", "cut"]),
        st.sampled_from(
            [
                b'"',
                b"{",
                b"}",
                b"[",
                b"]",
                b",",
                b":",
                b"\\",
                b"\n",
                b"\0",
                b"\xff",
                b"\x81",
                "、".encode(),
                "”".encode(),
                b"'",
                b"NaN",
                b'{"instruction": "',
                b"\r",
                b"\t",
                b"1",
            ]
        ),
    ),
    max_size=6,
)


def mutated(data, changes):
    for where, kind, piece in changes:
        at = int(where * len(data))
        if kind == "delete":
            data = data[:at] + data[at + len(piece) :]
        elif kind == "insert":
            data = data[:at] + piece + data[at:]
        elif kind == "replace":
            data = data[:at] + piece + data[at + len(piece) :]
        elif kind == "cut":
            data = data[:at] + data[at + 30 :]
    return data


@given(st.sampled_from(REAL_LIKE), st.sampled_from(["utf-8", "utf-16", "gb18030"]), MUTATIONS)
@settings(max_examples=150, deadline=None)
def test_totals_balance_for_every_damaged_file(text, encoding, changes):
    data = mutated(text.encode(encoding), changes)
    with tempfile.TemporaryDirectory() as folder:
        product, error = attempt(lambda: collect_bytes(Path(folder), data))
    if error is not None:
        assert error.exit_code in (2, 7)
        return
    counts = product.counts
    assert counts.balances
    assert counts.out == len(examples(product))
    assert counts.quarantined == len(quarantine(product))
    assert len({row["id"] for row in examples(product)}) == counts.out
    assert all(q.strip() and a.strip() for q, _, a in contents(product))


@given(st.binary(min_size=1, max_size=300))
@example(b'{"a":' * 50)
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_rows_or_an_error_with_a_way_out(data):
    with tempfile.TemporaryDirectory() as folder:
        reading, error = attempt(lambda: read_bytes(Path(folder), data))
    if error is not None:
        assert error.exit_code in (2, 7)
        assert error.fix
    else:
        assert reading.rows_seen >= len(reading.rows)


@given(ROWS, st.sampled_from(["json", "indented", "jsonl", "csv", "xlsx", "parquet"]))
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_back(rows, form):
    names = list(rows[0])
    cells = [names, *([row[name] for name in names] for row in rows)]
    content = {
        "json": lambda: as_json(rows),
        "indented": lambda: as_json(rows, indent=1),
        "jsonl": lambda: as_jsonl(rows),
        "csv": lambda: as_csv(rows),
        "xlsx": lambda: as_xlsx({"Sheet": cells}),
        "parquet": lambda: as_parquet(rows),
    }[form]()
    if form == "xlsx" and any(str(cell).startswith("=") for row in cells for cell in row):
        return
    with tempfile.TemporaryDirectory() as folder:
        reading = read_bytes(Path(folder), content, encoding="utf-8")
    assert [row.values for row in reading.rows] == rows
    assert reading.broken == []
    assert reading.repairs == []


@given(ROWS, st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_a_file_that_ends_early_never_gives_a_row_that_was_not_written(rows, cut):
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    with tempfile.TemporaryDirectory() as folder:
        reading, _ = attempt(lambda: read_bytes(Path(folder), text[: 2 + cut % len(text)]))
    found = [row.values for row in reading.rows] if reading else []
    assert found == rows[: len(found)]
