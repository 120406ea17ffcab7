"""A conversation in any terminal: lines in, pieces of answers out."""

from __future__ import annotations

from collections.abc import Callable

from kitae.core.text import Language, say
from kitae.engines.protocols import LanguageModel, Sampling
from kitae.records.example import ChatMessage
from kitae.services.serve.answer_text import AnswerText

Rounds = list[tuple[str, str]]


def chat(
    model: LanguageModel,
    read: Callable[[], str],
    write: Callable[[str], None],
    *,
    system: str = "",
    max_tokens: int = 512,
    language: Language = "en",
) -> None:
    """Talk with a model until an empty line or the end of input.

    Answers are greedy, as they were measured. Ctrl-C ends the present answer, not the conversation.

    Args:
        model: The model that answers.
        read: Gives the next line; EOFError is the end of input.
        write: Takes pieces of text as they come.
        system: What the model is told before the conversation.
        max_tokens: Longest answer.
        language: Of what the terminal itself says.
    """
    rounds: Rounds = []
    while question := _next_line(read):
        prompt = _fitting_prompt(model, system, rounds, question, max_tokens)
        if prompt is None:
            ids = model.encoder.encode_prompt(_messages(system, [], question))
            values = {"tokens": len(ids), "context": model.context_length}
            write(say("serve.chat.too_long", language, **values) + "\n")
            continue
        ids, kept = prompt
        if len(kept) < len(rounds):
            write(say("serve.chat.forgot", language) + "\n")
        limit = min(max_tokens, model.context_length - len(ids))
        answer, is_cut = _answer(model, ids, limit, write)
        write("\n" + (say("serve.chat.cut", language) + "\n" if is_cut else ""))
        rounds = [*kept, (question, answer)]


def _next_line(read: Callable[[], str]) -> str:
    try:
        return read().strip()
    except EOFError:
        return ""


def _fitting_prompt(
    model: LanguageModel, system: str, rounds: Rounds, question: str, max_tokens: int
) -> tuple[list[int], Rounds] | None:
    """The prompt with as many of the latest rounds as leave room for an answer; None when none does."""
    room = min(max_tokens, model.context_length // 4)
    for start in range(len(rounds) + 1):
        ids = model.encoder.encode_prompt(_messages(system, rounds[start:], question))
        if len(ids) + room <= model.context_length:
            return ids, rounds[start:]
    return None


def _messages(system: str, rounds: Rounds, question: str) -> list[ChatMessage]:
    messages: list[ChatMessage] = [{"role": "system", "content": system}] if system else []
    for asked, answered in rounds:
        messages.append({"role": "user", "content": asked})
        messages.append({"role": "assistant", "content": answered})
    return [*messages, {"role": "user", "content": question}]


def _answer(
    model: LanguageModel, prompt: list[int], limit: int, write: Callable[[str], None]
) -> tuple[str, bool]:
    """Write the answer as it comes; its text, and whether it ran into the limit."""
    text = AnswerText(model.encoder.decode)
    pieces: list[str] = []
    count = 0
    try:
        for token in model.stream(prompt, limit, Sampling()):
            count += 1
            pieces.append(text.push(token))
            write(pieces[-1])
    except KeyboardInterrupt:
        return "".join(pieces), False
    pieces.append(text.finish())
    write(pieces[-1])
    return "".join(pieces), count >= limit
