"""Likelihood of answers without computing logits where nothing is asked.

Logits of every position cost more than the rest of a small model with a large vocabulary, so the output head is
applied to the positions that predict an answer token, and to nothing else.

Shapes: B rows, T positions, N answer tokens of all rows, H hidden size, V vocabulary.
"""

# Tensors carry their shape in their names.
# ruff: noqa: N803, N806, N812, N815

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from kitae.engines.protocols import EncodedExample

_PROBE_IDS = tuple(range(8))


@dataclass(frozen=True)
class Batch:
    """Rows padded on the right; causal attention never looks there, so no mask is needed.

    Attributes:
        ids_BT: Token ids; padding is 0.
        positions_N: Flat index into B*T of each position that predicts an answer token.
        targets_N: The answer token that it predicts.
        row_N: Which row of the batch each of them belongs to.
        tokens: Real tokens, padding left out.
    """

    ids_BT: torch.Tensor
    positions_N: torch.Tensor
    targets_N: torch.Tensor
    row_N: torch.Tensor
    tokens: int


def make_batch(rows: Sequence[EncodedExample], device: torch.device) -> Batch:
    """Rows as tensors. A first token has nothing before it and is never predicted."""
    longest = max(len(row.ids) for row in rows)
    ids_BT = torch.zeros(len(rows), longest, dtype=torch.long)
    positions: list[int] = []
    targets: list[int] = []
    owners: list[int] = []
    for number, row in enumerate(rows):
        ids_BT[number, : len(row.ids)] = torch.tensor(row.ids)
        places = [place for place in range(1, len(row.ids)) if row.is_answer[place]]
        positions += [number * longest + place - 1 for place in places]
        targets += [row.ids[place] for place in places]
        owners += [number] * len(places)
    return Batch(
        ids_BT.to(device),
        torch.tensor(positions, dtype=torch.long, device=device),
        torch.tensor(targets, dtype=torch.long, device=device),
        torch.tensor(owners, dtype=torch.long, device=device),
        sum(len(row.ids) for row in rows),
    )


def has_plain_head(model: Any, device: torch.device) -> bool:  # noqa: ANN401
    """Whether logits are just the output embedding applied to the decoder's states.

    Some architectures scale or cap their logits afterwards; for them the model's own forward is used.
    """
    head = model.get_output_embeddings()
    if head is None:
        return False
    ids_BT = torch.tensor([_PROBE_IDS], device=device)
    with torch.inference_mode():
        own_BTV = model(input_ids=ids_BT, use_cache=False).logits
        try:
            states_BTH = decoder_states(model, ids_BT)
            plain_BTV = head(states_BTH)
        except (AttributeError, TypeError, RuntimeError):
            return False
    return own_BTV.shape == plain_BTV.shape and torch.allclose(own_BTV, plain_BTV, atol=1e-4)


def decoder_states(model: Any, ids_BT: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
    """Last hidden states, [B, T, H]."""
    return model.get_decoder()(input_ids=ids_BT, use_cache=False).last_hidden_state


def answer_losses(model: Any, batch: Batch, *, plain_head: bool) -> torch.Tensor:  # noqa: ANN401
    """Negative log-likelihood of each answer token, [N], float32, in nats."""
    if plain_head:
        states_BTH = decoder_states(model, batch.ids_BT)
        states_NH = states_BTH.flatten(0, 1).index_select(0, batch.positions_N)
        logits_NV = model.get_output_embeddings()(states_NH)
    else:
        logits_BTV = model(input_ids=batch.ids_BT, use_cache=False).logits
        logits_NV = logits_BTV.flatten(0, 1).index_select(0, batch.positions_N)
    return F.cross_entropy(logits_NV.float(), batch.targets_N, reduction="none")
