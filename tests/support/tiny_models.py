"""Random tiny Llama models with a tokenizer and a chat template, made in a second, equal for equal seeds."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
# Two threads on a model this small only wait for each other, ten times as long on a busy machine.

CHATML_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WORDS = (
    "the", "this", "what", "question", "answer", "topic", "period", "love", "work", "money", "today",
    "user", "assistant", "system", "する", "です", "ます", "今日", "仕事", "什么", "今天", "的",
)  # fmt: skip


def make_tiny_model(  # noqa: PLR0913
    folder: Path,
    *,
    seed: int = 0,
    hidden_size: int = 32,
    layers: int = 2,
    context_length: int = 512,
    template: str | None = CHATML_TEMPLATE,
    eos: str | None = "<|im_end|>",
    tied: bool = False,
) -> Path:
    """Write a random Llama (about 40 thousand parameters) as safetensors, with everything a base needs.

    Args:
        folder: Made when missing; gives the model's folder.
        seed: Of the weights.
        hidden_size: Width; a multiple of 8 (four attention heads).
        layers: Depth.
        context_length: `max_position_embeddings`.
        template: Chat template, or None for a base without one.
        eos: End-of-sequence token, or None for a tokenizer without one.
        tied: Whether input and output embeddings are one tensor.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _write_tokenizer(folder, template, eos)
    eos_id = vocabulary[eos] if eos else None
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=hidden_size,
        intermediate_size=2 * hidden_size,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context_length,
        tie_word_embeddings=tied,
        bos_token_id=None,
        eos_token_id=eos_id,
        pad_token_id=vocabulary["<|endoftext|>"],
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() > 1:
                    parameter.normal_(0.0, 0.25)
    model.save_pretrained(folder)
    return folder


def _write_tokenizer(folder: Path, template: str | None, eos: str | None) -> dict[str, int]:
    vocabulary, merges = _vocabulary()
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": vocabulary[token], "content": token, "single_word": False, "lstrip": False,
                "rstrip": False, "normalized": False, "special": True,
            }
            for token in SPECIAL_TOKENS
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True,
        },
        "post_processor": None,
        "decoder": {
            "type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True,
        },
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
            "ignore_merges": False, "vocab": vocabulary, "merges": merges,
        },
    }  # fmt: skip
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1_000_000,
        **({"eos_token": eos} if eos else {}),
        **({"chat_template": template} if template else {}),
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    return vocabulary


def _vocabulary() -> tuple[dict[str, int], list[list[str]]]:
    """Every byte, and the words of `WORDS` (bare and after a space) joined from the left."""
    letters = _byte_letters()
    tokens = [*SPECIAL_TOKENS, *letters]
    merges: list[list[str]] = []
    for word in (form for plain in WORDS for form in (plain, f" {plain}")):
        left, *rest = [letters[byte] for byte in word.encode()]
        for letter in rest:
            if left + letter not in tokens:
                tokens.append(left + letter)
                merges.append([left, letter])
            left += letter
    return {token: number for number, token in enumerate(tokens)}, merges


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in byte-level BPE (GPT-2's table)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {byte: chr(byte) for byte in printable}
    table.update({byte: chr(256 + place) for place, byte in enumerate(others)})
    return [table[byte] for byte in range(256)]


@cache
def shared_tiny_model(
    template: str | None = CHATML_TEMPLATE, eos: str | None = "<|im_end|>"
) -> Path:
    """A tiny model that all tests of this process share; nobody may write into it."""
    folder = Path(tempfile.mkdtemp(prefix="kitae-tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_tiny_model(folder, template=template, eos=eos)
