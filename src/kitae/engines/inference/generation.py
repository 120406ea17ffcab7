"""Greedy answers in batches, and answers drawn token by token.

Shapes: B rows, T positions, V vocabulary. Prompts are padded on the left, so that every row ends where the next
token goes; positions count from each row's own first token.
"""

# Tensors carry their shape in their names.
# ruff: noqa: N803, N806

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from kitae.core.errors import DataError
from kitae.engines.protocols import Sampling


def generate_greedy(
    model: Any,  # noqa: ANN401
    prompts: Sequence[Sequence[int]],
    limits: Sequence[int],
    stop_ids: Sequence[int],
    device: torch.device,
) -> list[tuple[list[int], bool]]:
    """New tokens of each prompt (stop token left out) and whether a stop token ended them.

    Rows that have finished leave the batch, so late ones do not pay for early ones.

    Args:
        model: A causal model of transformers.
        prompts: Token ids, none empty.
        limits: Most new tokens for each, at least 1.
        stop_ids: Tokens that end an answer.
        device: Where the model is.
    """
    stops = frozenset(stop_ids)
    answers: list[tuple[list[int], bool]] = [([], False) for _ in prompts]
    alive = list(range(len(prompts)))
    ids_BT, mask_BT = _left_padded(prompts, device)
    cache: Any = None
    while alive:
        logits_BV, cache = _advance(model, ids_BT, mask_BT, cache)
        drawn = logits_BV.argmax(-1).tolist()
        kept: list[int] = []
        for place, (row, token) in enumerate(zip(alive, drawn, strict=True)):
            new, _ = answers[row]
            if token in stops:
                answers[row] = (new, True)
                continue
            new.append(token)
            if len(new) < limits[row]:
                kept.append(place)
        if not kept:
            break
        if len(kept) < len(alive):
            chosen = torch.tensor(kept, device=device)
            cache.batch_select_indices(chosen)
            mask_BT = mask_BT.index_select(0, chosen)
        alive = [alive[place] for place in kept]
        ids_BT = torch.tensor([[drawn[place]] for place in kept], device=device)
        mask_BT = torch.cat([mask_BT, mask_BT.new_ones(len(kept), 1)], dim=1)
    return answers


def stream_tokens(
    model: Any,  # noqa: ANN401
    prompt: Sequence[int],
    limit: int,
    stop_ids: Sequence[int],
    sampling: Sampling,
) -> Iterator[int]:
    """New tokens one by one; ends before a stop token or at the limit."""
    device = next(model.parameters()).device
    generator = torch.Generator()
    if sampling.seed is None:
        generator.seed()
    else:
        generator.manual_seed(sampling.seed)
    ids_BT = torch.tensor([list(prompt)], device=device)
    mask_BT = torch.ones_like(ids_BT)
    cache: Any = None
    for _ in range(limit):
        logits_BV, cache = _advance(model, ids_BT, mask_BT, cache)
        token = draw(logits_BV[0], sampling, generator)
        if token in stop_ids:
            return
        yield token
        ids_BT = torch.tensor([[token]], device=device)
        mask_BT = torch.cat([mask_BT, mask_BT.new_ones(1, 1)], dim=1)


def draw(logits_V: torch.Tensor, sampling: Sampling, generator: torch.Generator) -> int:
    """One token: the likeliest at temperature 0, else drawn from the smallest set that holds `top_p`."""
    if sampling.temperature <= 0:
        return int(logits_V.argmax())
    chances_V = (logits_V.float().cpu() / sampling.temperature).softmax(-1)
    sorted_V, order_V = chances_V.sort(descending=True, stable=True)
    before_V = sorted_V.cumsum(0) - sorted_V
    sorted_V[before_V >= max(sampling.top_p, 1e-9)] = 0.0
    return int(order_V[torch.multinomial(sorted_V, 1, generator=generator)])


def _advance(
    model: Any,  # noqa: ANN401
    ids_BT: torch.Tensor,
    mask_BT: torch.Tensor,
    cache: Any,  # noqa: ANN401
) -> tuple[torch.Tensor, Any]:
    """Logits after the last token, [B, V], and the cache that holds everything so far.

    Raises:
        DataError: The model keeps no such cache (pure state-space models).
    """
    positions_BT = (mask_BT.cumsum(-1) - 1).clamp(min=0)[:, -ids_BT.size(1) :]
    with torch.inference_mode():
        out = model(
            input_ids=ids_BT,
            attention_mask=mask_BT,
            position_ids=positions_BT,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
    cache = getattr(out, "past_key_values", None)
    if cache is None:
        raise DataError(
            f"The base {type(model).__name__} keeps no cache of what it has read.",
            fix="choose a base with attention (Llama, Qwen, Mistral, Gemma, GPT families ...)",
        )
    return out.logits[:, -1], cache


def _left_padded(
    prompts: Sequence[Sequence[int]], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(prompt) for prompt in prompts)
    ids_BT = torch.zeros(len(prompts), longest, dtype=torch.long)
    mask_BT = torch.zeros(len(prompts), longest, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids_BT[row, longest - len(prompt) :] = torch.tensor(list(prompt))
        mask_BT[row, longest - len(prompt) :] = 1
    return ids_BT.to(device), mask_BT.to(device)
