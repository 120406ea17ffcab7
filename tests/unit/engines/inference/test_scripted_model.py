from kitae.engines.inference import ScriptedModel
from kitae.engines.protocols import Sampling
from kitae.records.example import Example, Round, to_messages

ROW = Example(
    id="a", instruction="天気は?", output="晴れ", system="short", history=(Round(instruction="a", answer="b"),)
)  # fmt: skip


def test_scripted_answers_follow_the_last_question():
    model = ScriptedModel({"天気は?": "晴れ"}, fallback="?")
    prompt = model.encoder.encode_prompt(to_messages(ROW, with_answer=False))
    other = model.encoder.encode_prompt([{"role": "user", "content": "x"}])
    first, second = model.generate([prompt, other], 10)
    assert (first.text, first.is_stopped, second.text) == ("晴れ", True, "?")
    assert model.encoder.decode(list(model.stream(prompt, 10, Sampling()))) == "晴れ"


def test_a_scripted_answer_that_never_stops_runs_into_the_limit():
    model = ScriptedModel({"x": "ab"}, never_stops=["x"])
    answer = model.generate([model.encoder.encode_prompt([{"role": "user", "content": "x"}])], 5)[0]
    assert (answer.text, answer.is_stopped) == ("ababa", False)


def test_the_scripted_answer_is_likelier_than_any_other():
    row = ScriptedModel({}).encoder.encode_example(ROW)
    right = ScriptedModel({"天気は?": "晴れ"}).answer_nll([row])[0]
    wrong = ScriptedModel({"天気は?": "雨です"}).answer_nll([row])[0]
    assert right < wrong


def test_the_scripted_encoder_keeps_its_promises():
    encoder = ScriptedModel({}).encoder
    prompt = encoder.encode_prompt(to_messages(ROW, with_answer=False))
    row = encoder.encode_example(ROW)
    both = encoder.encode_example(ROW, train_on_history=True)
    assert list(row.ids[: len(prompt)]) == prompt
    assert encoder.decode([i for i, a in zip(row.ids, row.is_answer, strict=True) if a]) == "晴れ"
    assert (
        encoder.decode([i for i, a in zip(both.ids, both.is_answer, strict=True) if a]) == "b晴れ"
    )
    assert row.has_stop
