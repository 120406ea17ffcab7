from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kitae.core.errors import DataError, KitaeError, NetworkError, NotFoundError
from kitae.engines.hubs import find_base
from kitae.engines.hubs.huggingface import HubSettings, is_hub_id
from support.hub_server import HubRepository, HubServer, running_hub
from support.model_folders import model_files, weights

MODEL = "owner/model"


@pytest.fixture
def hub():
    with running_hub({MODEL: HubRepository(model_files())}) as server:
        yield server


def settings(hub: HubServer, cache: Path, **more) -> HubSettings:
    return HubSettings(endpoint=hub.url, cache=cache, **more)


def refused(reference: str, hub: HubSettings) -> KitaeError:
    with pytest.raises(KitaeError) as caught:
        find_base(reference, Path(), hub)
    assert caught.value.fix
    return caught.value


def test_a_model_is_fetched_whole_and_described(hub: HubServer, tmp_path: Path):
    base = find_base(MODEL, tmp_path, settings(hub, tmp_path / "cache")).base
    assert (base.reference, base.parameters, base.licence) == (MODEL, 68, "apache-2.0")


def test_only_what_is_safe_and_needed_is_fetched(hub: HubServer, tmp_path: Path):
    unwanted = (
        "pytorch_model.bin",
        "modeling_evil.py",
        "onnx/model.safetensors",
        "consolidated.safetensors",
    )
    hub.repositories[MODEL].files.update(dict.fromkeys(unwanted, b"x"))
    found = find_base(MODEL, tmp_path, settings(hub, tmp_path / "cache"))
    assert sorted(p.name for p in found.folder.iterdir()) == sorted(model_files())
    assert not any(name in path for _, path, _ in hub.requests for name in unwanted)


def test_what_is_in_the_cache_is_used_without_asking(hub: HubServer, tmp_path: Path):
    first = find_base(MODEL, tmp_path, settings(hub, tmp_path))
    hub.requests.clear()
    hub.repositories[MODEL].files["model.safetensors"] = weights(32)
    assert find_base(MODEL, tmp_path, settings(hub, tmp_path)) == first
    assert hub.requests == []
    assert find_base(MODEL, tmp_path, settings(hub, tmp_path, is_offline=True)) == first


def test_a_named_revision_is_its_own_download(hub: HubServer, tmp_path: Path):
    commit = hub.repositories[MODEL].commit
    for reference in (f"{MODEL}@v1", f"{MODEL}@{commit}"):
        base = find_base(reference, tmp_path, settings(hub, tmp_path)).base
        assert base.reference == reference


def test_a_broken_download_goes_on_where_it_stopped(hub: HubServer, tmp_path: Path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 64)
    repository = hub.repositories[MODEL]
    repository.files["model.safetensors"] = weights(1600)
    repository.break_once.add("model.safetensors")
    base = find_base(MODEL, tmp_path, settings(hub, tmp_path)).base
    assert base.parameters == 1600 * 4 + 4
    ranges = [
        r for method, path, r in hub.requests if method == "GET" and "model.safetensors" in path
    ]
    assert ranges[0] == ""
    assert ranges[1].startswith("bytes=")
    assert int(ranges[1].removeprefix("bytes=").rstrip("-")) > 1000


def test_an_unfinished_download_is_finished_the_next_time(hub: HubServer, tmp_path: Path):
    hub.repositories[MODEL].fail_always.add("model.safetensors")
    error = refused(MODEL, settings(hub, tmp_path))
    assert (type(error), error.exit_code) == (NetworkError, 5)
    hub.repositories[MODEL].fail_always.clear()
    assert find_base(MODEL, tmp_path, settings(hub, tmp_path)).base.parameters == 68


def test_a_model_that_is_not_there_is_not_found(hub: HubServer, tmp_path: Path):
    error = refused("owner/nothing", settings(hub, tmp_path))
    assert (type(error), error.exit_code) == (NotFoundError, 8)


def test_a_revision_that_is_not_there_is_not_found(hub: HubServer, tmp_path: Path):
    error = refused(f"{MODEL}@nope", settings(hub, tmp_path))
    assert error.exit_code == 8
    assert "nope" in error.what


def test_a_private_model_needs_the_token(hub: HubServer, tmp_path: Path):
    hub.repositories[MODEL].needs_token = "hf_secret"
    error = refused(MODEL, settings(hub, tmp_path, token="hf_wrong"))
    assert (type(error), error.exit_code) == (NetworkError, 5)
    assert "HF_TOKEN" in (error.fix or "")
    assert "hf_wrong" not in str(error)
    assert find_base(MODEL, tmp_path, settings(hub, tmp_path, token="hf_secret"))


def test_a_gated_model_says_how_to_get_it(hub: HubServer, tmp_path: Path):
    hub.repositories[MODEL].is_gated = True
    error = refused(MODEL, settings(hub, tmp_path))
    assert (type(error), error.exit_code) == (NetworkError, 5)
    assert "terms" in error.what


def test_a_model_of_pickles_only_is_refused(hub: HubServer, tmp_path: Path):
    files = hub.repositories[MODEL].files
    files["pytorch_model.bin"] = files.pop("model.safetensors")
    error = refused(MODEL, settings(hub, tmp_path))
    assert (type(error), error.exit_code) == (DataError, 7)


def test_offline_the_missing_model_and_the_command_are_named(tmp_path: Path):
    error = refused(f"{MODEL}@v1", HubSettings("http://127.0.0.1:9", tmp_path, is_offline=True))
    assert (type(error), error.exit_code) == (NetworkError, 5)
    assert MODEL in error.what
    assert f"hf download {MODEL} --revision v1 --include" in (error.fix or "")


def test_a_hub_that_cannot_be_reached_is_a_network_error(tmp_path: Path):
    error = refused(MODEL, HubSettings("http://127.0.0.1:9", tmp_path))
    assert (type(error), error.exit_code) == (NetworkError, 5)
    assert "hf download" in (error.fix or "")


@pytest.mark.parametrize("offline", ["0", "1"])
def test_the_environment_variables_of_the_client_are_honoured(
    hub: HubServer, tmp_path: Path, offline: str
):
    hub.repositories[MODEL].needs_token = "hf_secret"
    code = (
        "import sys; from pathlib import Path\n"
        "from kitae.core.errors import KitaeError\n"
        "from kitae.engines.hubs import find_base\n"
        "try:\n    print(find_base('owner/model', Path('.')).folder)\n"
        "except KitaeError as error:\n    print(error.what); sys.exit(error.exit_code)\n"
    )
    environment = {
        "PATH": os.environ["PATH"], "HF_HOME": str(tmp_path), "HF_ENDPOINT": hub.url,
        "HF_TOKEN": "hf_secret", "HF_HUB_OFFLINE": offline,
        "PYTHONPATH": os.environ.get("PYTHONPATH", "src"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == (5 if offline == "1" else 0), done.stderr
    assert done.stderr == ""
    if offline == "1":
        assert hub.requests == []
    else:
        assert str(tmp_path) in done.stdout


@pytest.mark.parametrize(
    ("reference", "is_id"),
    [("owner/name", True), ("owner/name@v1.0", True), ("o/n@refs/pr/1", True), ("name", False),
     ("a/b/c", False), ("./a/b", False), ("../a", False), ("/a/b", False), ("a/..", False), ("a b/c", False)],
)  # fmt: skip
def test_a_hub_id_is_told_from_a_path(reference: str, is_id):
    assert is_hub_id(reference) == is_id


def test_mistyped_folder_that_looks_like_a_hub_id_is_told_as_both(hub: HubServer, tmp_path: Path):
    with pytest.raises(NotFoundError) as caught:
        find_base("m/nonexist", tmp_path, settings(hub, tmp_path / "cache"))
    assert "no model 'm/nonexist'" in caught.value.what
    assert f"Nor is there a folder '{tmp_path / 'm/nonexist'}'" in caught.value.what
