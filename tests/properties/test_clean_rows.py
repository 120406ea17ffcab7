import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitae.engines.language import repaired
from support.row_stages import RowStages, kept, rows_of

SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

pieces = st.sampled_from(
    [
        "hello", " ", "\n", "<|im_end|>", "</s>", "<s>", "Ã©", "e\u0301", "\u200b", "\u200d", "今日",
        "は", "良い", "a long piece of running text about rivers and hills", "\x97", "\r\n", "[INST]",
        "<", "|>", "<eos", ">", "？", "!", "\ufeff", "縺薙", "7", "ask a.b@kitahama-bank.jp",
        "4539 1488 0343 6467", "password: hunter2Xy", "[Your Name]", "\n### Response: ", "\ufffd",
    ]
)  # fmt: skip
texts = st.lists(pieces, max_size=8).map("".join)
rows = st.lists(
    st.tuples(
        texts, texts, st.sampled_from(["train", "test"]), st.sampled_from(["original", "made"])
    ),
    max_size=20,
)
choices = st.fixed_dictionaries(
    {},
    optional={
        "special_tokens_inside": st.sampled_from(["refuse", "remove", "keep"]),
        "repair": st.booleans(),
        "languages": st.sampled_from([(), ("en",), ("ja", "zh")]),
        "private": st.sampled_from([{}, {"email": "mask", "key": "keep"}, {"email": "drop"}]),
        "defects": st.sampled_from([{}, {"placeholder": "drop", "mojibake": "warn"}]),
    },
)


def examples(values):
    return rows_of(
        *({"instruction": q, "output": a, "side": s, "origin": o} for q, a, s, o in values)
    )


@SETTINGS
@given(rows, choices)
def test_clean_totals_balance(values, chosen):
    with tempfile.TemporaryDirectory() as folder:
        product = RowStages(Path(folder)).clean(examples(values), **chosen)
        assert product.counts.balances
        assert product.counts.rows_in == len(values)
        ids = (
            product.tables["dropped"]["id"].to_pylist()
            + product.tables["examples"]["id"].to_pylist()
        )
        assert sorted(ids) == sorted(e.id for e in examples(values))


@SETTINGS
@given(rows, choices)
def test_clean_is_idempotent(values, chosen):
    with tempfile.TemporaryDirectory() as folder:
        stages = RowStages(Path(folder))
        once = stages.clean(examples(values), **chosen)
        twice = stages.clean(kept(once), **chosen)
        assert twice.counts.dropped == 0
        assert twice.counts.repaired == 0
        assert kept(twice) == kept(once)


@SETTINGS
@given(texts)
def test_a_repaired_text_is_its_own_repair(text):
    mended, _ = repaired(text)
    assert repaired(mended) == (mended, [])


@SETTINGS
@given(st.text(max_size=60))
def test_any_text_is_repaired_for_good(text):
    mended, _ = repaired(text)
    assert repaired(mended) == (mended, [])
