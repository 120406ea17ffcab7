"""A hash over tensors that does not depend on how a file lays them out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from kitae.core.hashing import digest
from kitae.engines.hubs.safetensors_header import TensorHeader, read_header

PIECE_BYTES = 2**20


def tensor_hash(paths: Iterable[Path]) -> str:
    """Hash over name, dtype, shape and bytes of every tensor of some safetensors files.

    Raises:
        DataError: A file is damaged.
    """
    found: dict[str, list[object]] = {}
    for path in paths:
        with path.open("rb") as stream:
            for tensor in read_header(path):
                stream.seek(tensor.start)
                found[tensor.name] = [tensor.dtype, tensor.shape, _bytes_hash(stream, tensor)]
    return digest(found)


def _bytes_hash(stream: BinaryIO, tensor: TensorHeader) -> str:
    summed = hashlib.sha256()
    left = tensor.end - tensor.start
    while left:
        piece = stream.read(min(left, PIECE_BYTES))
        summed.update(piece)
        left -= len(piece)
    return summed.hexdigest()
