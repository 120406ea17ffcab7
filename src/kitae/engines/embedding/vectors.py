"""Texts as unit vectors. Equal texts are read once, in an order that does not depend on their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kitae.core.errors import DependencyError
from kitae.engines.embedding.folder import EmbeddingFolder
from kitae.engines.texts.column import TextColumn

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
BATCH_TEXTS = 2048
_NOTHING = 1e-9


def embed(
    model: EmbeddingFolder, texts: TextColumn, on_batch: Callable[[int, int], None] | None = None
) -> Vectors:
    """A vector of length 1 per text; zeros for a text of which the model knows nothing.

    Args:
        model: From `read_folder`.
        texts: The texts.
        on_batch: Called with (texts done, texts in all).

    Raises:
        DataError: The model's files cannot be read.
        DependencyError: What reads them is not installed.
    """
    _, first, inverse = np.unique(texts.hashes, return_index=True, return_inverse=True)
    order = np.lexsort((texts.hashes[first], texts.sizes[first]))
    reader = _reader(model)
    found: Vectors = np.zeros((len(first), 0), np.float32)
    done = 0
    for rows in _batches(order):
        vectors = reader([model.prompt + text for text in texts.texts(first[rows])])
        if not found.shape[1]:
            found = np.zeros((len(first), vectors.shape[1]), np.float32)
        found[rows] = unit(vectors)
        done += len(rows)
        if on_batch:
            on_batch(done, len(order))
    return found[inverse]


def unit(vectors: Vectors) -> Vectors:
    """Vectors of length 1; what has hardly any length becomes nothing."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    whole = np.isfinite(lengths) & (lengths > _NOTHING)
    return np.where(whole, vectors / np.where(whole, lengths, 1.0), 0.0).astype(np.float32)


def _batches(order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(order), BATCH_TEXTS):
        yield order[start : start + BATCH_TEXTS]


def _reader(model: EmbeddingFolder) -> Embed:
    try:
        if model.kind == "static":
            from kitae.engines.embedding.static import static_reader

            return static_reader(model)
        from kitae.engines.embedding.contextual import contextual_reader

        return contextual_reader(model)
    except ModuleNotFoundError as error:
        raise DependencyError(
            f"Reading an embedding model needs {error.name}, which is not installed.",
            fix='pip install "kitae[local]"',
        ) from error
