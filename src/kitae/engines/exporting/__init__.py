"""Forms in which a tuned model is handed over, and the proofs that go with them. Light to import."""

from kitae.engines.exporting.adapter import write_adapter
from kitae.engines.exporting.card import CardFacts, MeasuredScore, make_card
from kitae.engines.exporting.merging import merge_adapter
from kitae.engines.exporting.tensors import tensor_hash

__all__ = [
    "CardFacts",
    "MeasuredScore",
    "make_card",
    "merge_adapter",
    "tensor_hash",
    "write_adapter",
]
