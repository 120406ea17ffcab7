"""The base of what someone chose (Config) and of what followed from it (Record)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Config(BaseModel):
    """A choice: frozen, refuses unknown keys; field docstrings become help texts."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        validate_default=True,
        allow_inf_nan=False,
    )


class Record(BaseModel):
    """A consequence: what a stage found out or made; frozen and written as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
