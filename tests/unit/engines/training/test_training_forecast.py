import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitae.engines.training.forecast import Workload, forecast, memory_gib, trainable_parameters
from kitae.records.hardware import Hardware
from kitae.records.plan import LoraSettings
from support.planning import LAPTOP, tiny_base
from support.training_jobs import settings

BASE = tiny_base(
    parameters=500_000_000, layers=24, hidden_size=1024, intermediate_size=2816,
    vocabulary_size=150_000, context_length=32_768,
)  # fmt: skip
SIZES = st.integers(1, 64)


def work(longest, rows=200):
    return Workload(
        rows=rows, tokens=rows * longest, answer_tokens=rows * longest // 4, longest=longest
    )


def memory(batch=8, longest=256, rank=16):
    plan = settings(
        batch_examples=batch,
        max_length_tokens=32_768,
        method=LoraSettings(rank=rank, alpha=1.0, dropout=0.0),
    )
    return memory_gib(BASE, plan, work(longest))


@given(SIZES, SIZES)
def test_memory_grows_with_the_batch(one, two):
    low, high = sorted((one, two))
    assert memory(batch=low) <= memory(batch=high)


@given(SIZES, SIZES)
def test_memory_grows_with_the_length(one, two):
    low, high = sorted((one * 100, two * 100))
    assert memory(longest=low) <= memory(longest=high)


@given(SIZES, SIZES)
def test_memory_grows_with_the_rank(one, two):
    low, high = sorted((one, two))
    assert memory(rank=low) <= memory(rank=high)
    assert (memory(rank=low) < memory(rank=high)) == (low < high)


def test_trainable_parameters_are_those_that_peft_counts(tmp_path):
    from kitae.engines.training.learner import Learner
    from support.tiny_models import make_tiny_model

    learner = Learner.create(make_tiny_model(tmp_path), settings())
    counted = trainable_parameters(tiny_base(), 4)
    assert learner.trainable_parameters <= counted <= 1.2 * learner.trainable_parameters


def test_time_falls_with_cores_and_grows_with_steps():
    many = Hardware(kind="cpu", cores=16, memory_gib=8)
    gpu = Hardware(kind="cuda", cores=16, memory_gib=64, accelerator="NVIDIA H200", accelerator_memory_gib=139)  # fmt: skip
    slow, fast, card = (forecast(BASE, h, settings(), work(256)) for h in (LAPTOP, many, gpu))
    assert slow.duration_s > fast.duration_s > card.duration_s
    assert forecast(BASE, LAPTOP, settings(steps=40), work(256)).duration_s > slow.duration_s


def test_tokens_are_rows_times_steps():
    found = forecast(BASE, LAPTOP, settings(batch_examples=4, steps=10), work(100))
    assert found.train_tokens == 4 * 10 * 100
    assert found.steps == 10


@pytest.mark.parametrize("rows", [0, 1])
def test_an_almost_empty_side_gives_a_forecast_without_failing(rows):
    empty = Workload(rows=rows, tokens=rows, answer_tokens=rows, longest=rows)
    assert forecast(BASE, LAPTOP, settings(), empty).memory_gib > 0
