from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from kitae.core.errors import DataError, KitaeError, NotFoundError
from kitae.engines.hubs import SPARK, find_base
from kitae.engines.hubs.checksums import write_checksums
from kitae.engines.hubs.description import causal_architectures
from kitae.engines.hubs.locate import find_base as find
from support.model_folders import CONFIG, model_files, safetensors_bytes, weights, write_model


def refusal(folder: Path) -> KitaeError:
    with pytest.raises(KitaeError) as caught:
        find_base(str(folder), folder.parent)
    assert caught.value.fix
    return caught.value


def changed_config(**changes) -> bytes:
    return json.dumps({**CONFIG, **changes}).encode()


def test_the_embedded_base_is_found_whole_and_is_for_trying(tmp_path: Path):
    found = find_base(SPARK, tmp_path)
    assert found.base.is_for_trying
    assert found.base.architecture == "LlamaForCausalLM"
    assert found.base.context_length >= 2048
    assert found.base.weights_bytes <= 20_000_000
    assert found.base.licence == "apache-2.0"
    assert found.base.has_chat_template


def test_a_folder_is_described_from_its_files_alone(tmp_path: Path):
    write_model(tmp_path / "models" / "mine")
    found = find_base("./models/mine", tmp_path)
    assert found.folder == tmp_path / "models" / "mine"
    base = found.base
    assert base.reference == "./models/mine"
    assert (base.parameters, base.weights_bytes, base.dtype) == (68, 272, "float32")
    assert (base.layers, base.hidden_size, base.intermediate_size) == (1, 4, 8)
    assert (base.context_length, base.vocabulary_size) == (64, 16)
    assert (base.licence, base.has_chat_template, base.is_for_trying) == ("apache-2.0", True, False)


def test_equal_files_have_the_same_revision_wherever_they_lie(tmp_path: Path):
    write_model(tmp_path / "a")
    write_model(tmp_path / "b")
    first = find_base("a", tmp_path).base.revision
    assert find_base(str(tmp_path / "b"), tmp_path).base.revision == first
    (tmp_path / "b" / "README.md").write_text("another card")
    assert find_base("b", tmp_path).base.revision == first


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_another_content_is_another_revision(tmp_path: Path, name: str):
    write_model(tmp_path / "a")
    before = find_base("a", tmp_path).base.revision
    other = {
        "config.json": changed_config(rope_theta=5),
        "tokenizer.json": b'{"x": 1}',
        "model.safetensors": weights(32),
    }
    (tmp_path / "a" / name).write_bytes(other[name])
    assert find_base("a", tmp_path).base.revision != before


def test_shards_of_an_index_count_together(tmp_path: Path):
    one = safetensors_bytes({"a": ("BF16", [4], b"\0" * 8)})
    two = safetensors_bytes({"b": ("BF16", [2, 2], b"\0" * 8)})
    index = json.dumps({"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}).encode()
    files = model_files(model_safetensors=None)
    files |= {
        "m-1.safetensors": one, "m-2.safetensors": two, "model.safetensors.index.json": index,
    }  # fmt: skip
    write_model(tmp_path / "a", files)
    base = find_base("a", tmp_path).base
    assert (base.parameters, base.dtype) == (8, "bfloat16")
    (tmp_path / "a" / "m-2.safetensors").unlink()
    assert "m-2.safetensors" in refusal(tmp_path / "a").what


@pytest.mark.parametrize(
    "name",
    [
        "../x.safetensors",
        "/etc/x.safetensors",
        "..\\x.safetensors",
        "a/../../x.safetensors",
        "x.bin",
        "",
        "C:x.safetensors",
    ],
)
def test_an_index_that_leads_outside_is_refused(tmp_path: Path, name: str):
    index = json.dumps({"weight_map": {"a": name}}).encode()
    files = model_files(model_safetensors=None) | {"model.safetensors.index.json": index}
    error = refusal(write_model(tmp_path / "a", files))
    assert (type(error), error.exit_code) == (DataError, 7)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pth", "model.ckpt"])
def test_a_folder_with_a_pickle_only_is_refused_and_never_opened(tmp_path: Path, name: str):
    bomb = b"cos\nsystem\n(S'touch " + str(tmp_path / "PWNED").encode() + b"'\ntR."
    files = model_files(model_safetensors=None) | {name: bomb}
    error = refusal(write_model(tmp_path / "a", files))
    assert error.exit_code == 7
    assert name in error.what
    assert "safetensors" in (error.fix or "")
    assert not (tmp_path / "PWNED").exists()


def test_a_pickle_without_a_config_is_named_as_the_reason(tmp_path: Path):
    error = refusal(write_model(tmp_path / "a", {"model.pt": b"x"}))
    assert "pickle" in error.what


def test_a_folder_without_weights_is_refused(tmp_path: Path):
    error = refusal(write_model(tmp_path / "a", model_files(model_safetensors=None)))
    assert error.exit_code == 7
    assert "safetensors" in error.what


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"notes.txt": b"x"}, "config.json"),
        ({"model.gguf": b"GGUF"}, "GGUF"),
        ({"adapter_config.json": b"{}", "config.json": b"{}"}, "adapter"),
        (model_files(tokenizer_json=None), "tokenizer"),
        (model_files(config_json=b"{"), "config.json"),
        (model_files(config_json=b"[]"), "config.json"),
        (model_files(config_json=changed_config(architectures=["BertForMaskedLM"])), "BertForMaskedLM"),
        (model_files(config_json=changed_config(architectures=[])), "architecture"),
        (model_files(config_json=changed_config(quantization_config={"quant_method": "gptq"})), "quantised"),
        (model_files(config_json=changed_config(max_position_embeddings=None)), "how long"),
        (model_files(model_safetensors=b""), "model.safetensors"),
        (model_files(model_safetensors=weights()[:-1]), "model.safetensors"),
        (model_files(model_safetensors=weights() + b"x"), "model.safetensors"),
        (model_files(model_safetensors=b"\xff" * 64), "model.safetensors"),
        (model_files(model_safetensors=safetensors_bytes({"a": ("F32", [3], b"\0" * 8)})), "shape"),
        (model_files(model_safetensors=safetensors_bytes({"a": ("X9", [2], b"\0" * 8)})), "'a'"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_the_reason(tmp_path: Path, files, word: str):
    error = refusal(write_model(tmp_path / "a", files))
    assert error.exit_code == 7
    assert word in error.what


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "generation_config.json"])
@pytest.mark.parametrize(
    "change",
    [
        {"auto_map": {"AutoModelForCausalLM": "evil.Model"}},
        {"trust_remote_code": True},
        {"text_config": {"deep": [{"trust_remote_code": True}]}},
        {"_attn_implementation_internal": "some/kernel"},
        {"attn_implementation": "owner/kernel"},
        {"custom_generate": "owner/code"},
    ],
)
def test_settings_that_ask_for_code_are_refused(tmp_path: Path, name: str, change):
    files = model_files()
    files[name] = json.dumps({**json.loads(files.get(name, b"{}")), **change}).encode()
    error = refusal(write_model(tmp_path / "a", files))
    assert error.exit_code == 7
    assert name in error.what


def test_harmless_settings_pass(tmp_path: Path):
    config = changed_config(trust_remote_code=False, attn_implementation="sdpa", auto_map={})
    write_model(tmp_path / "a", model_files(config_json=config))
    assert find_base("a", tmp_path)


def test_a_changed_byte_is_found_where_checksums_came_with_the_model(tmp_path: Path):
    folder = write_model(tmp_path / "a")
    write_checksums(folder)
    assert find_base("a", tmp_path)
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    error = refusal(folder)
    assert error.exit_code == 7
    assert "model.safetensors" in error.what
    (folder / "model.safetensors").unlink()
    assert refusal(folder).exit_code == 7


def test_a_manifest_json_is_checked_too_and_one_of_another_kind_is_not(tmp_path: Path):
    folder = write_model(tmp_path / "a")
    (folder / "manifest.json").write_text('{"name": "a browser extension"}')
    assert find_base("a", tmp_path)
    wrong = hashlib.sha256(b"other").hexdigest()
    (folder / "manifest.json").write_text(json.dumps({"files": {"config.json": wrong}}))
    assert "config.json" in refusal(folder).what


def test_a_checksum_list_that_leads_outside_is_refused(tmp_path: Path):
    folder = write_model(tmp_path / "a")
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  ../secret\n")
    assert "outside" in refusal(folder).what


def test_written_checksums_are_what_sha256sum_reads(tmp_path: Path):
    folder = write_model(tmp_path / "a")
    write_checksums(folder)
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    "reference", ["kitae-sparks", "./nowhere", "/nowhere/at/all", "gpt2", "..", "a/../b"]
)
def test_a_base_that_is_nowhere_is_not_found_and_the_way_out_is_named(
    tmp_path: Path, reference: str
):
    with pytest.raises((NotFoundError, DataError)) as caught:
        find_base(reference, tmp_path / "project")
    assert caught.value.fix


def test_a_near_name_is_proposed(tmp_path: Path):
    with pytest.raises(NotFoundError) as caught:
        find_base("kitae-sprak", tmp_path)
    assert "did you mean 'kitae-spark'" in (caught.value.fix or "")
    assert caught.value.exit_code == 8


def test_a_file_is_no_base(tmp_path: Path):
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(DataError):
        find_base("model.gguf", tmp_path)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: other\nlicense_name: qwen-research\n---\n", "qwen-research"),
        ("---\nlicense:\n- mit\n---\n", "mit"),
        ("---\nlicense: MIT\n---\n", "mit"),
        ("---\nlanguage: en\n---\n", "unknown"),
        ("---\n: : :\n---\n", "unknown"),
        ("# no front matter", "unknown"),
        ("---\nlicense: !!python/object/apply:os.system ['touch PWNED']\n---\n", "unknown"),
    ],
)
def test_the_licence_is_what_the_card_says(tmp_path: Path, card: str, licence: str):
    write_model(tmp_path / "a", model_files(README_md=card.encode()))
    assert find("a", tmp_path).base.licence == licence


def test_a_licence_file_stands_in_for_a_silent_card(tmp_path: Path):
    text = b"Apache License\nVersion 2.0, January 2004"
    write_model(tmp_path / "a", model_files(README_md=None) | {"LICENSE": text})
    assert find_base("a", tmp_path).base.licence == "apache-2.0"


def test_the_listed_architectures_are_those_of_the_installed_library():
    package = find_spec("transformers")
    assert package is not None
    assert package.origin is not None
    source = Path(package.origin).parent / "models" / "auto" / "modeling_auto.py"
    text = source.read_text(encoding="utf-8")
    assert [name for name in causal_architectures() if f'"{name}"' not in text] == []
    assert {"LlamaForCausalLM", "Qwen3ForCausalLM", "GPT2LMHeadModel"} <= causal_architectures()


def test_finding_a_base_loads_no_model_library(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from kitae.engines.hubs import find_base\n"
        "find_base('kitae-spark', Path('.'))\n"
        "heavy = {'torch', 'transformers', 'safetensors', 'huggingface_hub'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
