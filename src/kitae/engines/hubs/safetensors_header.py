"""What a safetensors file says about its tensors, read in plain Python.

Layout: 8 bytes little-endian length N, N bytes of JSON, then the tensors' bytes without gaps
(huggingface/safetensors, README, "Format"). Nothing in it can run.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import orjson

from kitae.core.errors import DataError

LARGEST_HEADER_BYTES = 100_000_000
BITS = {
    "F64": 64, "I64": 64, "U64": 64, "C64": 64,
    "F32": 32, "I32": 32, "U32": 32,
    "F16": 16, "BF16": 16, "I16": 16, "U16": 16,
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
}  # fmt: skip
DTYPE_NAMES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
}  # fmt: skip
AGAIN = "download or copy the file again: it is not whole"


@dataclass(frozen=True)
class TensorHeader:
    """One tensor of a file.

    Attributes:
        name: As the model calls it, e.g. `model.layers.0.mlp.up_proj.weight`.
        dtype: As the file spells it, e.g. `BF16`.
        shape: Sizes, outermost first.
        start: First byte in the file.
        end: One past the last byte in the file.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


def read_header(path: Path) -> list[TensorHeader]:
    """The tensors of a safetensors file, in the order of their names.

    Raises:
        DataError: The file is cut off, has bytes too many, or is no safetensors file.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or not 2 <= length <= min(LARGEST_HEADER_BYTES, size - 8):
            raise DataError(
                f"{path.name} is no whole safetensors file.", where=str(path), fix=AGAIN
            )
        entries = _parse(stream.read(length), path)
    tensors = [_tensor(name, entry, 8 + length, path) for name, entry in sorted(entries.items())]
    _check_layout(tensors, 8 + length, size, path)
    return tensors


def _parse(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        entries = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise DataError(
            f"The header of {path.name} is damaged.", where=str(path), fix=AGAIN
        ) from error
    if not isinstance(entries, dict):
        raise DataError(f"The header of {path.name} is damaged.", where=str(path), fix=AGAIN)
    entries.pop("__metadata__", None)
    return entries


def _tensor(name: str, entry: Any, offset: int, path: Path) -> TensorHeader:  # noqa: ANN401
    try:
        start, end = (int(place) for place in entry["data_offsets"])
        shape = tuple(int(size) for size in entry["shape"])
        dtype = str(entry["dtype"])
        wanted = prod(shape) * BITS[dtype] // 8
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"The tensor {name!r} of {path.name} is not described as safetensors describes it.",
            where=str(path),
            fix=AGAIN,
        ) from error
    if min(shape, default=0) < 0 or end - start != wanted:
        raise DataError(
            f"The tensor {name!r} of {path.name} has {end - start:,} bytes where its shape needs "
            f"{wanted:,}.",
            where=str(path),
            fix=AGAIN,
        )
    return TensorHeader(name, dtype, shape, offset + start, offset + end)


def _check_layout(tensors: list[TensorHeader], start: int, size: int, path: Path) -> None:
    place = start
    for tensor in sorted(tensors, key=lambda t: (t.start, t.end)):
        if tensor.start != place:
            raise DataError(
                f"The tensors of {path.name} overlap or leave a gap at {tensor.name!r}.",
                where=str(path),
                fix=AGAIN,
            )
        place = tensor.end
    if place != size:
        raise DataError(
            f"{path.name} has {size:,} bytes where its header says {place:,}.",
            where=str(path),
            fix=AGAIN,
        )
