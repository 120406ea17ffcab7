from __future__ import annotations

from pathlib import Path

import pytest

from kitae.core.errors import DataError, NotFoundError, ResourceError
from kitae.core.text import LANGUAGES, render
from kitae.engines.hubs import find_base
from kitae.engines.protocols import Engines
from kitae.records.base_model import BaseChoice
from kitae.records.hardware import Hardware
from kitae.stages.choose import STAGE, ChooseConfig
from kitae.stages.choose.checks import needed_gib
from kitae.stages.contract import Context
from support.model_folders import model_files, write_model

LAPTOP = Hardware(kind="cpu", cores=4, memory_gib=16)


def context(root: Path, hardware: Hardware = LAPTOP, find=find_base) -> Context:
    def never(*_args):
        pytest.fail("choose loads no model")

    engines = Engines(
        find_hardware=lambda: hardware, find_base=find, load_encoder=never, load_model=never,
        train=never, merge=never,
    )  # fmt: skip
    return Context(root, "choose", 0, root / "work", {}, engines)


def choose(root: Path, hardware: Hardware = LAPTOP, **config) -> BaseChoice:
    product = STAGE.run({}, ChooseConfig(**config), context(root, hardware))
    choice = product.records["choice"]
    assert isinstance(choice, BaseChoice)
    return choice


def keys(choice: BaseChoice) -> list[str]:
    return [note.key for note in choice.notes]


def test_without_a_choice_it_is_spark_and_it_says_what_spark_is_for(tmp_path: Path):
    choice = choose(tmp_path)
    assert choice.base.reference == "kitae-spark"
    text = render(choice.notes[0])
    assert "not for use" in text
    assert "`choose: {base: NAME}`" in text
    assert "owner/name" in text


def test_every_note_has_words_in_every_language(tmp_path: Path):
    write_model(tmp_path / "a", model_files(README_md=None, tokenizer_config_json=b"{}"))
    write_model(tmp_path / "b", model_files(README_md=b"---\nlicense: cc-by-nc-4.0\n---\n"))
    write_model(tmp_path / "c", model_files(README_md=b"---\nlicense: llama3.1\n---\n"))
    notes = [
        *choose(tmp_path).notes,
        *choose(tmp_path, base="a", minimum_context=64).notes,
        *choose(tmp_path, base="a", minimum_context=64, licence_ok=True).notes,
        *choose(tmp_path, base="b", minimum_context=64).notes,
        *choose(tmp_path, base="c", minimum_context=64).notes,
    ]
    assert {note.key for note in notes} == {
        "choose.spark", "choose.base", "choose.memory", "choose.template.plain",
        "choose.licence.open", "choose.licence.unknown", "choose.licence.accepted",
        "choose.licence.noncommercial", "choose.licence.terms",
    }  # fmt: skip
    for note in notes:
        for language in LANGUAGES:
            assert "{" not in render(note, language).replace("{base:", "")


def test_the_choice_does_not_depend_on_the_machine(tmp_path: Path):
    gpu = Hardware(kind="cuda", cores=1, memory_gib=8, accelerator="x", accelerator_memory_gib=80)
    assert choose(tmp_path) == choose(tmp_path, gpu)


def test_its_facts_are_the_base_s_files(tmp_path: Path):
    folder = write_model(tmp_path / "a")
    config = ChooseConfig(base="a")
    before = STAGE.facts(config, context(tmp_path))
    assert before == STAGE.facts(config, context(tmp_path))
    assert before["base"] == find_base("a", tmp_path).base.revision
    (folder / "tokenizer.json").write_text('{"changed": 1}')
    assert STAGE.facts(config, context(tmp_path)) != before


def test_a_base_that_does_not_fit_is_refused_with_the_numbers(tmp_path: Path):
    large = find_base("kitae-spark", tmp_path)
    huge = large.base.model_copy(update={"parameters": 70_000_000_000})

    def find(reference: str, root: Path):
        return type(large)(large.folder, huge)

    with pytest.raises(ResourceError) as caught:
        STAGE.run({}, ChooseConfig(), context(tmp_path, find=find))
    assert caught.value.exit_code == 6
    assert "16 GiB" in caught.value.what
    assert 100 < needed_gib(huge) < 250


def test_a_base_that_reads_too_little_is_refused(tmp_path: Path):
    write_model(tmp_path / "a")
    with pytest.raises(DataError) as caught:
        choose(tmp_path, base="a")
    assert "64 tokens" in caught.value.what
    assert caught.value.exit_code == 7


def test_a_base_that_is_nowhere_is_not_found(tmp_path: Path):
    with pytest.raises(NotFoundError):
        choose(tmp_path, base="./nowhere")
