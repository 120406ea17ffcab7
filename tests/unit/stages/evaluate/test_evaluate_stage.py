import dataclasses

import pytest

from kitae.core.errors import DataError, InterruptedRunError
from kitae.core.events import Collected
from kitae.core.text import LANGUAGES, render
from kitae.engines.inference.scripted import ScriptedModel
from kitae.records.store import record_bytes
from kitae.stages.evaluate import STAGE, EvaluateConfig
from kitae.stages.evaluate.exam import general_rows
from support.exams import exam_room, says
from support.frozen_datasets import row, rows
from support.sound_sets import fifty_intents, fifty_labels, fifty_texts

MANY = rows(
    [(f"Which colour has thing number {i}?", ["red", "green", "blue"][i % 3]) for i in range(120)]
)
TRAIN, TEST = MANY[:60], MANY[60:]


def test_a_model_that_learnt_the_labels_has_improved(tmp_path):
    found = exam_room(tmp_path, TRAIN, TEST, says(TEST, 0), says(TEST, 57)).evaluate()
    assert found.metric == "exact_match"
    assert (found.n, found.groups) == (60, 60)
    assert found.before.score == 0
    assert found.after.score == 0.95
    assert found.difference.ci95[0] > 0
    assert found.verdict == "improved"
    assert found.usability.is_usable
    assert (found.wins, found.losses, found.ties) == (57, 0, 3)
    assert len(found.got_better) == 50
    assert found.constant is not None
    assert found.constant.score == pytest.approx(1 / 3)
    assert found.secondary["label_f1"][1].score > 0.9


@pytest.mark.parametrize("learnt", range(0, 16, 2))
def test_never_improved_when_the_interval_includes_zero(tmp_path, learnt):
    test = TEST[:20]
    found = exam_room(tmp_path, TRAIN, test, says(test, 0), says(test, learnt)).evaluate()
    if found.difference.ci95[0] <= 0:
        assert found.verdict != "improved"
    if found.verdict == "improved":
        assert found.difference.p_value < 0.05
        assert found.constant.difference.ci95[0] > 0


def test_equal_models_show_no_measurable_improvement(tmp_path):
    found = exam_room(tmp_path, TRAIN, TEST, says(TEST, 30), says(TEST, 30)).evaluate()
    assert found.verdict == "no_measurable_improvement"
    assert found.difference.p_value == 1
    assert (found.wins, found.losses, found.ties) == (0, 0, 60)


def test_a_model_that_lost_what_it_knew_is_worse_and_what_it_lost_is_listed(tmp_path):
    found = exam_room(tmp_path, TRAIN, TEST, says(TEST, 40), says(TEST, 10)).evaluate()
    assert found.verdict == "worse"
    assert [pair.id for pair in found.got_worse] == [e.id for e in TEST[10:40]]
    assert found.got_worse[0].before == found.got_worse[0].wanted
    assert found.got_worse[0].after == "wrong"


def test_saying_the_most_frequent_label_is_no_improvement(tmp_path):
    skewed = [
        e.model_copy(update={"output": "red" if i % 4 else "blue"}) for i, e in enumerate(MANY)
    ]
    always = ScriptedModel({}, fallback="red")
    found = exam_room(tmp_path, skewed[:60], skewed[60:], ScriptedModel({}), always).evaluate()
    assert found.difference.ci95[0] > 0
    assert found.constant.score == found.after.score == 0.75
    assert found.verdict == "no_measurable_improvement"
    assert not found.usability.is_usable


def test_rows_that_share_a_text_are_resampled_together(tmp_path):
    test = [e.model_copy(update={"group": f"text {i // 10}"}) for i, e in enumerate(TEST)]
    models = says(TEST, 0), says(TEST, 50)
    alone = exam_room(tmp_path / "alone", TRAIN, TEST, *models).evaluate()
    grouped = exam_room(tmp_path / "grouped", TRAIN, test, *models).evaluate()
    width = [f.difference.ci95[1] - f.difference.ci95[0] for f in (alone, grouped)]
    assert grouped.groups == 6
    assert width[1] > 2 * width[0]
    assert grouped.difference.p_value > alone.difference.p_value
    assert grouped.minimum_detectable_difference > alone.minimum_detectable_difference
    assert (alone.verdict, grouped.verdict) == ("improved", "no_measurable_improvement")


def test_json_answers_count_as_values_and_by_field(tmp_path):
    intents = fifty_intents("ja")
    train, test = intents[::2], intents[1::2]
    spaced = {e.question: e.output.replace(": ", ":").replace(", ", " , ") for e in test}
    found = exam_room(tmp_path, train, test, ScriptedModel({}), ScriptedModel(spaced)).evaluate()
    assert found.after.score == 1
    assert found.secondary["field:mood"][1].score == 1
    assert found.usability.valid_form_share == 1
    assert found.usability.is_usable


def test_broken_json_is_not_usable(tmp_path):
    intents = fifty_intents("en")
    cut = {e.question: e.output[:-1] for e in intents}
    found = exam_room(
        tmp_path, intents[::2], intents[1::2], ScriptedModel({}), ScriptedModel(cut)
    ).evaluate()
    assert found.usability.valid_form_share == 0
    assert any("form" in reason.key for reason in found.usability.reasons)


def test_free_text_is_scored_by_nats_per_byte(tmp_path):
    texts = fifty_texts("en")
    test = texts[20:]
    good = says(test, len(test), likely=0.3)
    found = exam_room(
        tmp_path, texts[:20], test, says(test, 0, likely=0.3), good, task="open"
    ).evaluate()
    assert found.metric == "nll_per_byte"
    assert found.constant is None
    assert found.before.score > found.after.score
    assert found.difference.score == pytest.approx(found.before.score - found.after.score, abs=1e-6)
    assert found.verdict == "improved"
    assert found.usability.is_usable
    assert found.secondary["chrf"][1].score == 1


def test_a_lower_loss_alone_does_not_make_answers_usable(tmp_path):
    texts = fifty_texts("en")
    test = texts[20:]
    poor = says(test, 0, wrong="the the of a and then some words", likely=0.12)
    found = exam_room(
        tmp_path, texts[:20], test, says(test, 0, likely=0.2), poor, task="open"
    ).evaluate()
    assert found.verdict == "improved"
    assert not found.usability.is_usable
    assert {reason.key for reason in found.usability.reasons} == {
        "evaluate.unusable.floor_open",
        "evaluate.unusable.overlap",
    }


def test_a_model_that_never_stops_is_not_usable(tmp_path):
    texts = fifty_texts("zh")
    test = texts[20:]
    questions = [e.question for e in test]
    endless = says(test, 0, wrong="好的好的", likely=0.05, never_stops=questions)
    found = exam_room(tmp_path, texts[:20], test, says(test, 0), endless, task="open").evaluate()
    assert found.usability.stopped_share == 0
    assert found.usability.looping_share == 1
    assert not found.usability.is_usable


def test_free_text_answers_a_bounded_sample_in_full(tmp_path):
    texts = fifty_texts("ja")
    test = texts[10:]
    room = exam_room(tmp_path, texts[:10], test, says(test, 0), says(test, 40), task="open")
    found = room.evaluate(EvaluateConfig(answers_sample=8))
    assert found.n == 40
    assert found.wins == 40
    assert len(found.got_better) == 8


def test_the_general_set_shows_what_was_forgotten(tmp_path):
    general = {e.question: e.output for e in general_rows()}
    knows = ScriptedModel({**general, **{e.question: e.output for e in TEST}}, fallback="?")
    kept = exam_room(tmp_path / "kept", TRAIN, TEST, knows, knows).evaluate().forgetting
    lost = exam_room(tmp_path / "lost", TRAIN, TEST, knows, says(TEST, 60)).evaluate().forgetting
    assert kept.rows == len(general_rows())
    assert not kept.has_forgotten
    assert lost.has_forgotten
    assert lost.difference.score < 0


def test_looks_count_models_and_not_runs(tmp_path):
    first = exam_room(tmp_path, TRAIN, TEST, says(TEST, 0), says(TEST, 9), adapter=b"first")
    second = exam_room(tmp_path, TRAIN, TEST, says(TEST, 0), says(TEST, 9), adapter=b"second")
    assert first.evaluate().looks == 1
    assert first.evaluate().looks == 1
    again = dataclasses.replace(second.context, work=tmp_path / "work2")
    again.work.mkdir()
    assert dataclasses.replace(second, context=again).evaluate().looks == 2
    assert first.evaluate().looks == 1
    assert len(first.context.journals["looks"].entries()) == 2


def test_overrides_on_the_way_are_carried_and_others_are_not(tmp_path):
    room = exam_room(tmp_path, TRAIN, TEST, says(TEST, 0), says(TEST, 9))
    room.context.journals["overrides"].append(
        [
            {
                "stage": "gate",
                "artifact": room.inputs["gate"].content_hash,
                "reason": "I know",
                "at": "",
            },
            {"stage": "gate", "artifact": "0" * 64, "reason": "of another run", "at": ""},
        ]
    )
    assert room.evaluate().overrides == ("gate: I know",)


def test_a_question_too_long_for_the_model_counts_as_unanswered(tmp_path):
    long = row("Which colour " + "x" * 400, "red")
    test = [*TEST[:30], long]
    room = exam_room(tmp_path, TRAIN, test, says(test, 0), says(test, 31), context_length=200)
    found = room.evaluate()
    assert found.n == 31
    assert found.after.score == pytest.approx(30 / 31, abs=1e-6)
    assert found.secondary["nll_per_byte"][1].score >= 0


def test_free_text_that_does_not_fit_is_left_out_on_both_sides(tmp_path):
    texts = fifty_texts("en")
    test = [*texts[20:], row("Tell me more. " * 80, "No.")]
    room = exam_room(
        tmp_path, texts[:20], test, says(test, 0), says(test, 31), task="open", context_length=400
    )
    assert room.evaluate().n == 30


def test_a_prompt_that_leaves_little_room_is_still_asked(tmp_path):
    test = TEST[:20]
    length = len(ScriptedModel({}).encoder.encode_example(test[0]).ids) + 2
    room = exam_room(tmp_path, TRAIN, test, says(test, 0), says(test, 20), context_length=length)
    assert room.evaluate().after.score > 0.9


def test_no_test_rows_is_said_and_not_a_crash(tmp_path):
    room = exam_room(tmp_path, TRAIN, [], says(TEST, 0), says(TEST, 1))
    with pytest.raises(DataError, match="no test rows"):
        room.evaluate()


def test_equal_exams_give_equal_bytes(tmp_path):
    one, other = (
        exam_room(tmp_path / name, TRAIN, TEST, says(TEST, 9), says(TEST, 40)).evaluate()
        for name in ("one", "other")
    )
    assert record_bytes(one) == record_bytes(other)


class StopsAfter:
    """An interrupt that is requested once so many events have come."""

    def __init__(self, events, count):
        self._events, self._count = events, count

    @property
    def requested(self):
        return len(self._events.events) > self._count


class Counting:
    """A model that counts what it is asked."""

    def __init__(self, model):
        self._model, self.answered, self.weighed = model, 0, 0
        self.encoder, self.context_length = model.encoder, model.context_length

    def generate(self, prompts, *rest):
        self.answered += len(prompts)
        return self._model.generate(prompts, *rest)

    def answer_nll(self, encoded, *rest):
        self.weighed += len(encoded)
        return self._model.answer_nll(encoded, *rest)


def test_an_interrupted_exam_goes_on_where_it_stopped(tmp_path):
    events = Collected()
    before, after = Counting(says(TEST, 9)), Counting(says(TEST, 40))
    room = exam_room(
        tmp_path, TRAIN, TEST, before, after, events=events, interrupt=StopsAfter(events, 190)
    )
    with pytest.raises(InterruptedRunError):
        room.evaluate()
    resumed = exam_room(tmp_path, TRAIN, TEST, before, after).evaluate()
    assert before.answered == 60
    assert 60 < after.answered <= 120
    assert (
        resumed
        == exam_room(tmp_path / "clean", TRAIN, TEST, says(TEST, 9), says(TEST, 40)).evaluate()
    )


def test_progress_reaches_its_total_once(tmp_path):
    events = Collected()
    exam_room(tmp_path, TRAIN, TEST, says(TEST, 9), says(TEST, 40), events=events).evaluate()
    done = [e.data["done"] for e in events.events if e.kind == "stage.progress"]
    assert done == sorted(done)
    assert done[-1] == events.events[-1].data["total"] == 2 * (60 + 60 + len(general_rows()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_said_in_every_language(tmp_path, language):
    texts = fifty_texts("en")
    test = [*texts[20:], *rows([("Tell me more. " * 80 + str(i), "No.") for i in range(9)])]
    bad = says(test, 0, wrong="na ", never_stops=[e.question for e in test])
    reasons = [
        *exam_room(
            tmp_path / "open", texts[:20], test, says(test, 0), bad, task="open", context_length=500
        )
        .evaluate()
        .usability.reasons,
        *exam_room(tmp_path / "closed", TRAIN, TEST, says(TEST, 0), says(TEST, 3))
        .evaluate()
        .usability.reasons,
    ]
    assert len({reason.key for reason in reasons}) >= 6
    assert all("{" not in render(reason, language) for reason in reasons)


def test_labels_of_a_small_set_have_the_wanted_form(tmp_path):
    labels = fifty_labels("zh")
    found = exam_room(
        tmp_path, labels[::2], labels[1::2], ScriptedModel({}), ScriptedModel({}, fallback="好")
    ).evaluate()
    assert found.usability.valid_form_share == 1
    assert not found.usability.is_usable


def test_the_stage_reads_what_it_says():
    assert STAGE.needs == ("build", "gate", "choose", "plan", "tune")
    assert set(STAGE.journals) == {"overrides"}
