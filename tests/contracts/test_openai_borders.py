"""What the server refuses, and how it behaves under load, at the end and when clients leave."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from kitae.core.errors import DataError
from kitae.engines.inference.scripted import ScriptedModel
from kitae.engines.protocols import Sampling
from kitae.services.serve.guards import PUBLIC_PATHS
from kitae.services.serve.limits import ServeLimits
from support.served import NAME, TOKEN, Served, served

CHAT = "/v1/chat/completions"


class SlowModel(ScriptedModel):
    """Gives a token each time it is allowed to, and remembers what it did."""

    def __init__(self) -> None:
        super().__init__({}, fallback="abcdef", context_length=1000)
        self.may_go_on = threading.Semaphore(0)
        self.running = 0
        self.most_running = 0
        self.given = 0

    def stream(self, prompt, max_new_tokens: int, sampling: Sampling) -> Iterator[int]:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for token in super().stream(prompt, max_new_tokens, sampling):
                assert self.may_go_on.acquire(timeout=10)
                self.given += 1
                yield token
        finally:
            self.running -= 1


def body(**more) -> dict[str, object]:
    return {"model": NAME, "messages": [{"role": "user", "content": "hi"}], **more}


def wait_until(condition) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def server():
    with served(ScriptedModel({}, fallback="ok", context_length=100)) as running:
        yield running


def test_every_route_but_health_needs_the_token(server: Served):
    routes = [route for route in server.app.routes if isinstance(route, APIRoute)]
    assert {route.path for route in routes} >= {"/v1/models", CHAT, *PUBLIC_PATHS}
    assert len(routes) == len(server.app.routes)
    for route in routes:
        for method in route.methods:
            path = route.path.replace("{model_id:path}", NAME)
            status = httpx.request(method, server.url + path).status_code
            assert status == (200 if path in PUBLIC_PATHS else 401), (method, path)


@pytest.mark.parametrize(
    "path", ["/docs", "/openapi.json", "/nowhere", "/v1/../healthz/x", "//healthz"]
)
def test_unknown_paths_need_the_token_too(server: Served, path: str):
    assert httpx.get(server.url + path).status_code == 401
    with server.client() as http:
        answer = http.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_url"


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN],
)
def test_a_token_that_is_not_the_token_is_refused(server: Served, given: str):
    answer = httpx.get(f"{server.url}/v1/models", headers={"Authorization": given})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "localhost.",
        "192.168.0.1",
        "evil.example:80",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/healthz", "/v1/models"])
def test_foreign_host_names_are_refused_on_every_route(server: Served, host: str, path: str):
    answer = httpx.get(server.url + path, headers={**server.headers, "Host": host})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:1234", "[::1]:80"])
def test_the_loopback_s_own_names_are_taken(server: Served, host: str):
    answer = httpx.get(f"{server.url}/v1/models", headers={**server.headers, "Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "ODD"])
def test_other_web_pages_may_not_write(server: Served, headers: dict[str, str], method: str):
    with server.client() as http:
        answer = http.request(method, CHAT, headers=headers, content=json.dumps(body()))
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_the_own_origin_may_write(server: Served):
    with server.client() as http:
        headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
        assert http.post(CHAT, headers=headers, json=body()).status_code == 200


def test_too_large_a_body_is_refused_without_being_read(server: Served):
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as raw:
        raw.sendall(
            f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Content-Length: 50000000\r\n\r\n".encode()
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


def test_too_large_a_body_without_a_length_is_refused(server: Served):
    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    with server.client() as http:
        answer = http.post(CHAT, content=pieces())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "request_too_large"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 10_000, b'{"a":' * 10_000,
     b'{"model": NaN}', b'{"model": "\\ud800"}', b"{}", b'{"model": "my-bot", "messages": []}',
     b'{"model": "my-bot", "messages": [{"role": "user", "content": 1}]}',
     b'{"model": "my-bot", "messages": [{"role": "user"}]}',
     b'{"model": "my-bot", "messages": [{"role": "robot", "content": "x"}]}',
     b'{"model": "my-bot", "messages": [{"role": "tool", "content": "x"}]}',
     b'{"model": "my-bot", "messages": [7]}',
     b'{"model": "my-bot", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]}]}',
     b'{"model": "my-bot", "messages": [{"role": "user", "content": "x"}], "stream": "yes"}',
     b'{"model": "my-bot", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1e400}',
     b'{"model": "my-bot", "messages": [{"role": "user", "content": "x"}], "max_tokens": 123456789012345678901234567890}'],
)  # fmt: skip
def test_malformed_requests_are_refused_in_the_api_s_shape(server: Served, content: bytes):
    with server.client() as http:
        answer = http.post(CHAT, content=content)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_wrong_methods_are_refused_in_the_api_s_shape(server: Served):
    with server.client() as http:
        answer = http.get(CHAT)
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_one_answer_at_a_time_and_a_bounded_line():
    model = SlowModel()
    with served(model, ServeLimits(waiting=2, drain_s=0)) as running, running.client() as http:
        answers: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(http.post(CHAT, json=body()).status_code)
            )
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: running.app.state.desk.busy == 3)
        refused = http.post(CHAT, json=body())
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["error"]["type"] == "rate_limit_error"
        for _ in range(18):
            model.may_go_on.release()
        for thread in threads:
            thread.join(10)
        assert answers == [200, 200, 200]
        assert model.most_running == 1


def test_a_turn_that_does_not_come_in_time_is_given_up():
    model = SlowModel()
    limits = ServeLimits(waiting=2, queue_wait_s=0.05, drain_s=0)
    with served(model, limits) as running, running.client() as http:
        first = threading.Thread(target=lambda: http.post(CHAT, json=body()))
        first.start()
        wait_until(lambda: model.running == 1)
        late = http.post(CHAT, json=body(stream=True))
        assert late.status_code == 503
        assert late.json()["error"]["code"] == "overloaded"
        assert "retry-after" in late.headers
        wait_until(lambda: running.app.state.desk.busy == 1)
        for _ in range(6):
            model.may_go_on.release()
        first.join(10)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_stops_its_answer_within_a_token(stream):
    model = SlowModel()
    with served(model) as running:
        port = int(running.url.rpartition(":")[2])
        content = json.dumps(body(stream=stream)).encode()
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(
                f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
                f"Content-Length: {len(content)}\r\n\r\n".encode()
                + content
            )
            wait_until(lambda: model.running == 1)
            if stream:
                assert raw.recv(20).startswith(b"HTTP/1.1 200")
        time.sleep(0.1)
        model.may_go_on.release()
        wait_until(lambda: running.app.state.desk.busy == 0)
        assert model.given <= 2
        assert model.running == 0


def test_a_waiting_client_that_leaves_frees_its_place():
    model = SlowModel()
    with served(model, ServeLimits(waiting=1, drain_s=0)) as running, running.client() as http:
        first = threading.Thread(target=lambda: http.post(CHAT, json=body()))
        first.start()
        wait_until(lambda: model.running == 1)
        with pytest.raises(httpx.ReadTimeout):
            http.post(CHAT, json=body(), timeout=0.1)
        wait_until(lambda: running.app.state.desk.busy == 1)
        for _ in range(6):
            model.may_go_on.release()
        first.join(10)
        assert model.given == 6


def test_a_stream_that_waits_says_that_it_lives():
    model = SlowModel()
    limits = ServeLimits(heartbeat_s=0.02, drain_s=0)
    with (
        served(model, limits) as running,
        running.client() as http,
        http.stream("POST", CHAT, json=body(stream=True)) as answer,
    ):
        lines = answer.iter_lines()
        wait_until(lambda: next(lines).startswith(": "))
        for _ in range(6):
            model.may_go_on.release()
        assert "data: [DONE]" in list(lines)


def test_an_answer_that_takes_too_long_is_stopped_with_an_error():
    model = SlowModel()
    limits = ServeLimits(request_s=0.05, heartbeat_s=0.02, drain_s=0)
    with served(model, limits) as running, running.client() as http:
        whole = http.post(CHAT, json=body())
        assert (whole.status_code, whole.json()["error"]["code"]) == (503, "timeout")
        model.may_go_on.release()
        wait_until(lambda: running.app.state.desk.busy == 0)
        streamed = http.post(CHAT, json=body(stream=True))
        assert '"code":"timeout"' in streamed.text
        assert streamed.text.endswith("data: [DONE]\n\n")
        model.may_go_on.release()


def test_a_model_that_fails_gives_an_error_and_the_server_lives_on(caplog):
    class Failing(ScriptedModel):
        def stream(self, prompt, max_new_tokens: int, sampling: Sampling) -> Iterator[int]:
            if max_new_tokens == 1:
                raise RuntimeError("secret detail")
            yield from super().stream(prompt, max_new_tokens, sampling)

    with served(Failing({}, fallback="ok")) as running, running.client() as http:
        failed = http.post(CHAT, json=body(max_tokens=1))
        assert failed.status_code == 500
        assert "secret" not in failed.text
        streamed = http.post(CHAT, json=body(max_tokens=1, stream=True))
        assert '"code":"internal_error"' in streamed.text
        assert http.post(CHAT, json=body()).json()["choices"][0]["message"]["content"] == "ok"
    assert "answering failed" in caplog.text


def test_a_conversation_that_the_template_refuses_is_a_bad_request():
    class Strict(ScriptedModel):
        @property
        def encoder(self):
            class Encoder(type(super().encoder)):
                def encode_prompt(self, messages):
                    raise DataError("roles must alternate")

            return Encoder()

    with served(Strict({})) as running, running.client() as http:
        answer = http.post(CHAT, json=body())
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "roles must alternate"


def test_a_server_that_stops_lets_the_running_answer_finish():
    model = SlowModel()
    answers: list[httpx.Response] = []
    with served(model, ServeLimits(drain_s=20)) as running, running.client() as http:
        thread = threading.Thread(target=lambda: answers.append(http.post(CHAT, json=body())))
        thread.start()
        wait_until(lambda: model.running == 1)
        running.service.stop()
        wait_until(lambda: running.app.state.desk.is_draining)
        for _ in range(6):
            model.may_go_on.release()
        thread.join(10)
    assert answers[0].json()["choices"][0]["message"]["content"] == "abcdef"


def test_a_server_that_stops_tells_clients_whose_answer_takes_too_long():
    model = SlowModel()
    texts: list[str] = []
    with served(model, ServeLimits(drain_s=0.1)) as running, running.client() as http:
        thread = threading.Thread(
            target=lambda: texts.append(http.post(CHAT, json=body(stream=True)).text)
        )
        thread.start()
        wait_until(lambda: model.running == 1)
        running.service.stop()
        thread.join(10)
        model.may_go_on.release()
    assert '"code":"shutting_down"' in texts[0]
    assert texts[0].endswith("data: [DONE]\n\n")
