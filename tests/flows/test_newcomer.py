"""A newcomer's mistakes: the documented exit code, a message that says what, where and how to mend it."""

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
import yaml

from kitae.cli.app import run
from kitae.records.lock import project_lock
from support.small_projects import colour_rows, write_project
from support.tiny_models import make_tiny_model


@pytest.fixture
def base(tmp_path):
    return make_tiny_model(tmp_path / "base")


@pytest.fixture
def kitae(capsys):
    """Runs one command line; gives its exit code, stdout and stderr."""

    def call(*words):
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def rows_file(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_no_such_file(kitae, tmp_path):
    code, _, errors = kitae("init", tmp_path / "p", tmp_path / "nothing.csv")
    assert code == 8
    assert "nothing.csv" in errors
    assert not (tmp_path / "p").exists()


def test_empty_file(kitae, tmp_path):
    (tmp_path / "empty.json").write_bytes(b"")
    code, _, errors = kitae("init", tmp_path / "p", tmp_path / "empty.json")
    assert code == 7
    assert "empty" in errors
    assert not (tmp_path / "p").exists()


def test_binary_file(kitae, tmp_path):
    (tmp_path / "photo.json").write_bytes(bytes(range(256)) * 40)
    code, _, errors = kitae("init", tmp_path / "p", tmp_path / "photo.json")
    assert code == 7
    assert "photo.json" in errors


def test_twelve_rows_fail_the_gate(kitae, tmp_path, base):
    rows = rows_file(tmp_path / "rows.jsonl", colour_rows(12))
    assert kitae("init", tmp_path / "p", rows, "--base", base)[0] == 0
    code, _, errors = kitae("run", tmp_path / "p")
    assert code == 3
    assert "12" in errors
    assert "kitae" in errors


def test_json_cut_in_the_middle_loses_only_the_cut_row(kitae, tmp_path, base):
    text = json.dumps(colour_rows(60), indent=1)
    (tmp_path / "cut.json").write_text(text[: text.rindex('"output"') + 12], encoding="utf-8")
    assert kitae("init", tmp_path / "p", tmp_path / "cut.json", "--base", base)[0] == 0
    code, out, _ = kitae("run", tmp_path / "p", "--until", "collect", "--format", "json")
    assert code == 0
    counts = json.loads(out)["stages"][0]["counts"]
    assert (counts["out"], counts["quarantined"]) == (59, 1)


def test_too_many_broken_rows_stop_the_run_and_are_listed(kitae, tmp_path, base):
    lines = [json.dumps(row) for row in colour_rows(30)]
    broken = [line[:20] if n % 2 else line for n, line in enumerate(lines)]
    (tmp_path / "broken.jsonl").write_text("\n".join(broken), encoding="utf-8")
    assert kitae("init", tmp_path / "p", tmp_path / "broken.jsonl", "--base", base)[0] == 0
    code, _, errors = kitae("run", tmp_path / "p")
    assert code == 7
    assert "broken.jsonl" in errors
    assert "line 2" in errors


def test_wrong_column_names_come_with_the_mapping_to_type(kitae, tmp_path, base):
    lines = ["Frage,Antwort wanted"] + [
        f"{r['instruction']},{r['output']}" for r in colour_rows(40)
    ]
    (tmp_path / "sheet.csv").write_text("\n".join(lines), encoding="utf-8")
    code, _, errors = kitae("init", tmp_path / "p", tmp_path / "sheet.csv")
    assert code == 7
    assert "--map instruction=" in errors
    assert "Frage" in errors
    code, _, _ = kitae(
        "init", tmp_path / "p", tmp_path / "sheet.csv", "--base", base,
        "--map", "instruction=Frage", "--map", "output=Antwort wanted",
    )  # fmt: skip
    assert code == 0


def test_workbook_with_three_sheets_and_a_header_on_row_four(kitae, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "About"
    book.active.append(["This workbook holds questions."])
    sheet = book.create_sheet("Q&A")
    for line in (["Questions of the week"], [], ["made by", "us"], ["question", "answer"]):
        sheet.append(line)
    for row in colour_rows(40):
        sheet.append([row["instruction"], row["output"]])
    book.create_sheet("Notes").append(["nothing here"])
    book.save(tmp_path / "book.xlsx")
    code, out, errors = kitae("init", tmp_path / "p", tmp_path / "book.xlsx")
    if code == 2:
        assert "--sheet" in errors or "--header-row" in errors
    else:
        assert code == 0
        assert "Q&A" in out
        assert "warm" in out or "cold" in out


def test_port_in_use(tmp_path):
    from kitae.engines.inference.scripted import ScriptedModel
    from kitae.services.serve import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Exception, match=str(port)) as caught:
            serve(ScriptedModel({"a": "b"}), name="m", port=port)
    assert caught.value.exit_code == 8


def test_second_run_at_once_is_told_who_is_first(kitae, tmp_path, base):
    folder = write_project(tmp_path / "p", base)
    with project_lock(folder / ".kitae/lock", "2026-01-01T00:00:00"):
        command = [sys.executable, "-m", "kitae", "run", str(folder)]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 8
    assert f"pid {os.getpid()}" in second.stderr


def test_mistyped_recipe(kitae, tmp_path, base):
    folder = write_project(tmp_path / "p", base, tuen={"x": 1})
    code, _, errors = kitae("run", folder)
    assert code == 2
    assert "did you mean 'tune'?" in errors
    assert "kitae.yaml:" in errors


def test_base_folder_without_weights(kitae, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model/config.json").write_text("{}", encoding="utf-8")
    folder = write_project(tmp_path / "p", tmp_path / "model")
    code, _, errors = kitae("run", folder)
    assert code == 7
    assert "safetensors" in errors


def test_base_folder_with_a_pickle_only(kitae, tmp_path, base):
    (base / "model.safetensors").rename(base / "pytorch_model.bin")
    folder = write_project(tmp_path / "p", base)
    code, _, errors = kitae("run", folder)
    assert code == 7
    assert "pytorch_model.bin" in errors


def test_unknown_command_and_unknown_stage(kitae, tmp_path, base):
    assert kitae("rnu")[0] == 2
    folder = write_project(tmp_path / "p", base)
    code, _, errors = kitae("run", folder, "--until", "tunne")
    assert code == 8
    assert "tune" in errors


def test_folder_that_is_no_project(kitae, tmp_path):
    code, _, errors = kitae("run", tmp_path)
    assert code == 8
    assert "kitae init" in errors


def test_json_errors_are_one_document_on_stdout(kitae, tmp_path):
    code, out, errors = kitae("run", tmp_path, "--format", "json")
    assert code == 8
    assert json.loads(out)["error"]["exit_code"] == 8
    assert errors == ""


def test_init_never_overwrites_a_project(kitae, tmp_path, base):
    folder = write_project(tmp_path / "p", base)
    before = (folder / "kitae.yaml").read_bytes()
    code, _, errors = kitae("init", folder, folder / "data/rows.json")
    assert code == 8
    assert "already" in errors
    assert (folder / "kitae.yaml").read_bytes() == before


@contextmanager
def mounted(folder, options):
    """A small file system of its own; needs root."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "kitae-test", str(folder)],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip(f"cannot mount a small file system here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_keeps_what_was_finished(kitae, tmp_path, base):
    with mounted(tmp_path / "small", "size=300k") as disk:
        folder = write_project(disk / "p", base)
        code, _, errors = kitae("run", folder)
        assert code == 6
        assert "disk is full" in errors
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert kitae("run", folder)[0] == 0


def test_unwritable_folder(kitae, tmp_path, base):
    rows = rows_file(tmp_path / "rows.jsonl", colour_rows(40))
    with mounted(tmp_path / "readonly", "size=1m,ro") as disk:
        code, _, errors = kitae("init", disk / "p", rows, "--base", base)
    assert code == 6
    assert "cannot be written" in errors


def test_override_needs_a_reason_that_says_something(kitae, tmp_path, base):
    folder = write_project(tmp_path / "p", base, rows=colour_rows(12))
    assert kitae("run", folder)[0] == 3
    assert kitae("override", "gate", folder, "--reason", "ok")[0] == 2
    assert kitae("override", "gate", folder, "--reason", "a rehearsal with a dozen rows")[0] == 0
    code, out, _ = kitae("run", folder, "--until", "gate", "--format", "json")
    assert code == 0, out


def test_recipe_from_init_is_the_users_to_edit(kitae, tmp_path, base):
    rows = rows_file(tmp_path / "rows.jsonl", colour_rows(40))
    assert kitae("init", tmp_path / "p", rows, "--base", base, "--grow", "100")[0] == 0
    text = (tmp_path / "p/kitae.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    assert text.startswith("# yaml-language-server: $schema=.kitae/kitae.schema.json")
    assert (tmp_path / "p/.kitae/kitae.schema.json").is_file()
    assert values["generate"]["method"] == {"kind": "recombine", "target_rows": 100}
    assert values["choose"]["base"] == str(base)
