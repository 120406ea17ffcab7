from __future__ import annotations

from collections.abc import Iterator

from kitae.engines.inference.scripted import ScriptedModel
from kitae.services.serve import chat


def talk(model: ScriptedModel, *lines: str, **more) -> str:
    left = iter(lines)

    def read() -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    shown: list[str] = []
    chat(model, read, shown.append, **more)
    return "".join(shown)


def test_each_line_gets_its_answer_until_the_input_ends():
    model = ScriptedModel({"一": "壱", "二": "弐"})
    assert talk(model, "一", "二") == "壱\n弐\n"


def test_an_empty_line_ends_the_conversation():
    assert talk(ScriptedModel({}, fallback="x"), "a", "", "b") == "x\n"


def test_earlier_rounds_are_part_of_the_prompt():
    prompts: list[str] = []

    class Watching(ScriptedModel):
        def stream(self, prompt, max_new_tokens, sampling) -> Iterator[int]:
            prompts.append(self.encoder.decode(prompt))
            return super().stream(prompt, max_new_tokens, sampling)

    talk(Watching({}, fallback="yes"), "a", "b", system="Be brief.")
    assert prompts == [
        "systemBe brief.useraassistant",
        "systemBe brief.useraassistantyesuserbassistant",
    ]


def test_the_oldest_rounds_are_left_out_when_the_context_is_full():
    model = ScriptedModel({}, fallback="y" * 20, context_length=100)
    shown = talk(model, "a" * 20, "b" * 20, "c", max_tokens=20)
    assert shown.count("y" * 20) == 3
    assert "oldest rounds" in shown


def test_a_line_that_is_too_long_is_said_to_be_so_and_the_conversation_goes_on():
    model = ScriptedModel({}, fallback="y", context_length=60)
    shown = talk(model, "a" * 100, "b")
    assert "longer than the model can read" in shown
    assert shown.endswith("y\n")


def test_an_answer_at_its_limit_is_said_to_be_cut():
    assert "cut off" in talk(ScriptedModel({}, never_stops=["a"]), "a", max_tokens=5)


def test_ctrl_c_ends_the_answer_and_not_the_conversation():
    class Interrupted(ScriptedModel):
        def stream(self, prompt, max_new_tokens, sampling) -> Iterator[int]:
            ids = super().stream(prompt, max_new_tokens, sampling)
            if self._question(prompt) == "long":
                yield next(ids)
                raise KeyboardInterrupt
            yield from ids

    assert talk(Interrupted({"long": "abc", "b": "ok"}), "long", "b") == "a\nok\n"
