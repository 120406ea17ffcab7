"""Chat templates: the text around a conversation, and what a template does to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kitae.core.errors import DataError
from kitae.records.example import ChatMessage

PLAIN_TEMPLATE = (
    "{% if bos_token is defined and bos_token %}{{ bos_token }}{% endif %}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '### Question:\n' + message['content'] + '\n\n' }}"
    "{% elif message['role'] == 'assistant' %}"
    "{{ '### Answer:\n' + message['content'] + (eos_token or '') + '\n\n' }}"
    "{% else %}{{ message['content'] + '\n\n' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '### Answer:\n' }}{% endif %}"
)
"""For a base without a chat template: headings in plain text, the tokenizer's own end token after answers."""

FIXED_DATE = "26 Jul 2024"
"""What templates that print today's date are told (Llama 3's own default), so that prompts never change."""

_SENTINEL = "\ue000answer\ue001"
_CANDIDATES = [chr(code) for code in range(0xF0000, 0xF0100)]


@dataclass(frozen=True)
class Template:
    """A tokenizer's chat template, rendered by transformers in its sandbox.

    Attributes:
        tokenizer: Carries the template.
        takes_system: Whether the template accepts a system turn; else it is put before the first question.
    """

    tokenizer: Any
    takes_system: bool

    def render(self, messages: Sequence[ChatMessage], *, asks: bool) -> str:
        """The conversation as text.

        Args:
            messages: The turns.
            asks: Whether it ends with the opening of an answer.

        Raises:
            DataError: The template refuses the conversation.
        """
        turns = list(messages) if self.takes_system else _fold_system(messages)
        try:
            return render(self.tokenizer, turns, asks=asks)
        except Exception as error:
            raise DataError(
                f"The model's chat template refuses a conversation: {error}.",
                where=f"roles {', '.join(m['role'] for m in messages)}",
                fix="let roles alternate user, assistant, user ..., or choose another base",
            ) from error

    def around_answer(self) -> tuple[str, str]:
        """What the template puts between the opening of an answer and its text, and after its text."""
        question: ChatMessage = {"role": "user", "content": "?"}
        answer: ChatMessage = {"role": "assistant", "content": _SENTINEL}
        before, _, after = self.render([question, answer], asks=False).partition(_SENTINEL)
        opening = self.render([question], asks=True)
        lead = before[len(opening) :] if before.startswith(opening) else ""
        return lead, after


def make_template(tokenizer: Any) -> Template:  # noqa: ANN401
    """The template of a tokenizer; one without gets `PLAIN_TEMPLATE`."""
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN_TEMPLATE
    return Template(tokenizer, takes_system=_takes_system(tokenizer))


def render(tokenizer: Any, messages: Sequence[ChatMessage], *, asks: bool) -> str:  # noqa: ANN401
    """A conversation as text, independent of the date; a model that can think aloud is told not to."""
    return tokenizer.apply_chat_template(
        list(messages),
        tokenize=False,
        add_generation_prompt=asks,
        enable_thinking=False,
        date_string=FIXED_DATE,
        chat_template=_dateless(tokenizer.chat_template),
    )


def unused_characters(messages: Sequence[ChatMessage], count: int) -> list[str]:
    """Private-use characters that stand in none of the messages."""
    text = "".join(message["content"] for message in messages)
    return [character for character in _CANDIDATES if character not in text][:count]


def _dateless(template: str) -> str:
    """The template with the clock taken out of its reach: a macro hides the function of that name."""
    if "strftime_now" not in template:
        return template
    return f"{{%- macro strftime_now(format) -%}}{FIXED_DATE}{{%- endmacro -%}}{template}"


def _takes_system(tokenizer: Any) -> bool:  # noqa: ANN401
    turns: list[ChatMessage] = [
        {"role": "system", "content": _SENTINEL},
        {"role": "user", "content": "?"},
    ]
    try:
        return _SENTINEL in render(tokenizer, turns, asks=True)
    except Exception:  # noqa: BLE001 - a template may raise anything to say no
        return False


def _fold_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    turns = [message for message in messages if message["role"] != "system"]
    if not system or not turns:
        return turns
    first: ChatMessage = {
        "role": turns[0]["role"],
        "content": f"{system}\n\n{turns[0]['content']}",
    }
    return [first, *turns[1:]]
