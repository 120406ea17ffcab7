"""Further metrics beside the one that decides: label F1, fields of JSON answers, nats per byte, overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from kitae.records.evaluation import Score
from kitae.stages.evaluate.exam import Exam
from kitae.stages.evaluate.scoring import (
    both_scores,
    costs,
    mean_score,
    rounded_score,
    share_score,
)
from kitae.stages.evaluate.sitting import Answer, Sitting

MOST_LABELS = 200
RESAMPLES = 2_000

Both = tuple[Score, Score]


def secondary_scores(exam: Exam, before: Sitting, after: Sitting, seed: int) -> dict[str, Both]:
    """Other metrics: name -> (before, after)."""
    if not exam.is_closed:
        return _overlaps(exam, before, after, seed)
    found: dict[str, Both] = {}
    labels = sorted({_key(row.output) for row in exam.rows})
    if len(labels) <= MOST_LABELS:
        one, other = (_label_f1(exam, s.answers, labels, seed) for s in (before, after))
        found["label_f1"] = (one, other)
    found |= _fields(exam, before, after)
    if exam.weighable:
        found["nll_per_byte"] = both_scores(costs(exam, before, after), seed)
    return found


def _label_f1(exam: Exam, answers: Mapping[int, Answer], labels: Sequence[str], seed: int) -> Score:
    """Macro F1 over the labels that the test set wants; its interval is resampled by group."""
    from kitae.engines.statistics.intervals import wilson_interval
    from kitae.engines.statistics.resampling import bootstrap_interval, sum_by_group

    totals = sum_by_group(_confusions(exam, answers, labels), exam.groups)
    score = float(_macro_f1(totals.sum(axis=0)))
    if len(totals) >= 2:
        interval = bootstrap_interval(totals, _macro_f1, seed, RESAMPLES)
        if interval[1] > interval[0]:
            return rounded_score(score, interval)
    return rounded_score(score, wilson_interval(score * len(totals), len(totals)))


def _confusions(
    exam: Exam, answers: Mapping[int, Answer], labels: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Per row and label: wanted and given, wanted, given; [rows, 3 * labels]."""
    column = {label: place for place, label in enumerate(labels)}
    counts = np.zeros((len(exam.rows), 3, len(labels)))
    for place, row in enumerate(exam.rows):
        wanted = _key(row.output)
        given = _key(answers[place].text) if place in answers else ""
        counts[place, 1, column[wanted]] = 1
        if given in column:
            counts[place, 2, column[given]] = 1
        if given == wanted:
            counts[place, 0, column[wanted]] = 1
    return counts.reshape(len(exam.rows), -1)


def _macro_f1(totals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """2 * both / (wanted + given) per label; the mean over labels that occur."""
    both, wanted, given = np.split(totals, 3, axis=-1)
    seen = (wanted + given) > 0
    f1 = np.divide(2 * both, wanted + given, out=np.zeros_like(both), where=seen)
    return f1.sum(axis=-1) / np.maximum(1, seen.sum(axis=-1))


def _fields(exam: Exam, before: Sitting, after: Sitting) -> dict[str, Both]:
    """For JSON answers with the same keys: share right of each field, as `field:NAME`."""
    from kitae.engines.statistics.answers import json_value

    wanted = [json_value(row.output) for row in exam.rows]
    objects = [value for value in wanted if isinstance(value, dict)]
    if len(objects) < len(wanted) or len({tuple(sorted(o)) for o in objects}) != 1:
        return {}
    return {
        f"field:{name}": (
            share_score(_field_right(objects, before.answers, name), exam.groups),
            share_score(_field_right(objects, after.answers, name), exam.groups),
        )
        for name in sorted(objects[0])
    }


def _field_right(
    wanted: Sequence[dict[str, object]], answers: Mapping[int, Answer], name: str
) -> list[float]:
    from kitae.engines.statistics.answers import json_value

    right: list[float] = []
    for place, value in enumerate(wanted):
        given = json_value(answers[place].text) if place in answers else None
        right.append(float(isinstance(given, dict) and given.get(name) == value[name]))
    return right


def _overlaps(exam: Exam, before: Sitting, after: Sitting, seed: int) -> dict[str, Both]:
    """ChrF of the answers given in full."""
    from kitae.engines.statistics.overlap import chrf

    places = [i for i in exam.answerable if i in before.answers and i in after.answers]
    if not places:
        return {}
    groups = [exam.groups[i] for i in places]
    one, other = (
        mean_score(
            [chrf(s.answers[i].text, exam.rows[i].output) for i in places], groups, None, seed
        )
        for s in (before, after)
    )
    return {"chrf": (one, other)}


def _key(text: str) -> str:
    from kitae.engines.statistics.answers import answer_key

    return answer_key(text)
