"""The commands of the guide to the data run, and print what the guide shows."""

import re

import pytest
import yaml

from kitae.cli.app import run

LEFT_OUT = "…"
BLOCK = re.compile(r"^```(console|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def guide(repository):
    return (repository / "docs/data.md").read_text(encoding="utf-8")


@pytest.fixture
def here(repository, tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(repository / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "104")
    return tmp_path


def commands_of(block):
    """(words, lines shown) of each command in a block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        yield command.split()[1:], shown


def is_shown(line, printed):
    """Whether a line of the guide stands in what was printed, but for what it leaves out."""
    pattern = ".*".join(re.escape(" ".join(piece.split())) for piece in line.split(LEFT_OUT))
    return any(re.fullmatch(pattern, " ".join(one.split())) for one in printed)


def test_every_command_of_the_guide_runs_and_prints_what_it_shows(guide, here, capsys):
    number = 0
    for kind, block in BLOCK.findall(guide):
        if kind == "yaml":
            recipe = here / "shop/kitae.yaml"
            values = yaml.safe_load(recipe.read_text(encoding="utf-8"))
            recipe.write_text(yaml.safe_dump({**values, **yaml.safe_load(block)}), "utf-8")
            continue
        for words, shown in commands_of(block):
            assert run(words) == 0, capsys.readouterr().err
            printed = capsys.readouterr().out.split("\n")
            missing = [one for one in shown if one != LEFT_OUT and not is_shown(one, printed)]
            assert not missing, (words, printed)
            number += 1
    assert number >= 12
    assert (here / "handover/README.md").is_file()


def test_the_guide_leads_to_pages_that_are_there(guide, repository):
    links = re.findall(r"\]\(([^)#\s]+)", guide)
    assert links
    assert [link for link in links if not (repository / "docs" / link).exists()] == []
