"""The built wheel, as a user gets it: the demo runs from it, and what is missing is said with the line to type."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "transformers", "peft", "functorch", "torchgen")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "-w", str(folder), str(REPOSITORY)], check=True, capture_output=True)
    return next(folder.glob("kitae-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the unpacked wheel."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def kitae(paths, *words, cwd):
    """Run the command from these folders only: no site-packages, no checkout."""
    code = (
        f"import sys; sys.path[:0] = {[str(p) for p in paths]!r}; sys.argv = ['kitae', *sys.argv[1:]]; "
        "from kitae.cli.entry import main; main()"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-S", "-c", code, *words],
        check=False, capture_output=True, text=True, cwd=cwd, env=environment,
    )  # fmt: skip


def test_wheel_holds_model_sample_and_words(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        size = sum(info.file_size for info in archive.infolist())
    assert {
        "kitae/engines/hubs/spark/model.safetensors",
        "kitae/sample/kitae.yaml",
        "kitae/sample/data/test.jsonl",
        "kitae/sample/journal/verdicts.jsonl",
        "kitae/core/locales/ja/cli.json",
        "kitae/py.typed",
    } <= names
    assert size < 30_000_000


def test_without_the_extra_the_demo_says_what_to_install(installed, tmp_path):
    site = Path(sysconfig.get_paths()["purelib"])
    light = tmp_path / "light"
    light.mkdir()
    for entry in site.iterdir():
        if not entry.name.startswith((*HEAVY, "kitae", "_kitae", "_editable", "__editable")):
            (light / entry.name).symlink_to(entry)
    done = kitae([installed, light], "demo", "--dir", "demo", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert 'pip install "kitae[local]"' in done.stderr
    helped = kitae([installed, light], "--help", cwd=tmp_path)
    assert helped.returncode == 0


@pytest.mark.model
def test_demo_from_the_wheel_ends_improved_as_one_json_document(installed, tmp_path):
    site = Path(sysconfig.get_paths()["purelib"])
    done = kitae([installed, site], "demo", "--dir", "demo", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert set(document) >= {"project", "duration_s", "stages", "evaluate"}
    assert len(document["stages"]) == 12
    for stage in document["stages"]:
        counts = stage["counts"]
        assert counts["in"] + counts["made"] == (
            counts["out"] + counts["dropped"] + counts["quarantined"] + counts["pending"]
        )
    evaluate = document["evaluate"]
    assert evaluate["verdict"] == "improved"
    assert evaluate["n"] >= 100
    assert evaluate["after"]["score"] >= 0.9
    assert evaluate["before"]["score"] <= 0.1
    assert set(evaluate["difference"]) == {"score", "ci95", "p_value"}
    reported = kitae([installed, site], "report", "demo", "--format", "json", cwd=tmp_path)
    assert json.loads(reported.stdout)["evaluate"] == evaluate
    again = kitae([installed, site], "run", "demo", "--format", "json", cwd=tmp_path)
    assert {s["state"] for s in json.loads(again.stdout)["stages"]} == {"up_to_date"}
