"""What the README promises, done."""

import csv
import re

import pytest

from kitae.cli.app import run
from support.small_projects import colour_rows

pytestmark = pytest.mark.model


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a newcomer's own file in it."""
    with (tmp_path / "questions.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["question", "answer"])
        writer.writerows([row["instruction"], row["output"]] for row in colour_rows(60))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(repository, language):
    text = (repository / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_four_commands_of_the_readme_run(repository, here, capsys):
    lines = next(b for b in blocks(repository, "sh") if "kitae init" in b).splitlines()
    commands = [line.split("#")[0].split()[1:] for line in lines]
    assert [words[0] for words in commands] == ["init", "run", "report", "serve"]
    for words in commands[:3]:
        assert run(words) == 0, capsys.readouterr().err
    assert (here / "my-model/report.en.html").is_file()


def test_the_python_of_the_readme_runs(repository, here, capsys):
    (code,) = blocks(repository, "python")
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - the code under test is the README's
    printed = capsys.readouterr().out
    assert "->" in printed
    assert "report.en.html" in printed
