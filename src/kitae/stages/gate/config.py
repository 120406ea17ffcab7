"""How strict the gate is. The defaults let sound data pass at the first try."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Config

Use = Literal["train", "redistribute", "commercial"]


class GateConfig(Config):
    """Thresholds of the data verdict. Loosen one only when you know why your data is an exception."""

    min_rows: int = Field(default=20, ge=1)
    """Fewest usable examples of your own (made ones do not count); below it the gate fails."""

    min_test_rows: int = Field(default=3, ge=1)
    """Fewest test examples; below it nothing could be measured and the gate fails."""

    warn_half_width: float = Field(default=0.10, gt=0, le=0.5)
    """Warn when the test set is so small that a share of right answers is known only to plus or minus this (0.10 is
    10 percentage points, reached with about 93 independent test examples)."""

    wanted_effect: float = Field(default=0.10, gt=0, le=1)
    """The improvement that you want to be able to show, as a share of right answers. Warn when the test set is too small
    for it. 0.10 takes about 115 independent test examples, 0.05 about 310."""

    max_empty_share: float = Field(default=0.01, ge=0, le=1)
    """Share of examples without question or answer above which the gate fails; below it warns."""

    warn_duplicate_share: float = Field(default=0.01, ge=0, le=1)
    """Share of examples that repeat another one word for word, above which the gate warns."""

    max_duplicate_share: float = Field(default=0.30, ge=0, le=1)
    """The same share, above which the gate fails: the set is far smaller than it looks."""

    warn_near_share: float = Field(default=0.02, ge=0, le=1)
    """Share of training examples that nearly repeat another one, above which the gate warns."""

    max_contradiction_share: float = Field(default=0.0, ge=0, le=1)
    """Share of examples whose very question has another answer elsewhere, above which the gate fails where answers are
    labels. In free text such pairs only warn: a poem can be written twice."""

    max_leak_share: float = Field(default=0.02, ge=0, le=1)
    """Share of held-out examples with a near-equal example or the same text on the train side, above which the gate
    fails; a question that is exactly the same always fails. 2 % is the limit of the Tulu 3 training mix."""

    benchmarks: tuple[str, ...] = ()
    """Files with questions of public tests (JSON, JSONL, CSV, Parquet, text). The gate fails where the training data hold
    one of them."""

    uses: tuple[Use, ...] = ("train",)
    """What you want to do: `train` a model for yourself, `redistribute` the data, make `commercial` use of the model. The
    gate fails where the licence of an example forbids one of them."""

    warn_refusal_share: float = Field(default=0.02, ge=0, le=1)
    """Share of answers that refuse or speak of themselves as an AI, above which the gate warns."""

    warn_flaw_share: float = Field(default=0.02, ge=0, le=1)
    """Share of examples with one of the other flaws that `clean` tells of, above which the gate warns."""

    warn_majority_share: float = Field(default=0.90, ge=0, le=1)
    """Share of one label above which the gate warns that the others may not be learnt."""

    warn_rare_rows: int = Field(default=3, ge=0)
    """Warn about labels with fewer train examples than this."""

    min_dependence_share: float = Field(default=0.01, ge=0, le=1)
    """Share of answers that must differ from the most frequent answer to prompts of the same kind. Below it the answers do
    not depend on the questions, there is nothing to learn, and the gate fails."""

    warn_dependence_share: float = Field(default=0.05, ge=0, le=1)
    """The same share, below which the gate warns."""

    warn_alike_share: float = Field(default=0.5, ge=0, le=1)
    """Share of examples whose long question is nearly another one's, above which the gate warns of too little variety."""

    evidence_rows: int = Field(default=5, ge=0, le=50)
    """Examples shown as evidence for each finding."""
