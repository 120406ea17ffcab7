"""The best constant answer per wording: what a model that never reads the text could reach."""

from __future__ import annotations

from collections.abc import Sequence

from kitae.engines.statistics.paired import PairedDifference
from kitae.records.evaluation import Constant
from kitae.records.example import Example
from kitae.stages.evaluate.exam import Exam
from kitae.stages.evaluate.scoring import Paired, rounded_difference, share_score


def best_constant(
    exam: Exam, train: Sequence[Example], paired: Paired, seed: int
) -> tuple[Constant, PairedDifference]:
    """Fitted on the train side alone, scored on the test rows, and compared with the tuned model.

    Args:
        exam: The test rows.
        train: Rows of the train side.
        paired: Scores of both models.
        seed: Of the resampling.
    """
    from kitae.engines.statistics.answers import (
        answer_key,
        best_constants,
        constant_answers,
        like_prompts,
    )
    from kitae.engines.statistics.paired import paired_difference

    kinds = like_prompts([row.question for row in [*train, *exam.rows]])
    constants = best_constants(kinds[: len(train)], [row.output for row in train])
    asked = kinds[len(train) :]
    said = constant_answers(constants, asked)
    right = [
        float(answer_key(answer) == answer_key(row.output))
        for answer, row in zip(said, exam.rows, strict=True)
    ]
    found = paired_difference(right, paired.after, paired.groups, seed=seed, is_binary=True)
    score = share_score(right, paired.groups)
    constant = Constant(
        score=score.score,
        ci95=score.ci95,
        answers=dict(sorted(zip(asked, said, strict=True))),
        difference=rounded_difference(found),
    )
    return constant, found
