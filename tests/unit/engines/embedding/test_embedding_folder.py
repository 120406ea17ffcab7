import json
import subprocess
import sys

import numpy as np
import pytest

from kitae.core.errors import DataError, NotFoundError
from kitae.engines.embedding import embed, folder_digest, read_folder
from kitae.engines.texts.column import TextColumn
from support.embedding_models import make_sentence_model, make_static_model

MEANINGS = ("cat feline", "dog hound", "eats devours", "today", "猫", "犬")
TEXTS = [
    "the cat eats",
    "A feline devours!",
    "dog",
    "猫 犬",
    "nothing known",
    "",
    "Cat cat cat dog",
]


def vectors_of(folder, texts):
    return embed(read_folder(folder), TextColumn.from_texts(texts))


def test_a_static_text_is_the_mean_of_its_known_tokens(tmp_path):
    from safetensors.numpy import load_file

    folder = make_static_model(tmp_path / "m", MEANINGS)
    table = load_file(folder / "model.safetensors")["embeddings"]
    ids = {"cat": 4, "dog": 6, "eats": 8}
    wanted = (table[ids["cat"]] + table[ids["eats"]]) / 2
    found = vectors_of(folder, ["the cat eats"])[0]
    assert np.allclose(found, wanted / np.linalg.norm(wanted), atol=1e-6)


def test_words_of_one_meaning_lie_near_and_others_far(tmp_path):
    one, other, dog, *_ = vectors_of(make_static_model(tmp_path / "m", MEANINGS), TEXTS)
    assert one @ other > 0.95
    assert one @ dog < 0.5


def test_weights_and_mapping_of_newer_static_models_are_used(tmp_path):
    from safetensors.numpy import load_file

    folder = make_static_model(tmp_path / "m", MEANINGS, weights=True)
    tensors = load_file(folder / "model.safetensors")
    rows = np.array([4, 8])
    vectors = tensors["embeddings"][tensors["mapping"][rows]] * tensors["weights"][rows][:, None]
    wanted = vectors.mean(axis=0)
    found = vectors_of(folder, ["cat eats"])[0]
    assert np.allclose(found, wanted / np.linalg.norm(wanted), atol=1e-6)


@pytest.mark.parametrize(
    ("place", "tensor"), [("", "embedding.weight"), ("0_StaticEmbedding", "embedding.weight")]
)
def test_static_models_of_sentence_transformers_give_the_same(tmp_path, place, tensor):
    plain = vectors_of(make_static_model(tmp_path / "a", MEANINGS), TEXTS)
    other = make_static_model(tmp_path / "b", MEANINGS, place=place, tensor=tensor)
    assert np.array_equal(plain, vectors_of(other, TEXTS))


def test_a_text_without_known_tokens_is_nothing(tmp_path):
    vectors = vectors_of(make_static_model(tmp_path / "m", MEANINGS), TEXTS)
    assert not vectors[4].any()
    assert not vectors[5].any()
    lengths = np.linalg.norm(np.delete(vectors, [4, 5], axis=0), axis=1)
    assert np.allclose(lengths, 1)


@pytest.mark.parametrize("make", [make_static_model, make_sentence_model])
def test_the_order_of_the_texts_changes_nothing(tmp_path, make):
    folder = make(tmp_path / "m", ("cat", "dog", "eats", "the"))
    texts = ["the cat", "dog eats the cat", "the cat", "eats eats eats", "dog"] * 3
    straight, turned = vectors_of(folder, texts), vectors_of(folder, texts[::-1])
    assert np.array_equal(straight, turned[::-1])


@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token", "max_tokens", "lasttoken"])
def test_a_transformer_is_pooled_as_its_folder_says(tmp_path, pooling):
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = make_sentence_model(tmp_path / "m", ("cat", "dog", "eats"), pooling=pooling)
    batch = AutoTokenizer.from_pretrained(folder)(["dog eats cat"], return_tensors="pt")
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder)(
            batch["input_ids"], batch["attention_mask"]
        ).last_hidden_state[0]
    wanted = {
        "mean_tokens": states.mean(0),
        "cls_token": states[0],
        "max_tokens": states.amax(0),
        "lasttoken": states[-1],
    }[pooling].numpy()
    found = vectors_of(folder, ["cat", "dog eats cat"])[1]
    assert np.allclose(found, wanted / np.linalg.norm(wanted), atol=1e-5)


@pytest.mark.parametrize("pooling", ["mean", "cls", "max", "lasttoken"])
def test_newer_folders_say_their_pooling_in_one_word(tmp_path, pooling):
    old = {"mean": "mean_tokens", "max": "max_tokens", "cls": "cls_token"}.get(pooling, pooling)
    folder = make_sentence_model(tmp_path / "m", ("cat", "dog"), pooling=old)
    before = read_folder(folder)
    settings = {"embedding_dimension": 32, "pooling_mode": pooling, "include_prompt": True}
    (folder / "1_Pooling/config.json").write_text(json.dumps(settings), "utf-8")
    assert read_folder(folder) == before
    assert before.pooling == pooling


def test_the_end_of_a_long_text_counts(tmp_path):
    folder = make_sentence_model(tmp_path / "m", ("cat", "dog", "eats"))
    start = "cat eats dog " * 20
    one, other = vectors_of(folder, [start + "cat " * 40, start + "dog " * 40])
    assert one @ other < 0.999


def test_a_prompt_that_the_model_wants_stands_before_every_text(tmp_path):
    folder = make_sentence_model(tmp_path / "m", ("cat", "dog", "query"))
    (plain,) = vectors_of(folder, ["query cat"])
    settings = {"prompts": {"query": "query "}, "default_prompt_name": "query"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(settings), "utf-8")
    assert np.array_equal(vectors_of(folder, ["cat"])[0], plain)


def test_a_folder_that_is_not_there_is_told_with_its_key(tmp_path):
    with pytest.raises(NotFoundError, match="nowhere") as caught:
        read_folder(tmp_path / "nowhere")
    assert "clean.semantic_duplicates.embeddings" in caught.value.where


def without_weights(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def without_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


def with_code(folder):
    path = folder / "config.json"
    settings = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**settings, "auto_map": {"AutoModel": "x.Y"}}), "utf-8")


def with_another_layer(folder):
    modules = [
        {"idx": 0, "name": "0", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    ]
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")


def with_two_poolings(folder):
    both = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}
    (folder / "1_Pooling/config.json").write_text(json.dumps(both), "utf-8")


def with_broken_weights(folder):
    (folder / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{]")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without_weights, "no safetensors"),
        (without_tokenizer, "no tokenizer.json"),
        (with_code, "maker's code"),
        (with_another_layer, "Dense"),
        (with_two_poolings, "pooling"),
        (with_broken_weights, "no safetensors file"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(tmp_path, change, why):
    folder = make_sentence_model(tmp_path / "m", ("cat", "dog"))
    change(folder)
    with pytest.raises(DataError, match=why):
        embed(read_folder(folder), TextColumn.from_texts(["cat"]))


def test_a_table_and_a_tokenizer_of_two_models_are_refused(tmp_path):
    small = make_static_model(tmp_path / "small", ("cat",))
    large = make_static_model(tmp_path / "large", MEANINGS)
    (large / "tokenizer.json").replace(small / "tokenizer.json")
    with pytest.raises(DataError, match="belong together"):
        vectors_of(small, ["cat"])


def test_the_digest_changes_with_the_weights_and_with_nothing_else(tmp_path):
    folder = make_static_model(tmp_path / "m", MEANINGS)
    before = folder_digest(folder)
    (folder / "README.md").write_text("a note", encoding="utf-8")
    assert folder_digest(folder) == before
    make_static_model(folder, MEANINGS, seed=1)
    assert folder_digest(folder) != before
    assert folder_digest(tmp_path / "nowhere") == ""


def test_a_look_at_the_folder_loads_no_model_library(tmp_path):
    folder = make_sentence_model(tmp_path / "m", ("cat", "dog"))
    code = (
        "import sys; from pathlib import Path; from kitae.engines.embedding import read_folder;"
        "read_folder(Path(sys.argv[1])); heavy = {'torch', 'transformers', 'safetensors'};"
        "assert not heavy & set(sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
