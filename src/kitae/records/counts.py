"""Row counts of a stage, which must balance."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from kitae.core.config import Record


class Counts(Record):
    """Rows of one stage; in + made = out + dropped + quarantined + pending.

    `repaired` is a part of the others (a repaired row is also out, dropped ...) and is not in the sum.
    """

    rows_in: int = Field(default=0, validation_alias="in", serialization_alias="in", ge=0)
    made: int = Field(default=0, ge=0)
    out: int = Field(default=0, ge=0)
    dropped: int = Field(default=0, ge=0)
    quarantined: int = Field(default=0, ge=0)
    repaired: int = Field(default=0, ge=0)
    pending: int = Field(default=0, ge=0)

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    @property
    def balances(self) -> bool:
        """Whether every row is accounted for."""
        accounted = self.out + self.dropped + self.quarantined + self.pending
        return self.rows_in + self.made == accounted
