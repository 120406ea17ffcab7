"""One model takes the exam. What is finished is kept, so that an interrupted evaluation goes on from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kitae.core.config import Record
from kitae.engines.protocols import EncodedExample, LanguageModel
from kitae.records.durable import write_atomic
from kitae.records.store import record_bytes
from kitae.stages.contract import Context
from kitae.stages.evaluate.exam import Exam

Progress = Callable[[int, int], None]


class Answer(Record):
    """What a model said to one question."""

    text: str
    is_stopped: bool


class Answers(Record):
    """The answers to the asked rows, in their order; None where the prompt left no room for one."""

    items: tuple[Answer | None, ...]


class Costs(Record):
    """Nats that rows' wanted answers cost a model; None where a row does not fit."""

    items: tuple[float | None, ...]


@dataclass(frozen=True)
class Sitting:
    """All that one model gave.

    Attributes:
        answers: Place of the row -> the answer; rows without room for one are missing.
        nll: Place of the row -> nats of its wanted answer.
        general_nll: Place in the general set -> nats.
    """

    answers: dict[int, Answer]
    nll: dict[int, float]
    general_nll: dict[int, float]


@dataclass
class Clock:
    """Counts what is done of both sittings together, for one progress line."""

    context: Context
    total: int
    done: int = 0
    part: str = field(default="")

    def start(self, part: str) -> Progress:
        """The progress callback of the next part."""
        before = self.done
        self.part = part

        def report(done: int, _total: int) -> None:
            self.done = before + done
            self.context.progress(self.done, self.total, part=part)

        return report


def take_exam(name: str, load: Callable[[], LanguageModel], exam: Exam, clock: Clock) -> Sitting:
    """Answers, nats of the wanted answers, nats of the general set: three parts, each kept when finished.

    Args:
        name: `before` or `after`.
        load: Loads the model; called only when a part is missing.
        exam: What is asked.
        clock: Of the progress line.
    """
    desk = _Desk(name, load, clock)
    answers = desk.answers(exam)
    nll = desk.costs("nll", exam.encoded, exam.context_length)
    general = desk.costs("general", exam.general, exam.context_length)
    return Sitting(
        answers={
            i: answer
            for i, answer in zip(exam.asked, answers.items, strict=True)
            if answer is not None
        },
        nll=_present(nll),
        general_nll=_present(general),
    )


def exam_size(exam: Exam) -> int:
    """Rows that one model goes through."""
    return len(exam.asked) + len(exam.encoded) + len(exam.general)


class _Desk:
    """Where one model sits: loads it once, and only if something is still to do."""

    def __init__(self, name: str, load: Callable[[], LanguageModel], clock: Clock) -> None:
        self._name = name
        self._load = load
        self._clock = clock
        self._model: LanguageModel | None = None

    def answers(self, exam: Exam) -> Answers:
        path = self._clock.context.work / f"{self._name}-answers.json"
        report = self._clock.start(f"{self._name}.answers")
        if path.exists():
            report(len(exam.asked), len(exam.asked))
            return Answers.model_validate_json(path.read_bytes())
        found = _ask(self._seated(), exam, report)
        answers = Answers(items=tuple(found.get(i) for i in exam.asked))
        report(len(exam.asked), len(exam.asked))
        write_atomic(path, record_bytes(answers))
        return answers

    def costs(self, part: str, rows: Sequence[EncodedExample], context_length: int) -> Costs:
        path = self._clock.context.work / f"{self._name}-{part}.json"
        report = self._clock.start(f"{self._name}.{part}")
        if path.exists():
            report(len(rows), len(rows))
            return Costs.model_validate_json(path.read_bytes())
        fitting = [i for i, row in enumerate(rows) if len(row.ids) <= context_length]
        nats = self._seated().answer_nll([rows[i] for i in fitting], report) if fitting else []
        by_place = dict(zip(fitting, nats, strict=True))
        costs = Costs(items=tuple(by_place.get(i) for i in range(len(rows))))
        report(len(rows), len(rows))
        write_atomic(path, record_bytes(costs))
        return costs

    def _seated(self) -> LanguageModel:
        if self._model is None:
            self._model = self._load()
        return self._model


def _ask(model: LanguageModel, exam: Exam, report: Progress) -> dict[int, Answer]:
    """Greedy answers; prompts that leave less room than the longest answer are asked apart."""
    by_room: dict[int, list[int]] = defaultdict(list)
    for place in exam.answerable:
        by_room[_room(exam, place)].append(place)
    found: dict[int, Answer] = {}
    for room, places in sorted(by_room.items(), reverse=True):
        before = len(found)

        def offset(done: int, total: int, before: int = before) -> None:
            report(before + done, total)

        given = model.generate([exam.prompts[i] for i in places], room, offset)
        for place, answer in zip(places, given, strict=True):
            found[place] = Answer(text=answer.text, is_stopped=answer.is_stopped)
    return found


def _room(exam: Exam, place: int) -> int:
    """Tokens for the answer: the limit, or what the prompt leaves."""
    return min(exam.max_new_tokens, exam.context_length - len(exam.prompts[place]))


def _present(costs: Costs) -> dict[int, float]:
    return {i: value for i, value in enumerate(costs.items) if value is not None}
