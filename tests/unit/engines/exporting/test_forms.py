from __future__ import annotations

import json
from pathlib import Path

import pytest

from kitae.engines.exporting import merge_adapter, tensor_hash, write_adapter
from kitae.engines.hubs import find_base
from kitae.records.example import ChatMessage
from support.model_folders import safetensors_bytes
from support.tiny_models import make_tiny_model
from support.tuned_models import make_adapter

QUESTION: list[ChatMessage] = [
    {"role": "system", "content": "今日の topic?"},
    {"role": "user", "content": "What is the question of 仕事? <|im_end|>"},
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("export") / "base")


@pytest.fixture(scope="module")
def adapter(base: Path) -> Path:
    return make_adapter(base, base.parent / "adapter")


def answers(base: Path, adapter: Path | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    from kitae.engines.inference.causal import load_model

    model = load_model(base, adapter)
    prompt = model.encoder.encode_prompt(QUESTION)
    (answer,) = model.generate([prompt], 32)
    return tuple(prompt), answer.ids


def test_the_merged_model_answers_as_base_and_adapter_do(base: Path, adapter: Path, tmp_path: Path):
    merge_adapter(base, adapter, tmp_path / "merged")
    assert answers(tmp_path / "merged", None) == answers(base, adapter)
    assert answers(tmp_path / "merged", None) != answers(base, None)
    assert not list((tmp_path / "merged").glob("*.bin"))


def test_merging_twice_gives_equal_bytes(base: Path, adapter: Path, tmp_path: Path):
    merge_adapter(base, adapter, tmp_path / "a")
    merge_adapter(base, adapter, tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_merged_model_is_a_base_that_can_be_tuned_again(
    base: Path, adapter: Path, tmp_path: Path
):
    merge_adapter(base, adapter, tmp_path / "merged")
    found = find_base("merged", tmp_path).base
    assert found.parameters == find_base(str(base), tmp_path).base.parameters
    assert found.has_chat_template


@pytest.mark.parametrize("tied", [False, True])
def test_tied_embeddings_stay_as_they_were(tmp_path: Path, tied):
    base = make_tiny_model(tmp_path / "base", tied=tied)
    adapter = make_adapter(base, tmp_path / "adapter")
    merge_adapter(base, adapter, tmp_path / "merged")
    assert answers(tmp_path / "merged", None) == answers(base, adapter)
    config = json.loads((tmp_path / "merged" / "config.json").read_bytes())
    assert config["tie_word_embeddings"] is tied


def test_the_exported_adapter_answers_the_same_and_names_its_base(
    base: Path, adapter: Path, tmp_path: Path
):
    write_adapter(adapter, base, "owner/name@v1", (2,), tmp_path / "out")
    assert answers(base, tmp_path / "out") == answers(base, adapter)
    config = json.loads((tmp_path / "out" / "adapter_config.json").read_bytes())
    assert (config["base_model_name_or_path"], config["revision"]) == ("owner/name", "v1")
    for file in (tmp_path / "out").iterdir():
        assert str(tmp_path.parent) not in file.read_bytes().decode("utf-8", "ignore"), file


def test_the_shipped_tokenizer_renders_the_same_prompt(base: Path, adapter: Path, tmp_path: Path):
    from kitae.engines.tokens.encoder import load_encoder

    for source in (base, find_base("kitae-spark", tmp_path).folder):
        encoder = load_encoder(source)
        target = tmp_path / source.name
        write_adapter(adapter, source, "x", encoder.stop_ids, target)
        shipped = load_encoder(target)
        assert shipped.encode_prompt(QUESTION) == encoder.encode_prompt(QUESTION)
        assert shipped.stop_ids == encoder.stop_ids
        settings = json.loads((target / "tokenizer_config.json").read_bytes())
        assert settings["tokenizer_class"] == "PreTrainedTokenizerFast"
        assert settings["chat_template"] == (target / "chat_template.jinja").read_text("utf-8")


def test_a_base_without_a_chat_template_ships_the_one_that_was_used(tmp_path: Path):
    from kitae.engines.tokens.encoder import load_encoder

    base = make_tiny_model(tmp_path / "base", template=None)
    adapter = make_adapter(base, tmp_path / "adapter")
    merge_adapter(base, adapter, tmp_path / "merged")
    plain: list[ChatMessage] = [{"role": "user", "content": "hi"}]
    shipped = load_encoder(tmp_path / "merged")
    assert shipped.encode_prompt(plain) == load_encoder(base).encode_prompt(plain)
    assert find_base("merged", tmp_path).base.has_chat_template


def test_generation_config_names_every_stop_and_is_greedy(
    base: Path, adapter: Path, tmp_path: Path
):
    write_adapter(adapter, base, "x", (7, 2), tmp_path / "out")
    config = json.loads((tmp_path / "out" / "generation_config.json").read_bytes())
    assert config["eos_token_id"] == [2, 7]
    assert config["do_sample"] is False


def test_the_tensor_hash_looks_at_tensors_and_not_at_their_order(tmp_path: Path):
    one = ("F32", [2], b"\0" * 8)
    two = ("F32", [2], b"\1" * 8)
    (tmp_path / "a").write_bytes(safetensors_bytes({"x": one, "y": two}))
    (tmp_path / "b").write_bytes(safetensors_bytes({"y": two, "x": one}))
    (tmp_path / "c").write_bytes(safetensors_bytes({"x": two, "y": one}))
    (tmp_path / "d").write_bytes(safetensors_bytes({"x": one}))
    (tmp_path / "e").write_bytes(safetensors_bytes({"y": two}))
    a, b, c = (tensor_hash([tmp_path / name]) for name in "abc")
    assert a == b == tensor_hash([tmp_path / "d", tmp_path / "e"])
    assert a != c
