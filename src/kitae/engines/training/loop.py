"""The training loop: loss on answers only, exact token counts, bitwise resume on a CPU.

Why our own and not transformers.Trainer: docs/decisions/0004-training-loop.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from kitae.core.errors import InterruptedRunError, KitaeError, ResourceError
from kitae.core.hashing import digest
from kitae.engines.inference.batching import length_batches
from kitae.engines.inference.head import answer_losses, make_batch
from kitae.engines.protocols import EncodedExample, TrainingJob, TrainingResult
from kitae.engines.training.adapter import adapter_tensors, write_adapter
from kitae.engines.training.checkpoints import Checkpoints
from kitae.engines.training.forecast import MICRO_BATCH_ROWS, MICRO_BATCH_TOKENS
from kitae.engines.training.learner import Learner
from kitae.engines.training.order import step_rows
from kitae.engines.training.progress import Pace, Progress
from kitae.engines.training.schedule import learning_rate
from kitae.records.plan import TrainingSettings
from kitae.records.tuned import LossPoint, TunedModel


def train(job: TrainingJob) -> TrainingResult:
    """Tune an adapter on the job's rows, going on from a checkpoint when there is one.

    Raises:
        InterruptedRunError: Somebody asked to stop; a checkpoint of the last finished step is kept.
        ResourceError: Disk or memory ran out; the last checkpoint is intact.
        DataError: The base model cannot be read.
        KitaeError: The loss became infinite or not a number.
    """
    try:
        return _train(job)
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ResourceError(
            f"Memory ran out while tuning ({job.settings.batch_examples} examples per step).",
            where="stage tune",
            fix="set a smaller `plan.batch_examples` or `plan.max_length_tokens` in kitae.yaml",
        ) from error


def job_digest(job: TrainingJob) -> str:
    """What a checkpoint must agree on to be gone on from: settings and rows."""
    sides = [
        [[row.ids, [int(answers) for answers in row.is_answer]] for row in side]
        for side in (job.train, job.validation)
    ]
    return digest([job.settings.model_dump(mode="json"), sides])


def _train(job: TrainingJob) -> TrainingResult:
    settings = job.settings
    checkpoints = Checkpoints(job.work / "checkpoints", job_digest(job), job.on_event)
    learner = Learner.create(job.base, settings)
    progress = _start(learner, checkpoints, job)
    pace = Pace(settings.steps)
    for step in range(progress.step + 1, settings.steps + 1):
        point, answer_tokens = _step(step, learner, job)
        progress.add(point, answer_tokens)
        pace.add(point.tokens)
        if _is_due(step, settings.validate_every_steps, settings):
            _validate(learner, progress, job)
        stop = _report(progress, pace, job)
        if stop or _is_due(step, settings.checkpoint_every_steps, settings):
            checkpoints.save(learner.snapshot(progress.history()))
        if stop and step < settings.steps:
            raise stop
    return _result(learner, progress, job)


def _start(learner: Learner, checkpoints: Checkpoints, job: TrainingJob) -> Progress:
    snapshot = checkpoints.newest()
    steps = job.settings.steps
    if snapshot is not None:
        learner.restore(snapshot)
        job.on_event("tune.resumed", {"step": snapshot.history.step, "steps": steps})
        return Progress.from_history(snapshot.history)
    progress = Progress()
    job.on_event("tune.started", {"step": 0, "steps": steps})
    _validate(learner, progress, job)
    return progress


def _step(step: int, learner: Learner, job: TrainingJob) -> tuple[LossPoint, int]:
    """One optimizer step; gives what is to be noted and how many tokens loss fell on."""
    settings = job.settings
    job.on_event("tune.step_begin", {"step": step, "steps": settings.steps})
    places = step_rows(step, len(job.train), settings.batch_examples, settings.seed)
    rows = [job.train[place] for place in places]
    answer_tokens = sum(sum(row.is_answer[1:]) for row in rows)
    loss = _backward(learner, rows, answer_tokens)
    job.on_event("tune.in_step", {"step": step})
    norm = learner.gradient_norm()
    if not (math.isfinite(loss) and math.isfinite(norm)):
        raise _diverged(step, loss, settings)
    rate = learning_rate(step, settings)
    learner.update(rate)
    tokens = sum(len(row.ids) for row in rows)
    point = LossPoint(
        step=step, train_loss=loss, learning_rate=rate, gradient_norm=norm, tokens=tokens
    )
    return point, answer_tokens


def _backward(learner: Learner, rows: Sequence[EncodedExample], answer_tokens: int) -> float:
    """Gradients of the mean loss over all answer tokens of the step, however it is cut into micro-batches.

    Returns:
        That mean, in nats per answer token.
    """
    lengths = [len(row.ids) for row in rows]
    total = 0.0
    for places in length_batches(lengths, MICRO_BATCH_TOKENS, MICRO_BATCH_ROWS):
        batch = make_batch([rows[place] for place in places], learner.device)
        losses = answer_losses(learner.bare, batch, plain_head=learner.plain_head)
        loss = losses.sum() / max(answer_tokens, 1)
        loss.backward()
        total += loss.detach().item()
    return total


def _validate(learner: Learner, progress: Progress, job: TrainingJob) -> None:
    """Note the validation loss and keep the adapter when it is the best so far."""
    if not job.validation:
        return
    loss = learner.validate(job.validation)
    if progress.add_validation(loss):
        learner.keep_best()
    job.on_event(
        "tune.validation", {"step": progress.step, "loss": loss, "best_step": progress.best_step}
    )


def _report(progress: Progress, pace: Pace, job: TrainingJob) -> InterruptedRunError | None:
    """Say how it goes; the error to raise after a checkpoint when somebody asked to stop."""
    point = progress.losses[-1]
    data = {
        "step": point.step,
        "steps": job.settings.steps,
        "loss": point.train_loss,
        "lr": point.learning_rate,
        **pace.figures(point.step),
    }
    try:
        job.on_event("tune.step", data)
    except InterruptedRunError as stop:
        return stop
    if not job.should_stop():
        return None
    return InterruptedRunError(
        f"Stopped after step {point.step} of {job.settings.steps}; everything up to it is kept.",
        where="stage tune",
        fix="type `kitae run` to go on from here",
    )


def _is_due(step: int, every: int, settings: TrainingSettings) -> bool:
    return step % max(every, 1) == 0 or step == settings.steps


def _result(learner: Learner, progress: Progress, job: TrainingJob) -> TrainingResult:
    kept = learner.best or adapter_tensors(learner.model)
    folder = job.work / "adapter"
    adapter_hash = write_adapter(learner.model, kept, folder)
    tuned = TunedModel(
        base_reference="",
        base_revision="",
        method=job.settings.method.kind,
        adapter_hash=adapter_hash,
        steps=progress.step,
        train_rows=len(job.train),
        trained_tokens=progress.trained_tokens,
        answer_tokens=progress.answer_tokens,
        trainable_parameters=learner.trainable_parameters,
        losses=tuple(progress.losses),
        validation=tuple(progress.validation),
        best_step=progress.best_step or progress.step,
    )
    return TrainingResult(folder, tuned)


def _diverged(step: int, loss: float, settings: TrainingSettings) -> KitaeError:
    return KitaeError(
        f"Tuning went astray: at step {step} of {settings.steps} the loss is {loss}.",
        where=f"stage tune, learning rate {settings.learning_rate:g}",
        fix=f"set `plan.learning_rate: {settings.learning_rate / 4:g}` in kitae.yaml",
    )
