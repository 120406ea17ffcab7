"""Model folders of a few bytes, written without any model library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 4,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "max_position_embeddings": 64,
    "vocab_size": 16,
}
CARD = "---\nlicense: apache-2.0\nlanguage:\n- en\n---\n# A model of a few bytes\n"


def safetensors_bytes(tensors: dict[str, tuple[str, list[int], bytes]]) -> bytes:
    """A safetensors file: name -> (dtype, shape, bytes)."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, (dtype, shape, content) in tensors.items():
        offsets = [place, place + len(content)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        place = offsets[1]
    raw = json.dumps(header).encode()
    raw += b" " * (-len(raw) % 8)
    body = b"".join(content for _, _, content in tensors.values())
    return len(raw).to_bytes(8, "little") + raw + body


def weights(size: int = 16) -> bytes:
    """Two tensors: `size` x 4 and 4 numbers of float32."""
    return safetensors_bytes(
        {
            "embed": ("F32", [size, 4], bytes(range(256)) * (size // 16)),
            "norm": ("F32", [4], b"\0" * 16),
        }
    )


def model_files(**changes: bytes | None) -> dict[str, bytes]:
    """The files of a small sound model; `changes` replace or (None) remove, `_` standing for `.`."""
    files = {
        "config.json": json.dumps(CONFIG).encode(),
        "tokenizer.json": b"{}",
        "tokenizer_config.json": b'{"chat_template": "{{ messages }}"}',
        "model.safetensors": weights(),
        "README.md": CARD.encode(),
    }
    for key, content in changes.items():
        name = key.replace("__", "/").replace("_json", ".json").replace("_bin", ".bin")
        name = name.replace("_safetensors", ".safetensors").replace("README_md", "README.md")
        if content is None:
            files.pop(name)
        else:
            files[name] = content
    return files


def write_model(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """Write the files of a model into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (files or model_files()).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
