import pytest

from kitae.core.errors import DataError
from kitae.records.verdict import read_verdicts, standing_verdicts


def standing(*entries):
    verdicts = read_verdicts([{"row_id": r, "decision": d} for r, d in entries])
    return {row: v.decision for row, v in standing_verdicts(verdicts).items()}


def test_the_last_verdict_of_a_row_stands():
    assert standing(("a", "accept"), ("b", "reject"), ("a", "edit")) == {"a": "edit", "b": "reject"}


def test_an_undo_brings_back_the_verdict_before():
    assert standing(("a", "accept"), ("a", "reject"), ("a", "undo")) == {"a": "accept"}
    assert standing(("a", "accept"), ("a", "undo"), ("a", "undo")) == {}


def test_an_entry_that_is_no_verdict_is_named():
    with pytest.raises(DataError, match="Entry 2"):
        read_verdicts([{"row_id": "a", "decision": "accept"}, {"row": "b"}])
