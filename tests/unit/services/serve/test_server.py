from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from kitae.core.errors import ConflictError, UsageError
from kitae.services.serve import ServeSettings, serve
from kitae.services.serve.server import address_of, info_file, open_port
from support.served import served
from support.tiny_models import make_tiny_model

PROGRAM = """
import sys
from pathlib import Path
from kitae.engines.inference.scripted import ScriptedModel
from kitae.services.serve import serve
serve(ScriptedModel({}, fallback="ok"), name="bot", port=0, folder=Path(sys.argv[1]),
      on_ready=lambda text: print(text, flush=True))
"""


def test_a_port_in_use_is_a_conflict_that_names_it_and_a_free_one():
    with open_port("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        with pytest.raises(ConflictError) as caught:
            serve(lambda: pytest.fail("the model was loaded"), name="bot", port=port)
    assert caught.value.exit_code == 8
    assert str(port) in caught.value.what
    assert "--port" in (caught.value.fix or "")


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_cannot_be_is_a_usage_error(port: int):
    with pytest.raises(UsageError):
        open_port("127.0.0.1", port)


def test_an_address_that_cannot_be_is_a_usage_error():
    with pytest.raises(UsageError):
        open_port("256.1.1.1.invalid.", 0)


def test_it_listens_on_loopback_only_unless_told_otherwise():
    assert ServeSettings().host == "127.0.0.1"
    assert ServeSettings().allowed_hosts == ()
    assert ServeSettings(host="0.0.0.0").allowed_hosts == ("0.0.0.0", "*")
    with open_port("127.0.0.1", 0) as listener:
        assert address_of(listener).startswith("http://127.0.0.1:")


def test_the_info_file_is_for_its_owner_only_and_goes_away(tmp_path: Path):
    with info_file(tmp_path, {"token": "secret"}):
        path = tmp_path / "serve.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_bytes()) == {"token": "secret"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_ends_in_order(tmp_path: Path, sign: signal.Signals):
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = process.stdout.readline() + process.stdout.readline()
        info = json.loads((tmp_path / "serve.json").read_bytes())
        assert info["url"] in said
        assert info["token"] in said
        assert len(info["token"]) >= 43
        answer = httpx.get(
            f"{info['url']}/v1/models", headers={"Authorization": f"Bearer {info['token']}"}
        )
        assert answer.status_code == 200
        process.send_signal(sign)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert errors == ""
    assert not (tmp_path / "serve.json").exists()


def test_a_real_model_streams_what_it_answers_whole(tmp_path: Path):
    from kitae.engines.inference.causal import load_model

    model = load_model(make_tiny_model(tmp_path / "tiny"), None)
    body = {
        "model": "my-bot",
        "messages": [{"role": "user", "content": "今日の仕事は？"}],
        "max_tokens": 24,
    }
    with served(model) as running, running.client() as http:
        whole = http.post("/v1/chat/completions", json=body).json()
        streamed = http.post("/v1/chat/completions", json={**body, "stream": True}).text
    events = [json.loads(line[6:]) for line in streamed.split("\n\n") if line.startswith("data: {")]
    text = "".join(e["choices"][0]["delta"].get("content", "") for e in events)
    choice = whole["choices"][0]
    assert text == choice["message"]["content"]
    prompt = model.encoder.encode_prompt([{"role": "user", "content": "今日の仕事は？"}])
    (greedy,) = model.generate([prompt], 24)
    assert text == greedy.text
    assert whole["usage"]["prompt_tokens"] == len(prompt)
    assert whole["usage"]["completion_tokens"] == len(greedy.ids)
    assert choice["finish_reason"] == ("stop" if greedy.is_stopped else "length")


def test_serving_loads_no_web_library_until_it_starts():
    code = (
        "import sys, kitae.services.serve\n"
        "heavy = {'fastapi', 'starlette', 'uvicorn', 'torch', 'transformers'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
