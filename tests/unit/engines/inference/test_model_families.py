import dataclasses

import pytest

from kitae.core.errors import DataError
from kitae.engines.inference import load_model
from kitae.engines.training import train
from support.tiny_models import make_tiny_model
from support.training_jobs import job, settings

SIZES = {
    "vocab_size": 447, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "bos_token_id": None, "eos_token_id": 2,
}  # fmt: skip
FAMILIES = {
    "GPT2Config": {"vocab_size": 447, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256,
                   "bos_token_id": None, "eos_token_id": 2},
    "Qwen3Config": {**SIZES, "head_dim": 8},
    "MistralConfig": {**SIZES, "sliding_window": 8},
    "Gemma2Config": {**SIZES, "head_dim": 8, "sliding_window": 16, "pad_token_id": 0},
    "GraniteConfig": {**SIZES, "logits_scaling": 4.0},
    "MambaConfig": {"vocab_size": 447, "hidden_size": 32, "num_hidden_layers": 1,
                    "bos_token_id": None, "eos_token_id": 2},
}  # fmt: skip


def make(folder, family):
    import torch
    import transformers

    make_tiny_model(folder)
    (folder / "model.safetensors").unlink()
    torch.manual_seed(0)
    config = getattr(transformers, family)(**FAMILIES[family])
    model = transformers.AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.25)
    model.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "MambaConfig"])
def test_every_family_answers_the_same_alone_and_in_a_batch_and_can_be_tuned(tmp_path, family):
    import torch

    base = make(tmp_path / "base", family)
    model = load_model(base)
    work = job(tmp_path / "work", settings=settings(steps=2))
    prompts = [list(row.ids[:-2]) for row in work.train[:4]]
    assert model.generate(prompts, 8) == [model.generate([prompt], 8)[0] for prompt in prompts]
    for row, value in zip(work.train, model.answer_nll(work.train), strict=True):
        labels = [i if a else -100 for i, a in zip(row.ids, row.is_answer, strict=True)]
        loss = model.model(torch.tensor([row.ids]), labels=torch.tensor([labels])).loss
        assert value == pytest.approx(loss.item() * sum(row.is_answer), rel=1e-5)
    result = train(dataclasses.replace(work, base=base))
    losses = result.tuned.validation
    assert losses[-1].loss < losses[0].loss
    assert load_model(base, result.adapter).generate(prompts[:1], 4)


def test_logits_that_are_scaled_or_capped_do_not_take_the_short_way(tmp_path):
    from kitae.engines.inference.head import has_plain_head

    found = {}
    for family in ("Qwen3Config", "Gemma2Config", "GraniteConfig"):
        model = load_model(make(tmp_path / family, family)).model
        found[family] = has_plain_head(model, model.device)
    assert found == {"Qwen3Config": True, "Gemma2Config": False, "GraniteConfig": False}


def test_a_model_without_a_cache_is_refused(tmp_path):
    model = load_model(make(tmp_path, "MambaConfig"))
    with pytest.raises(DataError, match="no cache"):
        model.generate([[5, 6, 7]], 4)
