import json
from collections import Counter

import pytest

from support.row_stages import RowStages, kept, reasons, rows_of, sides

WORDS = [
    "amber",
    "bronze",
    "copper",
    "denim",
    "ebony",
    "flint",
    "garnet",
    "hazel",
    "indigo",
    "jade",
]
LONG = "昨日の夜に駅前の喫茶店で友人と長い時間話し込んでしまい、終電を逃して歩いて帰りました。{}は?"


def plain_rows(count, start=0, **fields):
    return rows_of(
        *(
            (f"What is the meaning of {WORDS[i % 10]} {i}?", f"It means thing {i}")
            for i in range(start, start + count)
        ),
        **fields,
    )


@pytest.fixture
def stages(tmp_path):
    return RowStages(tmp_path)


@pytest.mark.parametrize(("rows", "test", "validation"), [(12, 3, 2), (50, 10, 5), (333, 67, 34)])
def test_small_sets_get_their_full_share(stages, rows, test, validation):
    product = stages.split(plain_rows(rows))
    assert Counter(sides(product).values()) == {
        "test": test,
        "validation": validation,
        "train": rows - test - validation,
    }
    assert product.counts.balances


def test_large_sets_hold_out_no_more_than_the_recipe_says(stages):
    product = stages.split(plain_rows(300), max_test_rows=20, max_validation_rows=10)
    found = Counter(sides(product).values())
    assert (found["test"], found["validation"]) == (20, 10)


def test_another_seed_holds_out_other_rows(tmp_path):
    rows = plain_rows(60)
    one, other = (RowStages(tmp_path / str(seed), seed).split(rows) for seed in (1, 2))
    assert sides(one) != sides(other)


def test_sides_do_not_depend_on_the_order_of_the_rows(tmp_path):
    rows = plain_rows(60)
    one = RowStages(tmp_path / "a").split(rows)
    other = RowStages(tmp_path / "b").split(rows[::-1])
    assert sides(one) == sides(other)


def test_the_journal_gets_each_row_once(stages):
    rows = plain_rows(30)
    stages.split(rows)
    entries = stages.journal.entries()
    stages.split(rows)
    assert stages.journal.entries() == entries
    assert sorted(key for entry in entries for key in entry["rows"]) == sorted(r.id for r in rows)


def test_added_rows_move_no_old_row_and_get_their_own_share(stages):
    first = sides(stages.split(plain_rows(50)))
    second = sides(stages.split(plain_rows(100)))
    assert first.items() <= second.items()
    assert Counter(second.values())["test"] == 20


def test_rows_of_one_source_group_stay_together(stages):
    examples = [
        row.model_copy(update={"group": f"talk {i // 4}", "source": "chats"})
        for i, row in enumerate(plain_rows(80))
    ]
    product = stages.split(examples)
    by_group = {}
    for i, example in enumerate(kept(product)):
        by_group.setdefault(i // 4, set()).add((example.side, example.group))
    assert all(len(found) == 1 for found in by_group.values())


def test_a_new_row_that_would_tie_two_sides_together_is_dropped(stages):
    first = sides(stages.split(plain_rows(50)))
    texts = {row.id: row for row in plain_rows(50)}
    train = next(texts[key] for key, side in first.items() if side == "train")
    test = next(texts[key] for key, side in first.items() if side == "test")
    tie = rows_of({"instruction": train.instruction, "output": "new", "group": "g", "source": "s"})
    again = rows_of(
        {"instruction": test.instruction, "output": "newer", "group": "g", "source": "s"}
    )
    product = stages.split(plain_rows(50) + tie + again)
    assert list(reasons(product).values()) == ["ties_sides"]
    assert first.items() <= sides(product).items()
    assert product.counts.balances


def test_a_declared_test_file_is_the_whole_test(stages):
    declared = plain_rows(30, start=100, side="test")
    product = stages.split(plain_rows(50) + declared)
    found = sides(product)
    assert {key for key, side in found.items() if side == "test"} == {row.id for row in declared}
    assert Counter(found.values())["validation"] == 5
    written = {key for entry in stages.journal.entries() for key in entry["rows"]}
    assert written == {r.id for r in plain_rows(50)}


def test_a_share_may_be_asked_for_beside_a_declared_test(stages):
    product = stages.split(plain_rows(50) + plain_rows(30, start=100, side="test"), test_share=0.1)
    assert Counter(sides(product).values())["test"] == 35


def test_a_train_row_with_the_question_of_a_declared_test_row_is_dropped(stages):
    declared = rows_of(("Who are you?", "I am Kitae."), side="test")
    twins = rows_of(("who are you", "Somebody."))
    said = rows_of(("WHO are you?", "Nobody."), side="train")
    product = stages.split(plain_rows(20) + declared + twins + said)
    assert reasons(product) == {twins[0].id: "same_as_declared", said[0].id: "same_as_declared"}


def test_a_minimal_pair_of_a_declared_test_row_stays_in_train(stages):
    declared = rows_of((LONG.format("今日の運勢"), "大吉"), side="test")
    other = rows_of((LONG.format("明日の運勢"), "凶"))
    product = stages.split(plain_rows(20) + declared + other, validation_share=0)
    assert sides(product)[other[0].id] == "train"


def test_near_long_texts_stay_on_one_side(stages):
    rows = [
        rows_of((LONG.format(f"{place}の運勢"), place))
        for place in ["京都", "奈良", "金沢", "函館"]
    ]
    product = stages.split([row for (row,) in rows] + plain_rows(40))
    assert len({(e.side, e.group) for e in kept(product) if e.instruction.startswith("昨日")}) == 1


def test_equal_rows_share_one_side_and_one_journal_entry(stages):
    rows = rows_of(*[("Same question?", "Same answer")] * 3) + plain_rows(20)
    product = stages.split(rows)
    assert len({side for key, side in sides(product).items() if key.startswith(rows[0].id)}) == 1
    assert sum(len(entry["rows"]) for entry in stages.journal.entries()) == 21


def test_a_giant_group_is_never_held_out(stages):
    rows = rows_of(*((f"Say {i}", "x") for i in range(40)), group="all", source="s")
    product = stages.split(rows + plain_rows(20))
    assert {e.side for e in kept(product) if e.instruction.startswith("Say")} == {"train"}


def test_nine_wordings_of_a_review_are_on_one_side(stages, real_data):
    files = sorted((real_data / "t0").glob("amazon*"))
    lines = [path.read_text(encoding="utf-8").splitlines()[:40] for path in files]
    read = [[json.loads(line) for line in part] for part in lines]
    product = stages.split(
        rows_of(*((r["prompt"], r["completion"]) for part in read for r in part))
    )
    placed = [example.side for example in kept(product)]
    assert len(placed) == 360
    assert all(len({placed[i + 40 * k] for k in range(9)}) == 1 for i in range(40))
