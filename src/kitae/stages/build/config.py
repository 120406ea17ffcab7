"""The choices of `build`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Config
from kitae.core.text import Language

Form = Literal["alpaca", "jsonl", "parquet", "messages", "sharegpt", "llamafactory", "axolotl"]
_LEANS_ON: dict[Form, Form] = {"llamafactory": "alpaca", "axolotl": "messages"}
"""Forms that only say how to read the files of another one."""


class BuildConfig(Config):
    """What leaves the train side, and in which forms the dataset is written."""

    near_similarity: float = Field(default=0.5, gt=0.0, le=1.0)
    """From which similarity on (shared word pairs over all word pairs) a long train question is too near
    to a held-out one that has a near answer too. The same question leaves whatever its answer."""
    forms: tuple[Form, ...] = (
        "alpaca",
        "jsonl",
        "parquet",
        "messages",
        "llamafactory",
        "axolotl",
    )
    """Forms to write besides the dataset itself. `messages` is also what OpenAI's fine-tuning reads;
    `llamafactory` and `axolotl` are small files that tell those tools how to read the others."""
    card_language: Language = "en"
    """Language of the README.md that lies beside the files."""

    @property
    def files(self) -> tuple[Form, ...]:
        """The forms that hold rows, those included that another form leans on."""
        needed: list[Form] = [_LEANS_ON[form] for form in self.forms if form in _LEANS_ON]
        rows: list[Form] = [form for form in self.forms if form not in _LEANS_ON]
        return tuple(dict.fromkeys([*rows, *needed]))
