"""A language model that says what it was told to say. Loads no model library; shipped for tests and trials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from kitae.engines.protocols import EncodedExample, Generation, Sampling
from kitae.records.example import ChatMessage, Example, to_messages

TURN_START, TURN_END, ROLE_END = 0, 1, 2
FIRST_LETTER = 3


def _ignore(_done: int, _total: int) -> None:
    """Forget the progress."""


class ScriptedEncoder:
    """One token per character; three tokens for the start of a turn, its end, and the end of its role."""

    @property
    def stop_ids(self) -> tuple[int, ...]:
        """Tokens that end an answer."""
        return (TURN_END,)

    def encode_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """Token ids of a conversation, ready for the model to answer."""
        ids: list[int] = []
        for message in messages:
            ids += [TURN_START, *_letters(message["role"]), ROLE_END]
            ids += [*_letters(message["content"]), TURN_END]
        return [*ids, TURN_START, *_letters("assistant"), ROLE_END]

    def encode_example(self, example: Example, *, train_on_history: bool = False) -> EncodedExample:
        """Token ids of a row with its answer; `ids` starts with `encode_prompt` of its messages."""
        prompt = self.encode_prompt(to_messages(example, with_answer=False))
        answer = [*_letters(example.output), TURN_END]
        in_prompt = [False] * len(prompt)
        if train_on_history:
            in_prompt = _history_answers(prompt)
        mask = (*in_prompt, *([True] * len(answer)))
        return EncodedExample((*prompt, *answer), mask, has_stop=True)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of answer tokens, special tokens left out."""
        return "".join(chr(i - FIRST_LETTER) for i in ids if i >= FIRST_LETTER)


class ScriptedModel:
    """Answers each question from a dict.

    Args:
        answers: Question (the last user turn) -> answer. A question that is not there gets `fallback`.
        fallback: Answer to every other question.
        context_length: Tokens (characters, here) that fit.
        likely: Nats per answer token where the wanted answer is the scripted one; others cost ten times that.
        never_stops: Questions whose answer runs on, again and again, up to the limit.
    """

    def __init__(
        self,
        answers: Mapping[str, str],
        *,
        fallback: str = "",
        context_length: int = 1_000_000,
        likely: float = 0.1,
        never_stops: Sequence[str] = (),
    ) -> None:
        self._answers = dict(answers)
        self._fallback = fallback
        self._context_length = context_length
        self._likely = likely
        self._never_stops = frozenset(never_stops)
        self._encoder = ScriptedEncoder()

    @property
    def encoder(self) -> ScriptedEncoder:
        """The encoder of this model's tokenizer."""
        return self._encoder

    @property
    def context_length(self) -> int:
        """Tokens that fit, prompt and answer together."""
        return self._context_length

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        max_new_tokens: int,
        on_progress: Callable[[int, int], None] = _ignore,
    ) -> list[Generation]:
        """The scripted answers, in the order of the prompts."""
        answers: list[Generation] = []
        for prompt in prompts:
            answers.append(self._answer(prompt, max_new_tokens))
            on_progress(len(answers), len(prompts))
        return answers

    def stream(
        self, prompt: Sequence[int], max_new_tokens: int, sampling: Sampling
    ) -> Iterator[int]:
        """New tokens one by one; whatever the sampling says, they are the scripted ones."""
        del sampling
        yield from self._answer(prompt, max_new_tokens).ids

    def answer_nll(
        self,
        rows: Sequence[EncodedExample],
        on_progress: Callable[[int, int], None] = _ignore,
    ) -> list[float]:
        """`likely` nats per answer token where the answer is the scripted one, ten times that elsewhere."""
        sums: list[float] = []
        for row in rows:
            sums.append(self._nll(row))
            on_progress(len(sums), len(rows))
        return sums

    def _answer(self, prompt: Sequence[int], max_new_tokens: int) -> Generation:
        question = self._question(prompt)
        ids = _letters(self._answers.get(question, self._fallback))
        if question in self._never_stops:
            ids = (ids or _letters("…")) * (max_new_tokens + 1)
        kept = tuple(ids[:max_new_tokens])
        return Generation(kept, self._encoder.decode(kept), is_stopped=len(ids) < max_new_tokens)

    def _question(self, prompt: Sequence[int]) -> str:
        turns = _turns(prompt)
        asked = [content for role, content in turns if role == "user"]
        return asked[-1] if asked else ""

    def _nll(self, row: EncodedExample) -> float:
        answer_tokens = sum(row.is_answer)
        prompt, wanted = _last_answer(row.ids)
        scripted = self._answers.get(self._question(prompt), self._fallback)
        factor = 1.0 if self._encoder.decode(wanted) == scripted else 10.0
        return answer_tokens * self._likely * factor


def _letters(text: str) -> list[int]:
    return [ord(letter) + FIRST_LETTER for letter in text]


def _turns(ids: Sequence[int]) -> list[tuple[str, str]]:
    encoder = ScriptedEncoder()
    turns: list[tuple[str, str]] = []
    for piece in _split(ids, TURN_START):
        role, _, content = _partition(piece, ROLE_END)
        turns.append((encoder.decode(role), encoder.decode(content)))
    return turns


def _last_answer(ids: Sequence[int]) -> tuple[list[int], list[int]]:
    start = len(ids) - 1 - list(reversed(ids)).index(ROLE_END)
    return list(ids[: start + 1]), list(ids[start + 1 :])


def _history_answers(prompt: Sequence[int]) -> list[bool]:
    mask: list[bool] = []
    for piece in _split(prompt, TURN_START):
        role, separator, content = _partition(piece, ROLE_END)
        is_answer = ScriptedEncoder().decode(role) == "assistant"
        mask += [False] * (1 + len(role) + len(separator)) + [is_answer] * len(content)
    return mask


def _split(ids: Sequence[int], separator: int) -> list[list[int]]:
    """Pieces that follow each separator; what stands before the first one is left out."""
    pieces: list[list[int]] = []
    for token in ids:
        if token == separator:
            pieces.append([])
        elif pieces:
            pieces[-1].append(token)
    return pieces


def _partition(ids: list[int], separator: int) -> tuple[list[int], list[int], list[int]]:
    if separator not in ids:
        return ids, [], []
    place = ids.index(separator)
    return ids[:place], [separator], ids[place + 1 :]
