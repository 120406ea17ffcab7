import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitae.engines.similarity import row_texts, shared_text_groups
from kitae.records.example import to_table
from support.row_stages import RowStages, kept, rows_of, sides

SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.sampled_from(
    [
        "今日",
        "明日",
        "恋愛",
        "仕事",
        "sun",
        "moon",
        "river",
        "stone",
        "まち",
        "ゆき",
        "天气",
        "朋友",
    ]
)
questions = st.lists(words, min_size=1, max_size=3).map(" ".join)
answers = st.sampled_from(["yes", "no", "the river runs slowly to the sea", "昨日は雨でした"])
batches = st.lists(
    st.lists(st.tuples(questions, answers), min_size=1, max_size=25, unique=True),
    min_size=1,
    max_size=3,
)


def grown(batch_list):
    """The rows after each batch; a pair that was there before stays where it is."""
    seen = {}
    for batch in batch_list:
        seen.update(dict.fromkeys(batch))
        yield rows_of(*seen)


@SETTINGS
@given(batches)
def test_adding_examples_never_moves_old_ones(batch_list):
    with tempfile.TemporaryDirectory() as folder:
        stages, before = RowStages(Path(folder)), {}
        for rows in grown(batch_list):
            product = stages.split(rows)
            after = sides(product)
            assert before.items() <= after.items()
            assert product.counts.balances
            before = after


@SETTINGS
@given(batches)
def test_groups_never_straddle_sides(batch_list):
    with tempfile.TemporaryDirectory() as folder:
        stages = RowStages(Path(folder))
        for rows in grown(batch_list):
            examples = kept(stages.split(rows))
            there = {(example.group, example.side) for example in examples}
            assert len(there) == len({group for group, _ in there})
            questions_there = {(example.question.casefold(), example.side) for example in examples}
            assert len(questions_there) == len({question for question, _ in questions_there})


@SETTINGS
@given(st.lists(st.tuples(questions, answers), min_size=1, max_size=40, unique=True))
def test_rows_that_share_a_text_get_one_group_name(pairs):
    with tempfile.TemporaryDirectory() as folder:
        rows = rows_of(*pairs)
        examples = kept(RowStages(Path(folder)).split(rows))
        labels = shared_text_groups(row_texts(to_table(rows))).tolist()
        names = {example.id: example.group for example in examples}
        together = {(label, names[row.id]) for label, row in zip(labels, rows, strict=True)}
        assert len(together) == len(set(labels)) == len(set(names.values()))


@SETTINGS
@given(st.integers(10, 120), st.integers(0, 5))
def test_rows_without_groups_get_their_full_share(count, seed):
    with tempfile.TemporaryDirectory() as folder:
        rows = rows_of(*((f"question number {i} of many", f"a{i}") for i in range(count)))
        product = RowStages(Path(folder), seed).split(rows)
        found = Counter(sides(product).values())
        assert found["test"] == -(-count // 5)
        assert found["validation"] == -(-count // 10)
