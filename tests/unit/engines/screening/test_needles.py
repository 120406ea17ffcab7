from __future__ import annotations

import gc

import numpy as np
import pytest

from kitae.engines.screening.memo import ScreenMemo, all_needles
from kitae.engines.screening.needles import STRANGE_LETTERS, Needles
from kitae.engines.texts.column import TextColumn

GROUPS = {"answer": ("sorry", "無断転載", "ai語る"), "mark": ("[名前", "todo:", "sorry")}


def found(*texts):
    needles = Needles.of(GROUPS)
    bits = needles.standing(TextColumn.from_texts(texts))
    return [{name for name in GROUPS if one & needles.bits(name)} for one in bits]


def test_each_text_has_the_groups_of_the_needles_that_stand_in_it():
    assert found("I am SORRY.", "「無断転載」", "x[名前]", "Todo: AI語る", "sorr", "") == [
        {"answer", "mark"},
        {"answer"},
        {"mark"},
        {"answer", "mark"},
        set(),
        set(),
    ]


def test_a_needle_is_not_put_together_from_two_texts():
    assert found("sor", "ry", "無断", "転載") == [set()] * 4


@pytest.mark.parametrize("needle", ["sorry", "無断転載", "[名前"])
@pytest.mark.parametrize("before", ["", "a", "語", "x" * 127, "語" * 50])
def test_a_needle_is_found_at_every_place_and_at_the_end_of_the_data(needle, before):
    assert found(f"{before}{needle}") != [set()]
    assert found(f"{before}{needle}", "x" * 20) != [set(), set()]
    assert found(f"{before}{needle}y") != [set()]


@pytest.mark.parametrize("letter", STRANGE_LETTERS)
def test_a_letter_that_python_folds_to_ascii_opens_every_group(letter):
    assert found(f"x{letter}") == [set(GROUPS)]


@pytest.mark.parametrize("needle", ["abc", "語", "a語"[1:], "ab"])
def test_a_needle_that_is_too_short_is_refused(needle):
    with pytest.raises(ValueError, match="too short"):
        Needles.of({"one": (needle,)})


def test_what_stands_in_a_changed_column_is_what_stands_in_its_texts():
    memo = ScreenMemo()
    before = TextColumn.from_texts(["all is well", "I'm sorry", "no"])
    after = before.replaced({1: "fine", 2: "password"})
    memo.changed(before, after, np.array([1, 2]))
    expected = all_needles().standing(after)
    assert memo.standing(after).tolist() == expected.tolist()
    assert memo.standing(after) is memo.standing(after)


def test_columns_that_are_gone_are_forgotten():
    memo = ScreenMemo()
    column = TextColumn.from_texts(["I'm sorry"])
    memo.standing(column)
    assert len(memo) == 1
    del column
    gc.collect()
    assert len(memo) == 0
