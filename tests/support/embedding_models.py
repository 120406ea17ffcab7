"""Small embedding models made in a moment, equal for equal seeds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

DIMENSIONS = 64
STRUCTURE = ("[UNK]", "[PAD]", "[CLS]", "[SEP]")


def make_static_model(
    folder: Path,
    meanings: Sequence[str],
    *,
    seed: int = 0,
    place: str = "",
    tensor: str = "embeddings",
    weights: bool = False,
) -> Path:
    """A static model in which all words of one line of `meanings` have nearly one vector.

    Args:
        folder: Gives the model's folder.
        meanings: Words that mean the same, separated by spaces; every CJK character is a word.
        seed: Of the vectors.
        place: Folder inside it, as sentence-transformers has them.
        tensor: Name of the table.
        weights: Whether tokens have weights and a mapping, as newer model2vec models do.
    """
    from safetensors.numpy import save_file

    source = np.random.default_rng(seed)
    rows = [np.zeros(DIMENSIONS)] * len(STRUCTURE)
    words = list(STRUCTURE)
    for line in meanings:
        meaning = source.normal(size=DIMENSIONS)
        for word in line.split():
            words.append(word)
            rows.append(meaning + 0.05 * source.normal(size=DIMENSIONS))
    target = folder / place
    target.mkdir(parents=True, exist_ok=True)
    table = np.array(rows, np.float32)
    tensors = {tensor: table}
    if weights:
        order = source.permutation(len(words))
        mapping = np.empty(len(words), np.int64)
        mapping[np.arange(len(words))] = order
        by_mapping = np.empty_like(table)
        by_mapping[order] = table
        tensors = {
            tensor: by_mapping,
            "mapping": mapping,
            "weights": source.uniform(0.5, 1.5, len(words)).astype(np.float32),
        }
    save_file(tensors, target / "model.safetensors")
    _write_tokenizer(target, words)
    if not place:
        (folder / "config.json").write_text(json.dumps({"model_type": "model2vec"}), "utf-8")
    return folder


def make_sentence_model(
    folder: Path, words: Sequence[str], *, pooling: str = "mean_tokens"
) -> Path:
    """A random BERT of two layers with a pooling, as sentence-transformers writes them."""
    import torch
    from transformers import BertConfig, BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    vocabulary = [*STRUCTURE, *words]
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=32,
        pad_token_id=1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BertModel(config, add_pooling_layer=False)
    model.save_pretrained(folder)
    _write_tokenizer(folder, vocabulary, frame=True)
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]"}
    names |= {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    _write(folder / "tokenizer_config.json", {**names, "model_max_length": 32})
    _write(folder / "1_Pooling/config.json", {f"pooling_mode_{pooling}": True})
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"))
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]
    _write(folder / "modules.json", modules)
    return folder


def _write_tokenizer(folder: Path, words: Sequence[str], *, frame: bool = False) -> None:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    pieces = Regex(r"[\u3040-\u30ff\u4e00-\u9fff]|[a-z0-9']+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(pieces, "isolated"), pre_tokenizers.Whitespace()]
    )
    if frame:
        ends = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=ends
        )
    tokenizer.save(str(folder / "tokenizer.json"))


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
