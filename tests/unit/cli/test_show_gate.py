"""`kitae show gate`: the rows behind each finding, by id."""

import json

import pytest

from kitae.cli.app import run
from kitae.core.text import LANGUAGES, catalogue
from support.data_projects import animal_rows, built, write_sources

KEY = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
REFUSALS = [
    {
        "instruction": f"Paint the {animal} of the {place} in oil for me, please?",
        "output": f"I'm sorry, but as an AI language model I cannot paint the {animal} {place}.",
    }
    for animal in ("moose", "otter", "heron", "viper")
    for place in ("desert", "glacier", "lagoon")
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    rows = [*animal_rows(), *REFUSALS]
    rows.append({"instruction": f"Which key opens the gate, is it {KEY}?", "output": "Yes, it is."})
    project = built(
        write_sources(
            tmp_path_factory.mktemp("gate") / "p",
            {"a.jsonl": rows},
            clean={"private": {"key": "keep"}},
        )
    )
    project.run(until="gate")
    return str(project.root)


def shown(folder, capsys, *words):
    assert run(["show", "gate", folder, *words]) == 0
    return capsys.readouterr().out


def document(folder, capsys, *words):
    text = shown(folder, capsys, "--format", "json", *words)
    return {one["check"]: one for one in json.loads(text)["concerned"]}


def test_every_failed_or_warned_check_tells_its_rows(folder, capsys):
    found = document(folder, capsys)
    assert {"private", "refusals"} <= set(found)
    assert found["private"]["outcome"] == "fail"
    assert all(one["outcome"] != "pass" for one in found.values())
    assert found["private"]["rows"][0]["text"].startswith("Which key")


def test_rows_limits_and_all_does_not(folder, capsys):
    few = document(folder, capsys, "--rows", "2")["refusals"]
    every = document(folder, capsys, "--rows", "2", "--all")["refusals"]
    assert len(few["rows"]) == 2
    assert len(every["rows"]) == every["rows_in_all"] == few["rows_in_all"] > 10
    assert every["rows"][:2] == few["rows"]


def test_one_check_can_be_asked_for_whatever_it_found(folder, capsys):
    assert list(document(folder, capsys, "--check", "refusals")) == ["refusals"]
    passed = document(folder, capsys, "--check", "schema")["schema"]
    assert (passed["outcome"], passed["rows"]) == ("pass", [])
    text = shown(folder, capsys, "--check", "refusals")
    assert catalogue("en")["gate.private.title"] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rows_are_told_in_the_readers_language_with_the_command_for_more(
    folder, capsys, language
):
    text = shown(folder, capsys, "--rows", "1", "--language", language)
    assert catalogue(language)["cli.show.concerned"] in text
    first = document(folder, capsys, "--rows", "1")["refusals"]["rows"][0]["id"]
    assert first in text
    assert "--check refusals --all" in " ".join(text.split())


def test_private_values_are_not_printed_in_full(folder, capsys):
    assert KEY not in shown(folder, capsys, "--all")
    assert KEY not in shown(folder, capsys, "--all", "--format", "json")


def test_an_unknown_check_and_another_stage_are_refused(folder, capsys):
    assert run(["show", "gate", folder, "--check", "nonsense"]) == 2
    assert "refusals" in capsys.readouterr().err
    assert run(["show", "clean", folder, "--all"]) == 2
    assert run(["show", "clean", folder, "--check", "refusals"]) == 2
    assert "has no checks" in capsys.readouterr().err
