"""The engines that a run can swap: what wiring hands to the stages. Loads no heavy library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kitae.records.base_model import BaseModel
from kitae.records.example import ChatMessage, Example
from kitae.records.hardware import Hardware
from kitae.records.plan import TrainingSettings
from kitae.records.source import Fetched, Pin, RemoteSource
from kitae.records.tuned import TunedModel


@dataclass(frozen=True)
class EncodedExample:
    """One row as tokens.

    Attributes:
        ids: Token ids of the whole conversation, answer and stop token included.
        is_answer: Same length; True where loss falls: the answer and its stop token.
        has_stop: Whether the last answer ends with a token that stops generation.
    """

    ids: tuple[int, ...]
    is_answer: tuple[bool, ...]
    has_stop: bool


class Encoder(Protocol):
    """The one encoder: tuning, evaluation and serving all render prompts through it."""

    @property
    def stop_ids(self) -> tuple[int, ...]:
        """Tokens that end an answer."""
        ...

    def encode_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """Token ids of a conversation, ready for the model to answer."""
        ...

    def encode_example(self, example: Example, *, train_on_history: bool = False) -> EncodedExample:
        """Token ids of a row with its answer; `ids` starts with `encode_prompt` of its messages."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Text of answer tokens, special tokens left out."""
        ...


@dataclass(frozen=True)
class Generation:
    """One generated answer.

    Attributes:
        ids: New tokens, the stop token left out.
        text: Their text.
        is_stopped: Whether a stop token ended it (else it ran into the limit).
    """

    ids: tuple[int, ...]
    text: str
    is_stopped: bool


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn; temperature 0 is greedy."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None


class LanguageModel(Protocol):
    """A loaded causal model that answers."""

    @property
    def encoder(self) -> Encoder:
        """The encoder of this model's tokenizer."""
        ...

    @property
    def context_length(self) -> int:
        """Tokens that fit, prompt and answer together."""
        ...

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        max_new_tokens: int,
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> list[Generation]:
        """Greedy answers, in the order of the prompts. Equal calls give equal tokens."""
        ...

    def stream(
        self, prompt: Sequence[int], max_new_tokens: int, sampling: Sampling
    ) -> Iterator[int]:
        """New tokens one by one; ends before the stop token or at the limit."""
        ...

    def answer_nll(
        self,
        rows: Sequence[EncodedExample],
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> list[float]:
        """Negative log-likelihood of each row's answer tokens, in nats (sum, not mean)."""
        ...


@dataclass(frozen=True)
class TrainingJob:
    """One tuning run.

    Attributes:
        base: Folder of the base model.
        train: Encoded rows of the train side, in dataset order.
        validation: Encoded rows of the validation side; may be empty.
        settings: From the plan.
        work: Folder for checkpoints; a run that finds one there goes on from it, bitwise.
        on_event: (kind, data) for progress; raises InterruptedRunError to stop after this step.
        should_stop: True when the person asked to stop: save a checkpoint, then stop.
    """

    base: Path
    train: Sequence[EncodedExample]
    validation: Sequence[EncodedExample]
    settings: TrainingSettings
    work: Path
    on_event: Callable[[str, dict[str, Any]], None] = lambda kind, data: None  # noqa: ARG005
    should_stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class TrainingResult:
    """What training gives.

    Attributes:
        adapter: Folder with adapter_model.safetensors and adapter_config.json.
        tuned: What happened; base_reference is left empty for the stage to fill in.
    """

    adapter: Path
    tuned: TunedModel


@dataclass(frozen=True)
class LocatedBase:
    """A base model found on this machine and looked over."""

    folder: Path
    base: BaseModel


class Fetcher(Protocol):
    """Takes material from one kind of remote source; the only way out of this machine for data."""

    def pin(self, source: RemoteSource) -> Pin:
        """Ask the source which version there is now, with its licence.

        Raises:
            NetworkError: It cannot be reached, or wants credentials.
            NotFoundError: It is not there, or offline and not in the cache.
        """
        ...

    def fetch(
        self,
        source: RemoteSource,
        pin: Pin,
        folder: Path,
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> Fetched:
        """Bring the files of a pinned version into `folder`; goes on where a broken try stopped.

        Raises:
            NetworkError: It cannot be reached, or wants credentials.
            NotFoundError: A version or file is not there (any more).
            DataError: A file's content is not what the source announced.
        """
        ...


@dataclass(frozen=True)
class Engines:
    """Everything that wiring hands to the stages. Each function loads its heavy library when called."""

    find_hardware: Callable[[], Hardware]
    find_base: Callable[[str, Path], LocatedBase]
    """(reference, project root) -> the model's folder, checked for safety (no pickle, no code)."""
    load_encoder: Callable[[Path], Encoder]
    load_model: Callable[[Path, Path | None], LanguageModel]
    """(base folder, adapter folder or None) -> a model ready to answer."""
    train: Callable[[TrainingJob], TrainingResult]
    merge: Callable[[Path, Path, Path], None]
    """(base folder, adapter folder, new folder): write merged safetensors with the tokenizer."""
    fetchers: Mapping[str, Callable[[], Fetcher]] = field(
        default_factory=dict[str, Callable[[], Fetcher]]
    )
    """First key of a remote source (`hub`, `modelscope`, `kaggle`, `github`, `web`) -> its fetcher."""
    versions: Callable[[], dict[str, str]] = field(default=dict[str, str])
    """Names and versions of the libraries that decide about bits (torch, transformers, peft)."""
