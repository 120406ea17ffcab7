"""The verdict: improved, no measurable improvement, or worse."""

from __future__ import annotations

from kitae.engines.statistics.paired import PairedDifference
from kitae.records.evaluation import ImprovementVerdict


def improvement(
    over_base: PairedDifference, over_constant: PairedDifference | None
) -> ImprovementVerdict:
    """Improved only when better than the base and than the best constant answer, each beyond chance.

    Beyond chance: the 95 % interval excludes zero and p < 0.05. Both comparisons must hold, so neither needs a
    correction for the other (Berger 1982, intersection-union test).
    """
    beats_constant = over_constant is None or over_constant.is_better
    if over_base.is_better and beats_constant:
        return "improved"
    return "worse" if over_base.is_worse else "no_measurable_improvement"
