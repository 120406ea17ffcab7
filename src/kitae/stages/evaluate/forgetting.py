"""Has the model forgotten what it could do before? A small frozen general set tells."""

from __future__ import annotations

from kitae.records.evaluation import Forgetting
from kitae.stages.evaluate.config import EvaluateConfig
from kitae.stages.evaluate.exam import general_rows
from kitae.stages.evaluate.scoring import Paired, both_scores, compare, rounded_difference
from kitae.stages.evaluate.sitting import Sitting


def measure_forgetting(
    before: Sitting, after: Sitting, config: EvaluateConfig, seed: int
) -> Forgetting | None:
    """Non-inferiority: forgotten unless the interval rules out a loss above the margin. None where no row fits."""
    rows = general_rows()
    places = [i for i in range(len(rows)) if i in before.general_nll and i in after.general_nll]
    if not places:
        return None
    sizes = [float(len(rows[i].output.encode())) for i in places]
    paired = Paired(
        metric="nll_per_byte",
        places=places,
        groups=[rows[i].id for i in places],
        before=[before.general_nll[i] / n for i, n in zip(places, sizes, strict=True)],
        after=[after.general_nll[i] / n for i, n in zip(places, sizes, strict=True)],
        weights=sizes,
    )
    old, new = both_scores(paired, seed)
    difference = rounded_difference(compare(paired, seed))
    return Forgetting(
        rows=len(places),
        before=old,
        after=new,
        difference=difference,
        has_forgotten=difference.ci95[0] < -config.forgetting_margin * old.score,
    )
