"""The official client against a real server on loopback: what it reads is what was promised."""

from __future__ import annotations

import openai
import pytest

from kitae.engines.inference.scripted import ScriptedModel
from kitae.engines.protocols import Sampling
from kitae.records.example import Example, to_messages
from support.served import NAME, TOKEN, Served, served

QUESTION = "今期は順調ですか？"
ANSWER = '{"topic": "仕事", "period": "今期"}'


@pytest.fixture(scope="module")
def server():
    model = ScriptedModel(
        {QUESTION: ANSWER, "count": "one two three four"},
        fallback="?",
        context_length=200,
        never_stops=["again"],
    )
    with served(model) as running:
        yield running


@pytest.fixture
def client(server: Served):
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN, max_retries=0) as made:
        yield made


def ask(client: openai.OpenAI, text: str, **more):
    return client.chat.completions.create(
        model=NAME, messages=[{"role": "user", "content": text}], **more
    )


def test_models_lists_the_one_model(client: openai.OpenAI):
    assert [model.id for model in client.models.list()] == [NAME]
    assert client.models.retrieve(NAME).owned_by == "kitae"


def test_an_answer_comes_whole_with_exact_counts(client: openai.OpenAI):
    answer = ask(client, QUESTION)
    assert answer.choices[0].message.content == ANSWER
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.object == "chat.completion"
    assert answer.id.startswith("chatcmpl-")
    assert answer.model == NAME
    assert answer.system_fingerprint == "fp-1"
    model = ScriptedModel({})
    prompt = model.encoder.encode_prompt([{"role": "user", "content": QUESTION}])
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == len(prompt)
    assert answer.usage.completion_tokens == len(ANSWER)
    assert answer.usage.total_tokens == len(prompt) + len(ANSWER)


def test_a_stream_gives_the_same_text_in_pieces(client: openai.OpenAI):
    chunks = list(ask(client, QUESTION, stream=True))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == ANSWER
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["stop"]
    assert len({c.id for c in chunks}) == 1
    assert all(c.usage is None for c in chunks)


def test_a_stream_ends_with_its_counts_where_they_are_wanted(client: openai.OpenAI):
    chunks = list(ask(client, QUESTION, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == len(ANSWER)
    assert all(c.usage is None for c in chunks[:-1])


def test_a_stream_is_server_sent_events_with_an_end_mark(server: Served):
    body = {"model": NAME, "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with server.client() as http:
        answer = http.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")
    assert all(line.startswith("data: ") for line in answer.text.split("\n\n") if line)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_a_limit_cuts_the_answer_and_says_so(client: openai.OpenAI, field: str):
    answer = ask(client, "again", **{field: 5})
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 5


@pytest.mark.parametrize(
    ("stop", "wanted"),
    [(" three", "one two"), (["four", "two"], "one "), ("nowhere", "one two three four")],
)
@pytest.mark.parametrize("stream", [False, True])
def test_stop_texts_end_the_answer_and_are_not_part_of_it(
    client: openai.OpenAI, stop, wanted: str, stream
):
    if stream:
        chunks = list(ask(client, "count", stop=stop, stream=True))
        text = "".join(c.choices[0].delta.content or "" for c in chunks)
        reason = chunks[-1].choices[0].finish_reason
    else:
        choice = ask(client, "count", stop=stop).choices[0]
        text, reason = choice.message.content, choice.finish_reason
    assert (text, reason) == (wanted, "stop")


def test_content_may_come_in_parts_and_earlier_answers_may_be_sent_back(client: openai.OpenAI):
    first = ask(client, "count").choices[0].message
    answer = client.chat.completions.create(
        model=NAME,
        messages=[
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": [{"type": "text", "text": "count"}]},
            first,  # type: ignore[list-item]
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": QUESTION[:3]},
                    {"type": "text", "text": QUESTION[3:]},
                ],
            },
        ],
    )
    assert answer.choices[0].message.content == ANSWER


def test_a_wrong_token_is_refused(server: Served):
    with (
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        client.models.list()
    assert caught.value.status_code == 401
    assert caught.value.code == "invalid_api_key"


def test_an_unknown_model_is_not_found(client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="other", messages=[{"role": "user", "content": "x"}])
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("other")


def test_too_long_a_conversation_is_refused_with_the_numbers(client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, "x" * 300)
    assert caught.value.code == "context_length_exceeded"
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, "x", max_tokens=1000)
    assert caught.value.code == "context_length_exceeded"


@pytest.mark.parametrize(
    "more",
    [
        {"n": 2},
        {"logprobs": True},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_format": {"type": "json_object"}},
        {"presence_penalty": 0.5},
        {"logit_bias": {"1": 5}},
    ],
)
def test_what_it_does_not_do_is_refused_and_never_left_out(client: openai.OpenAI, more):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, QUESTION, **more)
    assert caught.value.code == "unsupported_parameter"
    assert caught.value.param == next(iter(more))


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"temperature": 3}, "temperature"),
        ({"temperature": float("nan")}, None),
        ({"top_p": 0}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": ""}, "stop"),
        ({"seed": 2**70}, None),
        ({"extra_body": {"top_k": 5}}, "top_k"),
    ],
)
def test_wrong_values_name_their_field(client: openai.OpenAI, more, param):
    with pytest.raises((openai.BadRequestError, ValueError)) as caught:
        ask(client, QUESTION, **more)
    if isinstance(caught.value, openai.BadRequestError) and param:
        assert caught.value.param == param


def test_fields_that_ask_for_nothing_are_taken(client: openai.OpenAI):
    answer = ask(
        client, QUESTION, n=1, logprobs=False, user="me", response_format={"type": "text"},
        temperature=0.5, top_p=0.9, seed=3,
    )  # fmt: skip
    assert answer.choices[0].message.content == ANSWER


def test_the_server_renders_prompts_as_tuning_does(server: Served):
    example = Example(
        id="x", instruction="Say the topic.", input=QUESTION, output="", system="You are brief."
    )
    seen: list[tuple[int, ...]] = []

    class Watching(ScriptedModel):
        def stream(self, prompt, max_new_tokens, sampling: Sampling):
            seen.append(tuple(prompt))
            return super().stream(prompt, max_new_tokens, sampling)

    model = Watching({}, fallback="ok")
    messages = to_messages(example, with_answer=False)
    with served(model) as running, running.client() as http:
        http.post("/v1/chat/completions", json={"model": NAME, "messages": messages})
    assert seen == [model.encoder.encode_example(example).ids[: len(seen[0])]]
    assert seen == [tuple(model.encoder.encode_prompt(messages))]
