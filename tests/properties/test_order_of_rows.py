"""The order of the rows in a file changes nothing about what is kept, and on which side."""

import tempfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kitae.records.example import to_examples
from support.messy_files import as_jsonl, collect_bytes
from support.row_stages import RowStages, kept, reasons

SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PLACES = ["harbour", "village", "mountain", "river", "forest", "market", "station", "island"]
TOPICS = [
    ("How do I reach the {0} from the old {1} before noon on day {2}?", "Take the {1} road to the {0}, about {2} miles."),
    ("Write a short note about the {0} that lies behind the {1}, in {2} words.", "The {0} lies quietly behind the {1}; {2} people live there all year."),
    ("{0}から{1}まで歩いて何分かかりますか。出発は{2}時です。", "{0}から{1}までは、ゆっくり歩いて{2}分ほどかかります。"),
    ("请介绍一下{0}和{1}之间的第{2}条路线，并说明时间。", "从{0}到{1}的第{2}条路线大约需要一个小时。"),
]  # fmt: skip
SIDES = ("train", "validation", "test")

base = st.tuples(
    st.sampled_from(TOPICS), st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(1, 9)
)
APART = ("same", "same", "same", "repeat", "minimal", "contradiction", "empty")
NEAR = (*APART, "near", "blank", "polite")


def rows_from(drawn):
    """Rows, with repeats, near repeats, minimal pairs and contradictions of some of them."""
    for (question, answer), here, there, number, change in drawn:
        values = (here, there, number)
        row = {"instruction": question.format(*values), "output": answer.format(*values)}
        yield row
        if change == "repeat":
            yield dict(row)
        elif change == "near":
            yield {**row, "output": row["output"].replace(" ", " quite ", 1) + " Yes."}
        elif change == "minimal":
            moved = (here, there, number + 10)
            yield {"instruction": question.format(*moved), "output": answer.format(*moved)}
        elif change == "contradiction":
            yield {**row, "output": "No, there is no way at all."}
        elif change == "blank":
            yield {**row, "instruction": f"  {row['instruction']} "}
        elif change == "polite":
            yield {**row, "instruction": f"Please, {row['instruction']}"}
        elif change == "empty":
            yield {**row, "output": "Yes"}


def drawn_rows(changes):
    """Some base rows, each with one of the changes."""
    pairs = st.tuples(base, st.sampled_from(changes))
    drawn = st.lists(pairs.map(lambda pair: (*pair[0], pair[1])), min_size=2, max_size=24)
    return drawn.map(lambda rows: list(rows_from(rows)))


def way(rows):
    """Collect, split, clean and build in a fresh folder; holds the totals of each stage."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        collected = collect_bytes(folder, as_jsonl(rows), name="rows.jsonl")
        stages = RowStages(folder)
        split = stages.split(to_examples(collected.tables["examples"]))
        cleaned = stages.clean(kept(split))
        built = stages.build(kept(cleaned))
        products = (collected, split, cleaned, built)
        assert all(product.counts.balances for product in products)
        for before, after in pairwise(products):
            assert after.counts.rows_in == before.counts.out
        return split, cleaned, built


def content(example):
    return example.instruction, example.input, example.output, example.history


def by_side(split, cleaned, built):
    """Contents per stage and side; of rows that left, their reasons too."""
    dropped = Counter()
    for product in (split, cleaned, built):
        gone = {example.id: content(example) for example in _dropped(product)}
        dropped.update((gone[row_id], reason) for row_id, reason in reasons(product).items())
    return {
        "split": Counter((content(e), e.side) for e in kept(split)),
        "clean": Counter((content(e), e.side) for e in kept(cleaned)),
        "build": {side: Counter(content(e) for e in kept(built, side)) for side in SIDES},
        "dropped": dropped,
    }


def _dropped(product):
    table = product.tables["dropped"].drop_columns(["reason", "detail"])
    return to_examples(table)


def shuffled(rows, chance):
    other = list(rows)
    chance.shuffle(other)
    return other


@SETTINGS
@given(drawn_rows(APART), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_neither_what_is_kept_nor_its_side(rows, chance):
    first = by_side(*way(rows))
    assert by_side(*way(shuffled(rows, chance))) == first
    assert by_side(*way(rows[::-1])) == first


@SETTINGS
@given(drawn_rows(NEAR), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_their_sides_and_groups(rows, chance):
    first, other = way(rows)[0], way(shuffled(rows, chance))[0]
    assert sides_of(first) == sides_of(other)
    assert groups_of(first) == groups_of(other)


def sides_of(split):
    return Counter((content(example), example.side) for example in kept(split))


def groups_of(split):
    together = defaultdict(Counter)
    for example in kept(split):
        together[example.group][content(example)] += 1
    return Counter(frozenset(members.items()) for members in together.values())


@settings(SETTINGS, phases=(Phase.generate,), derandomize=True)
@given(drawn_rows(NEAR), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_which_near_repeat_is_kept(rows, chance):
    assert by_side(*way(shuffled(rows, chance))) == by_side(*way(rows))


@SETTINGS
@given(drawn_rows(NEAR))
def test_no_group_straddles_sides_after_any_stage(rows):
    split, cleaned, built = way(rows)
    for examples in (kept(split), kept(cleaned), [e for side in SIDES for e in kept(built, side)]):
        there = {(example.group, example.side) for example in examples}
        assert len(there) == len({group for group, _ in there})


@SETTINGS
@given(drawn_rows(NEAR))
def test_rows_that_were_cleaned_once_are_clean(rows):
    with tempfile.TemporaryDirectory() as name:
        stages = RowStages(Path(name))
        _, cleaned, _ = way(rows)
        again = stages.clean(kept(cleaned))
        assert again.counts.dropped == 0
        assert kept(again) == kept(cleaned)
