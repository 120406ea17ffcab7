"""A real causal model that answers."""

# Tensors carry their shape in their names.
# ruff: noqa: N806

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from kitae.core.errors import DataError
from kitae.engines.inference.batching import length_batches
from kitae.engines.inference.generation import generate_greedy, stream_tokens
from kitae.engines.inference.head import answer_losses, has_plain_head, make_batch
from kitae.engines.inference.loading import choose_dtype, find_device, load_adapter, load_base
from kitae.engines.protocols import EncodedExample, Encoder, Generation, Sampling
from kitae.engines.tokens.encoder import load_encoder

MAX_ROWS = 32
MAX_TOKENS = 8192
"""Of one batch, padding counted."""


def _ignore(_done: int, _total: int) -> None:
    """Forget the progress."""


def load_model(base: Path, adapter: Path | None = None) -> CausalModel:
    """A model ready to answer.

    Args:
        base: Folder of the base model.
        adapter: Folder of an adapter for it, or None.

    Raises:
        DataError: A folder cannot be read.
        ResourceError: The model does not fit in memory.
    """
    device = find_device()
    model = load_base(base, choose_dtype(base, device), device)
    plain = has_plain_head(model, device)
    if adapter is not None:
        model = load_adapter(model, adapter)
    return CausalModel(model, load_encoder(base), plain_head=plain)


class CausalModel:
    """Implements `LanguageModel` on transformers.

    Args:
        model: A causal model, or one with a peft adapter on it.
        encoder: Of its tokenizer.
        plain_head: Whether its logits are its output embedding applied to its hidden states.
    """

    def __init__(self, model: Any, encoder: Encoder, *, plain_head: bool) -> None:  # noqa: ANN401
        self.model = model
        self._bare = model.get_base_model() if hasattr(model, "get_base_model") else model
        self._encoder = encoder
        self._plain_head = plain_head

    @property
    def encoder(self) -> Encoder:
        """The encoder of this model's tokenizer."""
        return self._encoder

    @property
    def context_length(self) -> int:
        """Tokens that fit, prompt and answer together."""
        return int(getattr(self._bare.config, "max_position_embeddings", 0) or 2048)

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        max_new_tokens: int,
        on_progress: Callable[[int, int], None] = _ignore,
    ) -> list[Generation]:
        """Greedy answers, in the order of the prompts. Equal calls give equal tokens.

        A prompt that fills the context leaves no room: its answer is empty and not stopped.
        """
        limits = [min(max_new_tokens, self.context_length - len(p)) for p in prompts]
        answers = [Generation((), "", is_stopped=False)] * len(prompts)
        open_rows = [i for i, limit in enumerate(limits) if limit > 0 and prompts[i]]
        done = len(prompts) - len(open_rows)
        lengths = [len(prompts[i]) for i in open_rows]
        for batch in length_batches(lengths, MAX_TOKENS, MAX_ROWS):
            rows = [open_rows[place] for place in batch]
            found = generate_greedy(
                self.model,
                [prompts[row] for row in rows],
                [limits[row] for row in rows],
                self._encoder.stop_ids,
                self._device,
            )
            for row, (ids, is_stopped) in zip(rows, found, strict=True):
                answers[row] = Generation(tuple(ids), self._encoder.decode(ids), is_stopped)
            done += len(rows)
            on_progress(done, len(prompts))
        return answers

    def stream(
        self, prompt: Sequence[int], max_new_tokens: int, sampling: Sampling
    ) -> Iterator[int]:
        """New tokens one by one; ends before the stop token or at the limit.

        Raises:
            DataError: The prompt fills the whole context.
        """
        limit = min(max_new_tokens, self.context_length - len(prompt))
        if limit <= 0:
            raise DataError(
                f"The conversation has {len(prompt)} tokens; the model's context holds "
                f"{self.context_length}.",
                fix="start a new conversation, or shorten it",
            )
        return stream_tokens(self.model, prompt, limit, self._encoder.stop_ids, sampling)

    def answer_nll(
        self,
        rows: Sequence[EncodedExample],
        on_progress: Callable[[int, int], None] = _ignore,
    ) -> list[float]:
        """Negative log-likelihood of each row's answer tokens, in nats (sum, not mean)."""
        return summed_losses(
            self._bare, rows, self._device, plain_head=self._plain_head, on_progress=on_progress
        )

    @property
    def _device(self) -> torch.device:
        return next(self._bare.parameters()).device


def summed_losses(
    model: Any,  # noqa: ANN401
    rows: Sequence[EncodedExample],
    device: torch.device,
    *,
    plain_head: bool,
    on_progress: Callable[[int, int], None] = _ignore,
) -> list[float]:
    """Negative log-likelihood of each row's answer tokens, in nats, summed in float64."""
    sums = [0.0] * len(rows)
    done = 0
    for batch in length_batches([len(row.ids) for row in rows], MAX_TOKENS, MAX_ROWS):
        tensors = make_batch([rows[i] for i in batch], device)
        with torch.inference_mode():
            losses_N = answer_losses(model, tensors, plain_head=plain_head)
            sums_B = torch.zeros(len(batch), dtype=torch.float64)
            sums_B.index_add_(0, tensors.row_N.cpu(), losses_N.double().cpu())
        for index, value in zip(batch, sums_B.tolist(), strict=True):
            sums[index] = value
        done += len(batch)
        on_progress(done, len(rows))
    return sums
