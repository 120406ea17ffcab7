import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kitae.core.errors import InterruptedRunError, KitaeError, ResourceError
from kitae.engines.inference import load_model
from kitae.engines.protocols import EncodedExample
from kitae.engines.training import train
from kitae.engines.training.order import step_rows
from kitae.engines.training.schedule import learning_rate
from kitae.records.plan import LoraSettings
from support.tiny_models import shared_tiny_model
from support.training_jobs import job, settings

WITH_DROPOUT = settings(method=LoraSettings(rank=4, alpha=8.0, dropout=0.2))


class StopAfter:
    """Asks to stop once the given step is done."""

    def __init__(self, step):
        self.step = step
        self.seen = 0

    def on_event(self, kind, data):
        if kind == "tune.step":
            self.seen = data["step"]

    def __call__(self):
        return self.seen == self.step


def stop_and_resume(work, steps, **changed):
    for step in steps:
        stop = StopAfter(step)
        with pytest.raises(InterruptedRunError) as caught:
            train(job(work, on_event=stop.on_event, should_stop=stop, **changed))
        assert caught.value.exit_code == 75
    return train(job(work, **changed))


def adapter_files(result):
    return {path.name: path.read_bytes() for path in sorted(result.adapter.iterdir())}


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    return train(job(tmp_path_factory.mktemp("straight"), settings=WITH_DROPOUT))


@pytest.mark.parametrize("steps", [[1], [7], [19], [3, 4, 15]])
def test_a_stopped_and_resumed_run_gives_bitwise_equal_weights(tmp_path, straight, steps):
    resumed = stop_and_resume(tmp_path, steps, settings=WITH_DROPOUT)
    assert adapter_files(resumed) == adapter_files(straight)
    assert resumed.tuned == straight.tuned


def test_the_adapter_names_no_path_and_loads_again(straight):
    config = json.loads((straight.adapter / "adapter_config.json").read_bytes())
    assert config["base_model_name_or_path"] == ""
    assert config["target_modules"] == sorted(config["target_modules"])
    base, tuned = load_model(shared_tiny_model()), load_model(shared_tiny_model(), straight.adapter)
    rows = job(Path()).validation
    losses = straight.tuned.validation
    tokens = sum(sum(row.is_answer) for row in rows)
    best = min(point.loss for point in losses if point.step)
    assert sum(base.answer_nll(rows)) / tokens == pytest.approx(losses[0].loss, rel=1e-6)
    assert sum(tuned.answer_nll(rows)) / tokens == pytest.approx(best, rel=1e-6)


def test_the_adapter_of_the_lowest_validation_loss_is_kept(straight):
    trained = {point.step: point.loss for point in straight.tuned.validation if point.step}
    assert list(trained) == [5, 10, 15, 20]
    assert straight.tuned.best_step == min(trained, key=trained.__getitem__)


def test_without_validation_rows_the_last_adapter_is_kept(tmp_path):
    tuned = train(job(tmp_path, validation_rows=0, settings=settings(steps=4))).tuned
    assert (tuned.best_step, tuned.validation) == (4, ())


def test_tokens_are_counted_exactly(tmp_path):
    work = job(tmp_path, settings=settings(steps=5))
    tuned = train(work).tuned
    seen = [i for step in range(1, 6) for i in step_rows(step, len(work.train), 3, 1)]
    assert tuned.trained_tokens == sum(len(work.train[i].ids) for i in seen)
    assert tuned.answer_tokens == sum(sum(work.train[i].is_answer) for i in seen)
    assert tuned.trained_tokens == sum(point.tokens for point in tuned.losses)


def test_the_loss_of_a_step_is_the_mean_over_its_answer_tokens(tmp_path):
    work = job(tmp_path, settings=settings(steps=1, batch_examples=8))
    base = load_model(shared_tiny_model())
    sums = base.answer_nll(work.train)
    tokens = sum(sum(row.is_answer) for row in work.train)
    assert train(work).tuned.losses[0].train_loss == pytest.approx(sum(sums) / tokens, rel=1e-5)


def test_every_row_is_seen_equally_often():
    seen = [i for step in range(1, 41) for i in step_rows(step, 7, 3, seed=5)]
    counts = [seen.count(i) for i in range(7)]
    assert max(counts) - min(counts) <= 1
    assert seen[:7] != seen[7:14]


def test_the_learning_rate_warms_up_to_its_peak_and_falls():
    plan = settings(warmup_steps=5, steps=50, learning_rate=1.0)
    rates = [learning_rate(step, plan) for step in range(1, 51)]
    assert rates[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rates[-1] == pytest.approx(0.05)


def test_a_loss_that_is_no_number_stops_the_run_and_says_what_to_do(tmp_path):
    with pytest.raises(KitaeError, match="astray") as caught:
        train(job(tmp_path, settings=settings(learning_rate=1e30, warmup_steps=0)))
    assert "plan.learning_rate" in (caught.value.fix or "")


def test_a_checkpoint_of_other_rows_is_not_gone_on_from(tmp_path):
    stop_and_resume(tmp_path, [6])
    work = job(tmp_path, settings=settings(steps=5))
    other = dataclasses.replace(work, train=work.train[:5])
    events = []
    train(dataclasses.replace(other, on_event=lambda *event: events.append(event[0])))
    assert "tune.resumed" not in events


class Break:
    """Raises at the n-th event of a kind, as a full disk or a dying process would."""

    def __init__(self, kind, count, error):
        self.kind, self.left, self.error = kind, count, error

    def __call__(self, kind, data):
        if kind == self.kind:
            self.left -= 1
            if self.left == 0:
                raise self.error


@pytest.mark.parametrize("count", [6, 8, 10])
def test_a_full_disk_while_saving_is_told_and_leaves_the_last_checkpoint_intact(
    tmp_path, straight, count
):
    full = OSError(errno.ENOSPC, "No space left on device")
    broken = Break("tune.checkpoint_file", count, full)
    with pytest.raises(ResourceError, match="disk is full"):
        train(job(tmp_path, on_event=broken, settings=WITH_DROPOUT))
    events = []
    resumed = train(
        job(tmp_path, on_event=lambda k, d: events.append((k, d)), settings=WITH_DROPOUT)
    )
    assert events[0] == ("tune.resumed", {"step": 4, "steps": 20})
    assert adapter_files(resumed) == adapter_files(straight)


def test_a_damaged_checkpoint_is_reported_and_the_one_before_is_used(tmp_path, straight):
    stop = StopAfter(9)
    with pytest.raises(InterruptedRunError):
        train(job(tmp_path, on_event=stop.on_event, should_stop=stop, settings=WITH_DROPOUT))
    folders = sorted((tmp_path / "checkpoints").glob("*/*"))
    assert [folder.name for folder in folders] == ["step-00000008", "step-00000009"]
    weights = folders[-1] / "adapter.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x00")
    events = []
    resumed = train(
        job(tmp_path, on_event=lambda k, d: events.append((k, d)), settings=WITH_DROPOUT)
    )
    assert [kind for kind, _ in events][:2] == ["tune.checkpoint_damaged", "tune.resumed"]
    assert events[1][1]["step"] == 8
    assert adapter_files(resumed) == adapter_files(straight)


@pytest.mark.parametrize(("kind", "count"), [("tune.checkpoint_half", 9), ("tune.in_step", 7)])
def test_sigkill_in_a_step_or_a_checkpoint_loses_nothing(tmp_path, straight, kind, count):
    child = subprocess.run(
        [sys.executable, "-m", "support.killed_training", str(tmp_path), kind, str(count)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    resumed = train(job(tmp_path, settings=WITH_DROPOUT))
    assert adapter_files(resumed) == adapter_files(straight)
    assert resumed.tuned == straight.tuned


def test_memory_that_runs_out_is_told_with_what_to_change(tmp_path):
    broken = Break("tune.in_step", 1, MemoryError())
    with pytest.raises(ResourceError, match="Memory ran out") as caught:
        train(job(tmp_path, on_event=broken))
    assert "batch_examples" in (caught.value.fix or "")


def test_micro_batches_do_not_change_the_loss(tmp_path):
    from kitae.engines.training.learner import Learner
    from kitae.engines.training.loop import _backward

    work = job(tmp_path)
    long = EncodedExample(tuple(range(3, 400)), (False,) * 390 + (True,) * 7, has_stop=False)
    rows = [*work.train, long]
    tokens = sum(sum(row.is_answer) for row in rows)
    learner = Learner.create(work.base, work.settings)
    together = _backward(learner, rows, tokens)
    alone = sum(_backward(learner, [row], tokens) for row in rows)
    assert together == pytest.approx(alone, rel=1e-5)
