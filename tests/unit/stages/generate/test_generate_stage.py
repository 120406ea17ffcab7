import json

import pytest

from kitae.core.errors import DataError
from kitae.core.text import LANGUAGES, Message, render
from kitae.records.example import to_examples
from kitae.records.generation import Generation
from kitae.stages.generate import GenerateConfig, Recombine
from support.making_rows import RECOMBINE, MakingRows, fortune_rows, labelled, made, menu_rows
from support.real_data import real_rows


@pytest.fixture
def making(tmp_path):
    return MakingRows(tmp_path)


def generation_of(artifact):
    return artifact.record("generation", Generation)


def test_generate_is_off_unless_asked_for(making):
    rows = menu_rows()
    artifact = making.generate(rows, GenerateConfig())
    assert to_examples(artifact.table("examples")) == rows
    assert generation_of(artifact).state == "off"
    assert artifact.counts.balances


@pytest.mark.parametrize("off", [False, "off", None])
def test_the_word_off_means_off(off):
    assert GenerateConfig.model_validate(off) == GenerateConfig()


def test_the_first_entry_makes_twenty_rows_and_no_more(making):
    rows = menu_rows()
    artifact = making.generate(rows)
    found = generation_of(artifact)
    assert (found.state, found.made, len(found.waiting_ids)) == ("first_batch", 20, 20)
    assert artifact.counts.model_dump(by_alias=True)["made"] == 20
    assert artifact.counts.balances
    assert to_examples(artifact.table("examples"))[: len(rows)] == rows
    assert {e.review for e in made(artifact)} == {"unread"}


def test_made_rows_come_from_the_train_side_only(making):
    held_out = [
        labelled("Can I have soup on Friday?", {"dish": "soup", "day": "friday"}, side)
        for side in ("test", "validation")
    ]
    rows = [*menu_rows(), *held_out]
    artifact = making.generate(rows)
    train = {row.id for row in rows if row.side == "train"}
    for row in made(artifact):
        assert row.side == "train"
        assert row.origin == "made"
        assert set(row.parents) <= train
        assert "soup" not in row.instruction + row.output
        assert "Friday" not in row.instruction


def test_held_out_rows_do_not_change_what_is_made(making):
    held_out = [
        row.model_copy(update={"id": f"t{i}", "side": "test"}) for i, row in enumerate(menu_rows())
    ]
    alone = made(making.generate(menu_rows()))
    beside = made(making.generate([*held_out, *menu_rows()]))
    assert alone == beside


def test_equal_inputs_give_byte_equal_artifacts(making):
    one, two = making.generate(menu_rows()), making.generate(menu_rows())
    assert one.content_hash == two.content_hash


def test_verdicts_do_not_change_the_batch_that_is_being_judged(making):
    before = made(making.generate(menu_rows()))
    making.verdicts.append([{"row_id": before[0].id, "decision": "reject", "tags": ["nonsense"]}])
    assert made(making.generate(menu_rows())) == before


def test_a_good_batch_opens_the_bulk(making):
    first = making.judge(menu_rows())
    artifact = making.generate(menu_rows())
    found = generation_of(artifact)
    assert (found.state, found.made) == ("bulk", 60 if found.possible >= 60 else found.possible)
    assert [row.id for row in made(artifact)][:20] == first
    assert found.waiting_ids == ()


def test_the_recipe_names_the_share_that_may_be_rejected(making):
    making.judge(menu_rows(), reject=2)
    assert generation_of(making.generate(menu_rows())).state == "bulk"
    strict = RECOMBINE.model_copy(update={"max_rejected_share": 0.05})
    assert generation_of(making.generate(menu_rows(), strict)).state == "next_batch"


def test_a_bad_batch_is_followed_by_twenty_others(making):
    rows = fortune_rows()
    config = GenerateConfig(method=Recombine(target_rows=200))
    first = set(making.judge(rows, config, reject=5))
    artifact = making.generate(rows, config)
    found = generation_of(artifact)
    assert found.state == "next_batch"
    assert len(found.waiting_ids) == 20
    assert not first & set(found.waiting_ids)
    assert [batch.rejected for batch in found.batches] == [5, 0]
    assert len(made(artifact)) == 40


def test_what_was_rejected_does_not_come_again(making):
    rows = fortune_rows()
    config = GenerateConfig(method=Recombine(target_rows=300))
    frame = "How will {topic} be {period}?"
    for _ in range(6):
        artifact = making.generate(rows, config)
        if generation_of(artifact).state == "bulk":
            break
        session = making.session(making.review(artifact))
        for _ in range(session.progress.total):
            if session.current.locator == frame:
                session.reject(["unnatural"])
            else:
                session.accept()
    found = generation_of(artifact)
    shown = {row_id for batch in found.batches for row_id in batch.row_ids}
    bulk = [row for row in made(artifact) if row.id not in shown]
    assert found.state == "bulk"
    rejected = [r for r in made(artifact) if r.locator == frame and r.id in shown]
    assert len(rejected) >= 2
    assert not [row for row in bulk if row.locator == frame]
    assert frame in found.given_up


def test_nothing_left_to_try_ends_without_bulk(making):
    small = GenerateConfig(method=Recombine(target_rows=500))
    for _ in range(30):
        artifact = making.generate(menu_rows(), small)
        if generation_of(artifact).state == "exhausted":
            break
        making.judge(menu_rows(), small, reject=100)
    assert generation_of(artifact).state == "exhausted"
    assert not made(making.review(artifact))


def test_fifty_examples_grow_to_several_hundred(making):
    rows = fortune_rows()
    config = GenerateConfig(method=Recombine())
    making.judge(rows, config)
    artifact = making.generate(rows, config)
    assert generation_of(artifact).made == 9 * len(rows)
    seen = {row.output for row in rows}
    fields = {k: {json.loads(o)[k] for o in seen} for k in ("topic", "period")}
    for row in made(artifact):
        answer = json.loads(row.output)
        assert all(answer[k] in fields[k] for k in fields)


def test_free_answers_are_refused_and_the_error_says_what_to_do(making):
    rows = [row.model_copy(update={"side": "train"}) for row in real_rows("seed_tasks.jsonl")]
    with pytest.raises(DataError, match="free text") as caught:
        making.generate(rows)
    assert caught.value.exit_code == 7
    assert "generate: off" in (caught.value.fix or "")


def test_too_few_rows_are_refused_with_the_number_needed(making):
    with pytest.raises(DataError, match=r"only 10 examples .* at least 16"):
        making.generate(menu_rows()[:10])


def test_the_report_notes_are_sayable_in_every_language(making):
    making.judge(menu_rows())
    artifact = making.generate(menu_rows())
    notes = json.loads(artifact.file("findings.json").read_bytes())["notes"]
    assert notes
    for note in notes:
        for language in LANGUAGES:
            assert render(Message.model_validate(note), language)
