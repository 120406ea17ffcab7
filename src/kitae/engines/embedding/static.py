"""Static embeddings: a text's vector is the mean of its tokens' vectors. No network runs, so it is fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from kitae.core.errors import DataError
from kitae.engines.embedding.folder import WEIGHTS, EmbeddingFolder

Read = Callable[[Sequence[str]], NDArray[np.float32]]


def static_reader(model: EmbeddingFolder) -> Read:
    """What turns texts into vectors.

    Raises:
        DataError: The files cannot be read, or do not belong together.
    """
    tokenizer, tensors = _loaded(model)
    table = tensors[model.tensor]
    mapping, weights = tensors.get("mapping"), tensors.get("weights")
    known = tokenizer.get_vocab_size() if mapping is None else len(mapping)
    if (
        table.ndim != 2
        or tokenizer.get_vocab_size() > known
        or (mapping is None and len(table) < known)
    ):
        raise _unreadable(model, "tokenizer.json and model.safetensors do not belong together")
    unknown = tokenizer.token_to_id(str(getattr(tokenizer.model, "unk_token", None) or ""))

    def read(texts: Sequence[str]) -> NDArray[np.float32]:
        tokens = [one.ids for one in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
        sizes = [len(ids) for ids in tokens]
        ids = np.array([token for one in tokens for token in one], np.int64)
        rows = np.repeat(np.arange(len(texts)), sizes)
        keep = ids != (-1 if unknown is None else unknown)
        return _means(table, ids[keep], rows[keep], (len(texts), mapping, weights))

    return read


def _means(
    table: NDArray[Any],
    ids: NDArray[np.int64],
    rows: NDArray[np.int64],
    rest: Any,  # noqa: ANN401
) -> NDArray[np.float32]:
    """The mean vector of each text; `rows` rise."""
    number, mapping, weights = rest
    found = np.zeros((number, table.shape[1]), np.float32)
    if not len(ids):
        return found
    vectors = table[ids if mapping is None else mapping[ids]].astype(np.float32)
    if weights is not None:
        vectors *= weights[ids][:, None].astype(np.float32)
    used, starts, counts = np.unique(rows, return_index=True, return_counts=True)
    found[used] = np.add.reduceat(vectors, starts, axis=0) / counts[:, None]
    return found


def _loaded(model: EmbeddingFolder) -> tuple[Tokenizer, dict[str, NDArray[Any]]]:
    try:
        tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
        with safe_open(model.folder / WEIGHTS, framework="np") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise _unreadable(model, error) from error
    except Exception as error:  # tokenizers raises bare exceptions
        raise _unreadable(model, error) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer, tensors


def _unreadable(model: EmbeddingFolder, why: object) -> DataError:
    return DataError(
        f"The embedding model cannot be read: {why}.",
        where=str(model.folder),
        fix="copy the model again, or name another one in clean.semantic_duplicates.embeddings",
    )
