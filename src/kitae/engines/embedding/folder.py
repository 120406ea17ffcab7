"""What kind of embedding model a folder holds. Reads settings and tensor names; loads no model library.

Two kinds are known: static ones (a table of token vectors, as model2vec and sentence-transformers write
them) and transformers with a pooling, as sentence-transformers writes them. Weights are safetensors only,
and none of the folder's own code is run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from kitae.core.errors import DataError, NotFoundError
from kitae.core.hashing import digest, file_digest
from kitae.engines.hubs.safety import read_settings

Pooling = Literal["mean", "cls", "max", "lasttoken"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
WEIGHTS = "model.safetensors"
STATIC_TENSORS = ("embeddings", "embedding.weight")
STATIC_PLACES = ("", "0_StaticEmbedding")
PLAIN_MODULES = ("Transformer", "Pooling", "Normalize", "StaticEmbedding")
REFUSED_KEYS = ("auto_map", "trust_remote_code")
LONGEST_TOKENS = 512
"""Tokens that are read at once where the folder does not say."""
_LARGEST_HEADER = 100_000_000
_FIX = (
    "name a folder with model.safetensors and tokenizer.json of a sentence embedding model"
    " (sentence-transformers or model2vec)"
)


@dataclass(frozen=True)
class EmbeddingFolder:
    """An embedding model in a folder.

    Attributes:
        kind: `static` (a vector per token) or `contextual` (a transformer).
        folder: Where its weights and its tokenizer lie.
        tensor: Name of the table of a static model.
        pooling: How the vectors of a transformer's tokens become one.
        longest: Tokens that a transformer reads at once.
        prompt: What stands before every text.
    """

    kind: Literal["static", "contextual"]
    folder: Path
    tensor: str = ""
    pooling: Pooling = "mean"
    longest: int = LONGEST_TOKENS
    prompt: str = ""


def read_folder(folder: Path) -> EmbeddingFolder:
    """Look an embedding model's folder over.

    Raises:
        NotFoundError: There is no such folder.
        DataError: It holds no embedding model that can be used as it is.
    """
    if not folder.is_dir():
        raise NotFoundError(
            f"There is no folder {folder} with an embedding model.",
            where="recipe, key clean.semantic_duplicates.embeddings",
            fix=f"{_FIX}; nothing is downloaded for it",
        )
    modules = _modules(folder)
    for place in STATIC_PLACES:
        static = folder / place
        tensor = _static_tensor(static / WEIGHTS)
        if tensor:
            _require_tokenizer(static)
            return EmbeddingFolder("static", static, tensor)
    return _contextual(folder, modules)


def folder_digest(folder: Path) -> str:
    """A hash of all that decides about the vectors; empty where there is no such folder."""
    if not folder.is_dir():
        return ""
    suffixes = (".json", ".safetensors", ".txt", ".model")
    paths = sorted(path for path in folder.rglob("*") if path.suffix in suffixes)
    return digest({path.relative_to(folder).as_posix(): file_digest(path) for path in paths})


def _modules(folder: Path) -> dict[str, str]:
    """Type of each layer -> its folder, as modules.json tells; empty where there is none.

    Raises:
        DataError: There is a layer that is not known here.
    """
    path = folder / "modules.json"
    if not path.is_file():
        return {}
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        found = {str(one["type"]).rpartition(".")[2]: str(one["path"]) for one in content}
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable(path, f"modules.json cannot be read: {error}") from error
    unknown = [name for name in found if name not in PLAIN_MODULES]
    if unknown:
        raise _unusable(path, f"it has a layer of the kind {unknown[0]}, which is not supported")
    return found


def _contextual(folder: Path, modules: dict[str, str]) -> EmbeddingFolder:
    settings = _settings(folder / "config.json")
    refused = [key for key in REFUSED_KEYS if settings.get(key)]
    if refused:
        raise _unusable(folder / "config.json", f"{refused[0]} asks for its maker's code to be run")
    if not list(folder.glob("*.safetensors")):
        raise _unusable(folder, "it holds no safetensors weights")
    _require_tokenizer(folder)
    pooling = _settings(folder / (modules.get("Pooling") or "1_Pooling") / "config.json")
    limits = (
        _settings(folder / "sentence_bert_config.json").get("max_seq_length"),
        _settings(folder / "tokenizer_config.json").get("model_max_length"),
        settings.get("max_position_embeddings"),
        LONGEST_TOKENS,
    )
    return EmbeddingFolder(
        "contextual",
        folder,
        pooling=_pooling(pooling, folder),
        longest=min(int(one) for one in limits if isinstance(one, int | float) and one > 8),
        prompt=_prompt(folder),
    )


def _pooling(settings: dict[str, Any], folder: Path) -> Pooling:
    """The one pooling that is chosen, in the words of newer folders or of older ones; else the mean."""
    chosen: Any = settings.get("pooling_mode")
    modes = [chosen] if isinstance(chosen, str) else list(chosen or ())
    modes += [
        name.removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens")
        for name, value in settings.items()
        if name.startswith("pooling_mode_") and value is True
    ]
    if not modes:
        return "mean"
    if len(modes) > 1 or modes[0] not in POOLINGS:
        raise _unusable(folder, f"its pooling {' and '.join(map(str, modes))} is not supported")
    return modes[0]


def _prompt(folder: Path) -> str:
    settings = _settings(folder / "config_sentence_transformers.json")
    prompts, name = settings.get("prompts") or {}, settings.get("default_prompt_name")
    return str(prompts.get(name) or "") if name else ""


def _settings(path: Path) -> dict[str, Any]:
    return read_settings(path) if path.is_file() else {}


def _require_tokenizer(folder: Path) -> None:
    if not (folder / "tokenizer.json").is_file():
        raise _unusable(folder, "it has no tokenizer.json")


def _static_tensor(path: Path) -> str:
    """Name of the table of token vectors in a safetensors file; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        header = stream.read(size) if size <= _LARGEST_HEADER else b""
    try:
        content: Any = json.loads(header)
        tensors = [name for name in content if name != "__metadata__"]
    except (ValueError, TypeError) as error:
        raise _unusable(path, "it is no safetensors file") from error
    known = {*STATIC_TENSORS, "weights", "mapping"}
    found = [name for name in STATIC_TENSORS if name in tensors]
    return found[0] if found and set(tensors) <= known else ""


def _unusable(path: Path, why: str) -> DataError:
    return DataError(f"The embedding model cannot be used: {why}.", where=str(path), fix=_FIX)
