"""Embeddings by a transformer: its token vectors pooled. A long text is read in windows and averaged.

Whatever is cut off is not compared, so nothing is cut off: two long texts with the same beginning would
otherwise look equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from kitae.core.errors import DataError
from kitae.engines.embedding.folder import EmbeddingFolder
from kitae.engines.threads import cpu_threads

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BATCH_WINDOWS = 32
CORES = torch.get_num_threads()


def contextual_reader(model: EmbeddingFolder) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """What turns texts into vectors.

    Raises:
        DataError: The files cannot be read.
    """
    tokenizer, network = _loaded(model)

    padding = int(tokenizer.pad_token_id or 0)

    def read(texts: Sequence[str]) -> NDArray[np.float32]:
        windows = tokenizer(
            list(texts),
            truncation=True,
            max_length=model.longest,
            return_overflowing_tokens=True,
        )
        rows = np.array(windows["overflow_to_sample_mapping"], np.int64)
        ids: list[list[int]] = windows["input_ids"]
        vectors = [
            _pooled(network, padding, ids[start : start + BATCH_WINDOWS], model.pooling)
            for start in range(0, len(ids), BATCH_WINDOWS)
        ]
        sizes = np.array([len(one) for one in ids], np.float32)
        return _averaged(np.concatenate(vectors), rows, sizes, len(texts))

    return read


def _averaged(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], sizes: NDArray[np.float32], number: int
) -> NDArray[np.float32]:
    """The mean of each text's windows, long windows counting more."""
    found = np.zeros((number, vectors.shape[1]), np.float32)
    np.add.at(found, rows, vectors * sizes[:, None])
    return found


@torch.inference_mode()
def _pooled(
    network: PreTrainedModel, padding: int, ids: list[list[int]], pooling: str
) -> NDArray[np.float32]:
    """One vector per window."""
    longest = max(len(one) for one in ids)
    batch = torch.tensor([one + [padding] * (longest - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in ids])
    states = network(input_ids=batch, attention_mask=mask).last_hidden_state
    if pooling == "cls":
        found = states[:, 0]
    elif pooling == "lasttoken":
        found = states[torch.arange(len(ids)), mask.sum(1) - 1]
    elif pooling == "max":
        found = states.masked_fill(mask.unsqueeze(-1) == 0, -torch.inf).amax(1)
    else:
        weights = mask.unsqueeze(-1).to(states.dtype)
        found = (states * weights).sum(1) / weights.sum(1)
    unit = torch.nn.functional.normalize(found.float(), dim=1)
    return cast("NDArray[np.float32]", unit.numpy())


def _loaded(model: EmbeddingFolder) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    known: Any = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer: Any = cast("Any", AutoTokenizer).from_pretrained(model.folder, **known)
        network: Any = cast("Any", AutoModel).from_pretrained(
            model.folder, dtype=torch.float32, use_safetensors=True, **known
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise DataError(
            f"The embedding model cannot be read: {error}.",
            where=str(model.folder),
            fix="copy the model again, or name another one in clean.semantic_duplicates.embeddings",
        ) from error
    parameters = sum(one.numel() for one in network.parameters())
    torch.set_num_threads(cpu_threads(parameters, CORES))
    return tokenizer, network.eval()
