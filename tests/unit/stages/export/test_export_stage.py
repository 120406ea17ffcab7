from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from kitae.core.errors import DataError, InterruptedRunError, KitaeError
from kitae.core.text import Message
from kitae.engines.exporting import merge_adapter
from kitae.engines.hardware import find_hardware
from kitae.engines.hubs import find_base
from kitae.engines.inference.causal import load_model
from kitae.engines.inference.scripted import ScriptedEncoder, ScriptedModel
from kitae.engines.protocols import Engines
from kitae.engines.tokens.encoder import load_encoder
from kitae.records.base_model import BaseChoice
from kitae.records.bundle import Bundle
from kitae.records.evaluation import Usability
from kitae.records.example import Example, to_table
from kitae.records.store import Manifest, Product, Store
from kitae.stages.contract import Context
from kitae.stages.export import STAGE, ExportConfig
from support import report_fixtures as made
from support.tiny_models import make_tiny_model
from support.tuned_models import make_adapter

QUESTIONS = [f"今日の仕事 {number} the question?" for number in range(20)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    make_tiny_model(root / "base")
    (root / "base" / "README.md").write_text("---\nlicense: mit\n---\n")
    make_adapter(root / "base", root / "adapter")
    return root


def rows(texts: list[str]) -> list[Example]:
    return [
        Example(id=f"{i:016x}", instruction=text, output="仕事", licence="cc0-1.0")
        for i, text in enumerate(texts)
    ]


def sealed(root: Path, evaluation=None, base=None, texts=QUESTIONS) -> dict[str, object]:
    store = Store(root)
    store.prepare()
    base = base or find_base("./base", root).base
    products = {
        "build": Product(
            tables={"train": to_table(rows(QUESTIONS)), "test": to_table(rows(texts))},
            records={"dataset": made.dataset()},
        ),
        "gate": Product(),
        "choose": Product(records={"choice": BaseChoice(base=base)}),
        "plan": Product(records={"plan": made.plan()}),
        "tune": Product(records={"tuned": made.tuned()}, folders={"adapter": root / "adapter"}),
        "evaluate": Product(records={"evaluation": evaluation or made.evaluation()}),
    }
    return {
        name: store.seal(Manifest(stage=name, stage_version=1, fingerprint=name, inputs={}, files={}), product)
        for name, product in products.items()
    }  # fmt: skip


def context(root: Path, work: Path, **engines) -> Context:
    real = Engines(
        find_hardware=find_hardware, find_base=find_base, load_encoder=load_encoder,
        load_model=load_model, train=lambda _: pytest.fail("tuned"), merge=merge_adapter,
    )  # fmt: skip
    return Context(root, "export", 0, work, {}, replace(real, **engines))


def export(root: Path, work: Path, config: ExportConfig | None = None, **more) -> Product:
    engines = more.pop("engines", {})
    return STAGE.run(
        sealed(root, **more),
        config or ExportConfig(parity_tokens=6, parity_prompts=4),
        context(root, work, **engines),
    )


def merge_nothing(base: Path, adapter: Path, folder: Path) -> None:
    """A merge that leaves a model's files without any work."""
    shutil.copytree(base, folder)
    assert adapter.is_dir()


def told(_folder: Path) -> ScriptedEncoder:
    return ScriptedEncoder()


FAKES = {
    "load_model": lambda *_folders: ScriptedModel({}, fallback="yes"),
    "load_encoder": told,
    "merge": merge_nothing,
}
"""Engines that load nothing, for what does not depend on a real model."""


def front_matter(folder: Path) -> dict[str, object]:
    return yaml.safe_load((folder / "README.md").read_text("utf-8").split("---\n")[1])


def test_both_forms_are_written_and_proven_equal(project: Path, tmp_path: Path):
    product = export(project, tmp_path)
    bundle = product.records["bundle"]
    assert isinstance(bundle, Bundle)
    assert bundle.forms == ("adapter", "merged")
    assert [(p.form, p.prompts, p.equal, p.first_difference) for p in bundle.parity] == [
        ("adapter", 4, 4, ""), ("merged", 4, 4, ""),
    ]  # fmt: skip
    assert bundle.base_reference == "./base"
    assert bundle.base_revision == find_base("./base", project).base.revision
    assert bundle.bytes["merged"] > bundle.bytes["adapter"] > 0
    for form, folder in product.folders.items():
        names = {path.name for path in folder.iterdir()}
        assert names >= {
            "README.md", "SHA256SUMS", "tokenizer.json", "tokenizer_config.json",
            "chat_template.jinja", "generation_config.json",
        }, form  # fmt: skip
        assert not [name for name in names if name.endswith((".bin", ".pt"))]
        check = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
        assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 0
    assert find_base(str(product.folders["merged"]), project).base.licence == "mit"


def test_equal_inputs_give_byte_equal_forms_even_after_a_crash(project: Path, tmp_path: Path):
    (tmp_path / "two" / "forms" / "merged").mkdir(parents=True)
    (tmp_path / "two" / "forms" / "merged" / "half.safetensors").write_bytes(b"half")
    first = export(project, tmp_path / "one")
    second = export(project, tmp_path / "two")
    assert first.records == second.records
    for form in ("adapter", "merged"):
        sums = [(p.folders[form] / "SHA256SUMS").read_bytes() for p in (first, second)]
        assert sums[0] == sums[1]


def test_nothing_of_this_machine_stands_in_the_forms(project: Path, tmp_path: Path):
    for folder in export(project, tmp_path).folders.values():
        for path in folder.iterdir():
            text = path.read_bytes().decode("utf-8", "ignore")
            assert str(tmp_path) not in text
            assert str(project) not in text


def test_a_form_that_answers_otherwise_stops_the_export(project: Path, tmp_path: Path):
    def merge_without_the_adapter(base: Path, adapter: Path, folder: Path) -> None:
        merge_adapter(base, adapter, folder)
        weights = (base / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(weights)

    with pytest.raises(KitaeError) as caught:
        export(project, tmp_path, engines={"merge": merge_without_the_adapter})
    assert caught.value.exit_code == 1
    assert "merged" in caught.value.what
    assert "forms: [adapter]" in (caught.value.fix or "")


def test_a_form_with_another_chat_template_stops_the_export(project: Path, tmp_path: Path):
    def merge_with_another_template(base: Path, adapter: Path, folder: Path) -> None:
        merge_adapter(base, adapter, folder)
        (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}")

    with pytest.raises(KitaeError) as caught:
        export(project, tmp_path, engines={"merge": merge_with_another_template})
    assert "another prompt" in caught.value.what


def test_only_the_wanted_forms_are_written(project: Path, tmp_path: Path):
    config = ExportConfig(forms=("adapter",), parity_tokens=4, parity_prompts=2)
    product = export(project, tmp_path, config, engines=FAKES)
    assert list(product.folders) == ["adapter"]


@pytest.mark.parametrize("forms", [(), ("adapter", "adapter"), ("gguf",)])
def test_forms_that_cannot_be_are_refused(forms):
    with pytest.raises(ValueError, match="forms"):
        ExportConfig(forms=forms)


def test_a_base_that_changed_since_it_was_tuned_is_refused(project: Path, tmp_path: Path):
    other = find_base("./base", project).base.model_copy(update={"revision": "0" * 64})
    with pytest.raises(DataError) as caught:
        export(project, tmp_path, base=other)
    assert "changed" in caught.value.what


def test_questions_that_leave_no_room_are_passed_over(project: Path, tmp_path: Path):
    config = ExportConfig(forms=("adapter",), parity_tokens=8)
    bundle = export(project, tmp_path, config, texts=["仕事 " * 600, "仕事"]).records["bundle"]
    assert isinstance(bundle, Bundle)
    assert bundle.parity[0].prompts == 1
    with pytest.raises(DataError):
        export(project, tmp_path, config, texts=["仕事 " * 600])


def test_ctrl_c_stops_between_the_steps(project: Path, tmp_path: Path):
    class Pressed:
        requested = True

    stopped = replace(context(project, tmp_path), interrupt=Pressed())
    with pytest.raises(InterruptedRunError):
        STAGE.run(sealed(project), ExportConfig(parity_tokens=4), stopped)


def test_the_card_says_what_was_measured(project: Path, tmp_path: Path):
    product = export(project, tmp_path, engines=FAKES)
    front = front_matter(product.folders["adapter"])
    assert front["library_name"] == "peft"
    assert front["license"] == "mit"
    assert "base_model" not in front
    (result,) = front["model-index"][0]["results"]  # type: ignore[index]
    names = [metric["name"] for metric in result["metrics"]]
    assert names == ["exact match, before tuning", "exact match, after tuning"]
    text = (product.folders["merged"] / "README.md").read_text("utf-8")
    assert front_matter(product.folders["merged"])["library_name"] == "transformers"
    assert "measured to be better" in text
    assert "4 of 4" in text
    assert "cc0-1.0" in text


def test_the_card_says_when_answers_are_not_usable_why_and_what_was_overridden(
    project: Path, tmp_path: Path
):
    usability = Usability(
        is_usable=False, stopped_share=0.1, looping_share=0.9, valid_form_share=0.0, floor=0.5,
        reasons=(Message(key="choose.licence.unknown"),),
    )  # fmt: skip
    evaluation = made.evaluation(
        usability=usability, overrides=("I know\nbetter",), verdict="worse"
    )
    base = find_base("./base", project).base.model_copy(update={"licence": "unknown"})
    config = ExportConfig(forms=("adapter",), parity_tokens=4)
    product = export(project, tmp_path, config, evaluation=evaluation, base=base, engines=FAKES)
    text = (product.folders["adapter"] / "README.md").read_text("utf-8")
    assert "not usable" in text
    assert "- Its licence is not known" in text
    assert "> I know better" in text
    assert "worse than before" in text
    assert "The licence of the base model is not known" in text
    assert front_matter(product.folders["adapter"])["license"] == "unknown"


@pytest.mark.parametrize(("language", "word"), [("ja", "判定"), ("zh", "结论")])
def test_the_card_speaks_the_reader_s_language(project: Path, tmp_path: Path, language, word: str):
    config = ExportConfig(forms=("adapter",), parity_tokens=4, card_language=language)
    product = export(project, tmp_path, config, engines=FAKES)
    assert word in (product.folders["adapter"] / "README.md").read_text("utf-8")


def test_an_evaluated_model_that_is_not_the_adapter_s_is_found_out(project: Path, tmp_path: Path):
    loads: list[Path | None] = []

    def load(base: Path, adapter: Path | None):
        loads.append(adapter)
        answer = "evaluated" if len(loads) == 1 else "exported"
        return ScriptedModel({}, fallback=answer)

    engines = {"load_model": load, "load_encoder": told}
    with pytest.raises(KitaeError) as caught:
        export(project, tmp_path, engines=engines)
    assert "'evalua' became 'export'" in caught.value.what
