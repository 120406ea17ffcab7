"""A lean forward pass of the LLaMA architecture for training, with the weights laid out for speed.

Shape legend: B rows, T positions, D width, H heads, K width of a head, F inner width, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

Weights = dict[str, Tensor]


def initial_weights(config: LlamaConfig, seed: int) -> Weights:
    """Random fp32 weights: query, key and value in one matrix, gate and up in one matrix."""
    torch.manual_seed(seed)
    state = LlamaForCausalLM(config).float().state_dict()
    weights = {"embed": state["model.embed_tokens.weight"], "norm": state["model.norm.weight"]}
    for i in range(config.num_hidden_layers):
        p = f"model.layers.{i}."
        attention = [state[f"{p}self_attn.{n}_proj.weight"] for n in "qkv"]
        inner = [state[f"{p}mlp.{n}_proj.weight"] for n in ("gate", "up")]
        weights[f"{i}.qkv"] = torch.cat(attention)
        weights[f"{i}.out"] = state[f"{p}self_attn.o_proj.weight"]
        weights[f"{i}.gate_up"] = torch.cat(inner)
        weights[f"{i}.down"] = state[f"{p}mlp.down_proj.weight"]
        weights[f"{i}.norm_1"] = state[f"{p}input_layernorm.weight"]
        weights[f"{i}.norm_2"] = state[f"{p}post_attention_layernorm.weight"]
    return {name: tensor.detach().clone() for name, tensor in weights.items()}


def published_weights(config: LlamaConfig, weights: Weights) -> Weights:
    """The weights under the names and shapes that `LlamaForCausalLM` reads, in bf16."""
    state = {"model.embed_tokens.weight": weights["embed"], "model.norm.weight": weights["norm"]}
    for i in range(config.num_hidden_layers):
        p = f"model.layers.{i}."
        for name, part in zip("qkv", weights[f"{i}.qkv"].chunk(3), strict=True):
            state[f"{p}self_attn.{name}_proj.weight"] = part
        for name, part in zip(("gate", "up"), weights[f"{i}.gate_up"].chunk(2), strict=True):
            state[f"{p}mlp.{name}_proj.weight"] = part
        state[f"{p}self_attn.o_proj.weight"] = weights[f"{i}.out"]
        state[f"{p}mlp.down_proj.weight"] = weights[f"{i}.down"]
        state[f"{p}input_layernorm.weight"] = weights[f"{i}.norm_1"]
        state[f"{p}post_attention_layernorm.weight"] = weights[f"{i}.norm_2"]
    return {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in state.items()}


def rotary_table(config: LlamaConfig) -> tuple[Tensor, Tensor]:
    """Cosine and sine for every position, each [T, K], in bf16."""
    width = config.hidden_size // config.num_attention_heads
    theta = config.rope_parameters["rope_theta"]
    rates = theta ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    angles = torch.outer(torch.arange(config.max_position_embeddings, dtype=torch.float32), rates)
    angles_TK = torch.cat([angles, angles], dim=-1)  # noqa: N806
    return angles_TK.cos().bfloat16(), angles_TK.sin().bfloat16()


def rotated(states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of queries and keys, [..., T, K]."""
    first, second = states.chunk(2, dim=-1)
    return torch.addcmul(states * cos, torch.cat([-second, first], dim=-1), sin)


def attended(qkv: Tensor, table: tuple[Tensor, Tensor], causal_TT: Tensor) -> Tensor:  # noqa: N803
    """Causal attention over [3, B*H, T, K]; at these lengths plain products beat the fused kernel."""
    length, width = qkv.shape[-2:]
    q, k = rotated(qkv[:2], table[0][:length], table[1][:length])
    scores = torch.baddbmm(causal_TT, q, k.transpose(1, 2), alpha=width**-0.5)
    return scores.softmax(-1) @ qkv[2]


def hidden_states(
    config: LlamaConfig, weights: Weights, ids: Tensor, table: tuple[Tensor, Tensor]
) -> Tensor:
    """The last layer's normed output, [B, T, D], for ids [B, T] that are padded on the right."""
    rows, length = ids.shape
    heads, width = config.num_attention_heads, config.hidden_size
    causal_TT = torch.full((length, length), float("-inf"), dtype=torch.bfloat16).triu_(1)  # noqa: N806
    x = functional.embedding(ids, weights["embed"])
    for i in range(config.num_hidden_layers):
        h = functional.rms_norm(x, (width,), weights[f"{i}.norm_1"], config.rms_norm_eps)
        qkv = functional.linear(h, weights[f"{i}.qkv"]).view(rows, length, 3, heads, width // heads)
        qkv = qkv.permute(2, 0, 3, 1, 4).reshape(3, rows * heads, length, width // heads)
        mixed = attended(qkv, table, causal_TT).view(rows, heads, length, width // heads)
        mixed = mixed.transpose(1, 2).reshape(rows, length, width)
        x = x + functional.linear(mixed, weights[f"{i}.out"])
        h = functional.rms_norm(x, (width,), weights[f"{i}.norm_2"], config.rms_norm_eps)
        gate, up = functional.linear(h, weights[f"{i}.gate_up"]).chunk(2, dim=-1)
        x = x + functional.linear(functional.silu(gate) * up, weights[f"{i}.down"])
    return functional.rms_norm(x, (width,), weights["norm"], config.rms_norm_eps)


def answer_loss(weights: Weights, hidden: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy over the positions whose next label is not -100.

    Some positions without a label are added, so that few different shapes occur.
    """
    wanted = labels[:, 1:].reshape(-1)
    kept = (wanted != -100).nonzero()[:, 0]
    filler = (wanted == -100).nonzero()[: -len(kept) % 128, 0]
    kept = torch.cat([kept, filler])
    picked = hidden[:, :-1].reshape(-1, hidden.size(-1))[kept]
    return functional.cross_entropy(
        functional.linear(picked, weights["embed"]).float(), wanted[kept]
    )
