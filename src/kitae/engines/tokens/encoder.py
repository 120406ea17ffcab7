"""The encoder on a Hugging Face tokenizer and its chat template.

Why prompts are equal everywhere: a prompt is rendered and tokenized in one way, by `encode_prompt`; a row for
tuning is that prompt, then the answer tokenized by itself (as the model would write it, token by token), then
the stop token. Text of a person never becomes a special token: a literal `<|im_end|>` in a question is
tokenized letter by letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from kitae.core.errors import DataError
from kitae.engines.protocols import EncodedExample
from kitae.engines.tokens.template import Template, make_template, unused_characters
from kitae.records.example import ChatMessage, Example, to_messages


def load_encoder(folder: Path) -> ChatEncoder:
    """The encoder of a model folder. Reads local files only and runs none of their code.

    Raises:
        DataError: The folder holds no tokenizer that can be used.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = cast("Any", AutoTokenizer).from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_fast=True
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise DataError(
            f"The model's tokenizer cannot be read: {error}.",
            where=str(folder),
            fix="name a model folder that holds tokenizer.json and tokenizer_config.json",
        ) from error
    if not tokenizer.is_fast:
        raise DataError(
            "The model has no fast tokenizer (tokenizer.json).",
            where=str(folder),
            fix="choose a base with a tokenizer.json",
        )
    return ChatEncoder(tokenizer, _generation_stops(folder))


class ChatEncoder:
    """Implements `Encoder`.

    Args:
        tokenizer: A fast tokenizer of transformers.
        more_stop_ids: Stop tokens that the model's generation config names.
    """

    def __init__(self, tokenizer: Any, more_stop_ids: Sequence[int] = ()) -> None:  # noqa: ANN401
        self.tokenizer = tokenizer
        self.has_own_template = bool(tokenizer.chat_template)
        self._template: Template = make_template(tokenizer)
        self._more_stop_ids = tuple(more_stop_ids)
        self._special_ids = frozenset(
            number for number, token in tokenizer.added_tokens_decoder.items() if token.special
        )
        self._specials = _pattern(tokenizer, self._special_ids)

    @property
    def chat_template(self) -> str:
        """The template in use: the tokenizer's own, or the plain one for a base without."""
        return self.tokenizer.chat_template

    @property
    def stop_ids(self) -> tuple[int, ...]:
        """Tokens that end an answer: the template's, the tokenizer's and the generation config's."""
        return self._stop_ids

    @cached_property
    def _stop_ids(self) -> tuple[int, ...]:
        eos = self.tokenizer.eos_token_id
        found = [*self._tail_stops, *self._more_stop_ids, *([] if eos is None else [eos])]
        return tuple(sorted(set(found)))

    def encode_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """Token ids of a conversation, ready for the model to answer.

        Raises:
            DataError: The template refuses the conversation.
        """
        return self._encode_prompt(messages)[0]

    def encode_example(self, example: Example, *, train_on_history: bool = False) -> EncodedExample:
        """Token ids of a row with its answer; `ids` starts with `encode_prompt` of its messages.

        Raises:
            DataError: The template refuses the conversation, or changes earlier answers so that they
                cannot be found again (with `train_on_history`).
        """
        messages = to_messages(example, with_answer=False)
        prompt, text, starts = self._encode_prompt(messages)
        in_prompt = [False] * len(prompt)
        if train_on_history and example.history:
            in_prompt = self._history_mask(messages, text, prompt, starts)
        answer = [*self._lead_ids, *self._encode_text(example.output)]
        ending = self._ending_ids
        mask = [*in_prompt, *([True] * (len(answer) + len(ending)))]
        return EncodedExample((*prompt, *answer, *ending), tuple(mask), has_stop=bool(ending))

    def decode(self, ids: Sequence[int]) -> str:
        """Text of answer tokens, special tokens left out."""
        return self.tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )

    @cached_property
    def _around(self) -> tuple[list[int], list[int]]:
        lead, tail = self._template.around_answer()
        return self._tokenize(lead), self._tokenize(tail)

    @property
    def _lead_ids(self) -> list[int]:
        return self._around[0]

    @cached_property
    def _tail_stops(self) -> list[int]:
        """The first special token after an answer, when the template writes one."""
        return [token for token in self._around[1] if token in self._special_ids][:1]

    @cached_property
    def _ending_ids(self) -> list[int]:
        """What follows an answer up to the token that stops; nothing when there is no such token."""
        tail = self._around[1]
        for place, token in enumerate(tail):
            if token in self.stop_ids:
                return tail[: place + 1]
        eos = self.tokenizer.eos_token_id
        return [] if eos is None else [eos]

    def _encode_prompt(self, messages: Sequence[ChatMessage]) -> tuple[list[int], str, list[int]]:
        """The ids, the text that they came from, and at which character of it each id starts."""
        if not any(self._specials.search(message["content"]) for message in messages):
            text = self._template.render(messages, asks=True)
            ids, starts = self._tokenize_with_starts(text, literal=False)
            return ids, text, starts
        return self._guarded(messages)

    def _guarded(self, messages: Sequence[ChatMessage]) -> tuple[list[int], str, list[int]]:
        """The same for text with literal special tokens: each is tokenized apart, as letters."""
        literals = sorted({t for m in messages for t in self._specials.findall(m["content"])})
        marks = unused_characters(messages, len(literals))
        to_mark = dict(zip(literals, marks, strict=True))
        back = {mark: literal for literal, mark in to_mark.items()}
        hidden: list[ChatMessage] = [
            {
                "role": m["role"],
                "content": self._specials.sub(lambda t: to_mark[t[0]], m["content"]),
            }
            for m in messages
        ]
        rendered = self._template.render(hidden, asks=True)
        ids: list[int] = []
        starts: list[int] = []
        text = ""
        for piece in re.split(f"([{''.join(marks)}])", rendered):
            literal = back.get(piece)
            shown = literal or piece
            new_ids, new_starts = self._tokenize_with_starts(shown, literal=literal is not None)
            ids += new_ids
            starts += [len(text) + start for start in new_starts]
            text += shown
        return ids, text, starts

    def _history_mask(
        self, messages: Sequence[ChatMessage], text: str, ids: list[int], starts: list[int]
    ) -> list[bool]:
        spans = self._answer_spans(messages, text)
        mask = [any(a <= start < b for a, b in spans) for start in starts]
        stops = frozenset(self.stop_ids)
        for place in range(1, len(ids)):
            follows_answer = mask[place - 1] and ids[place - 1] not in stops
            if follows_answer and ids[place] in stops:
                mask[place] = True
        return mask

    def _answer_spans(self, messages: Sequence[ChatMessage], text: str) -> list[tuple[int, int]]:
        """Where the earlier answers stand in the rendered text."""
        answers = [m["content"] for m in messages if m["role"] == "assistant"]
        marks = unused_characters(messages, len(answers))
        left = iter(marks)
        hidden: list[ChatMessage] = [
            {"role": m["role"], "content": next(left) if m["role"] == "assistant" else m["content"]}
            for m in messages
        ]
        pieces = re.split(f"[{''.join(marks)}]", self._template.render(hidden, asks=True))
        spans: list[tuple[int, int]] = []
        rebuilt = pieces[0]
        for answer, piece in zip(answers, pieces[1:], strict=False):
            spans.append((len(rebuilt), len(rebuilt) + len(answer)))
            rebuilt += answer + piece
        if rebuilt != text:
            raise DataError(
                "The chat template changes earlier answers, so loss cannot fall on them.",
                fix="set `train_on_history: false` under `plan` in kitae.yaml",
            )
        return spans

    def _encode_text(self, text: str) -> list[int]:
        return self._tokenize_with_starts(text, literal=True)[0]

    def _tokenize(self, text: str) -> list[int]:
        return self._tokenize_with_starts(text, literal=False)[0]

    def _tokenize_with_starts(self, text: str, *, literal: bool) -> tuple[list[int], list[int]]:
        encoded = self.tokenizer(
            text,
            add_special_tokens=False,
            split_special_tokens=literal,
            return_offsets_mapping=True,
            return_attention_mask=False,
            verbose=False,
        )
        return list(encoded["input_ids"]), [start for start, _ in encoded["offset_mapping"]]


def _pattern(tokenizer: Any, special_ids: frozenset[int]) -> re.Pattern[str]:  # noqa: ANN401
    """Finds literal special tokens; matches nothing when the tokenizer has none."""
    texts = sorted((str(tokenizer.added_tokens_decoder[i]) for i in special_ids), key=len)
    return re.compile("|".join(re.escape(text) for text in reversed(texts)) or r"(?!)")


def _generation_stops(folder: Path) -> list[int]:
    """`eos_token_id` of generation_config.json: one number, a list, or nothing."""
    path = folder / "generation_config.json"
    if not path.is_file():
        return []
    stops: Any = json.loads(path.read_text(encoding="utf-8")).get("eos_token_id")
    if stops is None:
        return []
    return list(stops) if isinstance(stops, list) else [int(stops)]
