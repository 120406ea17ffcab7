import pytest

from kitae.core.errors import DataError
from kitae.engines.inference import load_model
from kitae.engines.inference.batching import length_batches
from kitae.engines.protocols import EncodedExample, Sampling
from support.tiny_models import make_tiny_model, shared_tiny_model

QUESTIONS = [
    "x",
    "今日の仕事は?",
    "what is this? " * 9,
    "什么",
    "the user " * 3,
    "love",
    "a b c d e",
    "😀" * 12,
]


@pytest.fixture(scope="module")
def model():
    return load_model(shared_tiny_model())


@pytest.fixture(scope="module")
def prompts(model):
    return [model.encoder.encode_prompt([{"role": "user", "content": q}]) for q in QUESTIONS]


def rows(model, prompts):
    answer = tuple(model.encoder.tokenizer("the answer").input_ids)
    return [
        EncodedExample(
            (*prompt, *answer), (False,) * len(prompt) + (True,) * len(answer), has_stop=False
        )
        for prompt in prompts
    ]


def test_answers_do_not_depend_on_batch_mates(model, prompts):
    together = model.generate(prompts, 24)
    alone = [model.generate([prompt], 24)[0] for prompt in prompts]
    assert together == alone
    assert any(len(answer.ids) > 5 for answer in together)


def test_equal_calls_give_equal_tokens_in_the_order_of_the_prompts(model, prompts):
    assert model.generate(prompts, 12) == model.generate(prompts, 12)
    assert model.generate(prompts[::-1], 12) == model.generate(prompts, 12)[::-1]


def test_generation_agrees_with_transformers_own(model, prompts):
    import torch

    for prompt in prompts[:3]:
        theirs = model.model.generate(
            torch.tensor([prompt]), max_new_tokens=16, do_sample=False, eos_token_id=[2]
        )
        new = [token for token in theirs[0, len(prompt) :].tolist() if token != 2]
        assert list(model.generate([prompt], 16)[0].ids) == new


def test_greedy_streaming_gives_the_tokens_of_generate(model, prompts):
    for prompt, answer in zip(prompts, model.generate(prompts, 10), strict=True):
        assert tuple(model.stream(prompt, 10, Sampling())) == answer.ids


def test_sampling_is_repeatable_by_seed_and_varies_with_it(model, prompts):
    def drawn(seed):
        return tuple(model.stream(prompts[0], 12, Sampling(temperature=1.5, seed=seed)))

    assert drawn(3) == drawn(3)
    assert len({drawn(seed) for seed in range(5)}) > 1


def test_a_tiny_top_p_is_greedy(model, prompts):
    sampling = Sampling(temperature=1.0, top_p=1e-6, seed=5)
    assert tuple(model.stream(prompts[1], 8, sampling)) == model.generate([prompts[1]], 8)[0].ids


def test_a_stop_token_ends_an_answer_and_is_left_out(model, prompts):
    free = model.generate([prompts[0]], 10)[0]
    stop = free.ids[4]
    model.encoder.__dict__["_stop_ids"] = (stop,)
    try:
        stopped = model.generate([prompts[0]], 10)[0]
    finally:
        del model.encoder.__dict__["_stop_ids"]
    assert stopped.is_stopped
    assert stopped.ids == free.ids[: free.ids.index(stop)]


def test_answers_end_at_the_limit_and_at_the_end_of_the_context(tmp_path):
    model = load_model(make_tiny_model(tmp_path, context_length=32, eos=None))
    prompt = model.encoder.encode_prompt([{"role": "user", "content": "x"}])
    answer, nothing = model.generate([prompt, prompt * 5], 100)
    assert len(answer.ids) == 32 - len(prompt)
    assert not answer.is_stopped
    assert nothing.ids == ()
    with pytest.raises(DataError, match="context holds 32"):
        model.stream(prompt * 5, 4, Sampling())


def test_likelihoods_do_not_depend_on_batch_mates_and_agree_with_the_model_s_own_loss(
    model, prompts
):
    import torch

    encoded = rows(model, prompts)
    together = model.answer_nll(encoded)
    for row, value in zip(encoded, together, strict=True):
        assert model.answer_nll([row])[0] == pytest.approx(value, abs=1e-4)
        labels = [i if a else -100 for i, a in zip(row.ids, row.is_answer, strict=True)]
        loss = model.model(torch.tensor([row.ids]), labels=torch.tensor([labels])).loss
        assert value == pytest.approx(loss.item() * sum(row.is_answer), rel=1e-5)


def test_an_output_head_with_more_than_a_product_gives_the_same_likelihoods(model, prompts):
    from kitae.engines.inference.causal import summed_losses

    encoded = rows(model, prompts)
    slow = summed_losses(model.model, encoded, model.model.device, plain_head=False)
    assert slow == pytest.approx(model.answer_nll(encoded), rel=1e-5)


def test_progress_reaches_the_end(model, prompts):
    seen = []
    model.generate(prompts, 2, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(prompts), len(prompts))


def test_weights_other_than_safetensors_are_refused(tmp_path):
    folder = make_tiny_model(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(DataError, match="safetensors"):
        load_model(folder)


def test_batches_hold_every_row_once_within_their_limits():
    lengths = [5, 900, 40, 41, 42, 7, 300, 310, 5, 5000]
    batches = length_batches(lengths, max_tokens=1000, max_rows=3)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[i] for i in batch)
        assert len(batch) <= 3
        assert len(batch) == 1 or len(batch) * longest <= 1000
        assert sum(lengths[i] for i in batch) >= 0.75 * len(batch) * longest
    assert length_batches([], 10, 10) == []
