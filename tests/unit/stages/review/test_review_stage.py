import json

import pytest

from kitae.core.errors import WaitingError
from kitae.core.text import LANGUAGES, Message, render
from kitae.records.example import to_examples
from kitae.records.generation import Reviewing
from kitae.stages.generate import GenerateConfig
from support.making_rows import MakingRows, made, menu_rows


@pytest.fixture
def making(tmp_path):
    return MakingRows(tmp_path)


@pytest.fixture
def generated(making):
    return making.generate(menu_rows())


def verdict(row_id, decision, **more):
    return {"row_id": row_id, "decision": decision, **more}


def test_a_project_that_generates_nothing_passes_through(making):
    rows = menu_rows()
    reviewed = making.review(making.generate(rows, GenerateConfig()))
    assert to_examples(reviewed.table("examples")) == rows
    assert making.refusal(reviewed) is None


def test_a_batch_without_verdicts_waits_and_says_what_to_type(making, generated):
    reviewed = making.review(generated)
    error = making.refusal(reviewed)
    assert isinstance(error, WaitingError)
    assert error.exit_code == 9
    assert "kitae review" in (error.fix or "")
    assert "20 of 20" in error.what
    assert made(reviewed) == []
    counts = reviewed.counts
    assert (counts.pending, counts.balances) == (20, True)


def test_each_verdict_puts_its_row_in_its_place_and_totals_balance(making, generated):
    ids = [row.id for row in made(generated)]
    making.verdicts.append(
        [
            verdict(ids[0], "accept"),
            verdict(ids[1], "reject", tags=["nonsense", "other"], reason="nobody says so"),
            verdict(ids[2], "edit", instruction="May I have trout on Monday?"),
            verdict(ids[3], "reject", tags=["other"]),
            verdict(ids[3], "undo"),
        ]
    )
    reviewed = making.review(generated)
    marks = {row.id: row.review for row in made(reviewed)}
    assert marks[ids[0]] == "accepted"
    dropped = reviewed.table("dropped").to_pylist()
    assert [(d["id"], d["reason"], d["detail"]) for d in dropped] == [
        (ids[1], "rejected", "nonsense, other: nobody says so")
    ]
    found = reviewed.record("reviewing", Reviewing)
    assert (found.accepted, found.edited, found.rejected, found.pending) == (1, 1, 1, 17)
    assert found.tags == {"nonsense": 1, "other": 1}
    assert reviewed.counts.balances


def test_an_edited_row_is_another_row_that_remembers_where_it_came_from(making, generated):
    row = made(generated)[0]
    making.verdicts.append([verdict(row.id, "edit", instruction="May I have trout on Monday?")])
    edited = next(r for r in made(making.review(generated)) if r.review == "edited")
    assert edited.instruction == "May I have trout on Monday?"
    assert edited.output == row.output
    assert edited.id != row.id
    assert edited.parents == (*row.parents, row.id)


def test_an_edit_that_equals_another_row_gets_an_id_of_its_own(making, generated):
    one, two = made(generated)[:2]
    same = {"instruction": two.instruction, "output": two.output}
    making.verdicts.append([verdict(one.id, "edit", **same), verdict(two.id, "accept")])
    ids = [row.id for row in made(making.review(generated))]
    assert len(set(ids)) == len(ids) == 2


def test_verdicts_on_rows_that_are_not_made_any_more_are_left_alone(making, generated):
    making.verdicts.append([verdict("0123456789abcdef", "accept")])
    assert making.review(generated).record("reviewing", Reviewing).pending == 20


def test_bulk_rows_go_on_marked_as_unread_until_they_are_read(making):
    making.judge(menu_rows())
    generated = making.generate(menu_rows())
    reviewed = making.review(generated)
    assert making.refusal(reviewed) is None
    unread = [row for row in made(reviewed) if row.review == "unread"]
    assert len(unread) == len(made(generated)) - 20
    making.verdicts.append([verdict(unread[0].id, "reject", tags=["other"])])
    again = making.review(making.generate(menu_rows()))
    assert unread[0].id not in {row.id for row in made(again)}
    assert again.counts.balances


def test_an_override_lets_exactly_that_batch_go_on_unread_with_its_reason(making, generated):
    waiting = making.review(generated)
    making.overrides.append(
        [{"stage": "review", "artifact": waiting.content_hash, "reason": "only a trial", "at": "x"}]
    )
    reviewed = making.review(generated)
    assert making.refusal(reviewed) is None
    assert {row.review for row in made(reviewed)} == {"unread"}
    assert len(made(reviewed)) == 20
    assert reviewed.record("reviewing", Reviewing).overridden == "only a trial"
    assert reviewed.counts.balances


def test_an_override_of_something_else_changes_nothing(making, generated):
    making.overrides.append([{"stage": "review", "artifact": "0" * 64, "reason": "another one"}])
    making.overrides.append(
        [{"stage": "gate", "artifact": making.review(generated).content_hash, "reason": "r"}]
    )
    assert isinstance(making.refusal(making.review(generated)), WaitingError)


def test_the_notes_are_sayable_in_every_language(making, generated):
    notes = json.loads(making.review(generated).file("findings.json").read_bytes())["notes"]
    for note in notes:
        for language in LANGUAGES:
            assert render(Message.model_validate(note), language)
