"""The embedded base model: its text, its tokenizer, its training and the files that ship."""

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
SPARK = REPOSITORY / "spark"
SHIPPED = REPOSITORY / "src" / "kitae" / "engines" / "hubs" / "spark"
SAMPLES = (
    "Will it rain on Osaka's roofs?\n\n  Two  spaces, a\ttab.",
    "今期はお金持ちになれますか？ まもなく、ですね。",
    "我想知道今年的运势怎么样。龘",
    "emoji 🔮👨‍👩‍👧 and é, ñ, \u200b, 한국어",
    '{"topic": "money", "period": "term"}',
)

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture
def corpus(monkeypatch):
    monkeypatch.syspath_prepend(str(SPARK))
    import corpus

    return corpus


def short_build(out: Path) -> str:
    """The digest of the weights after a hundred steps of small batches, in a process of its own."""
    options = ["--steps", "100", "--batch-tokens", "128", "--layers", "2"]
    options += ["--tokenizer-rows", "1000", "--threads", "1"]
    command = [sys.executable, str(SPARK / "pretrain.py"), "--out", str(out), *options]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest()


def user_texts(row) -> list[str]:
    return [turn["content"] for turn in row.turns if turn["role"] == "user"]


@pytest.mark.model
def test_a_hundred_steps_with_the_same_seed_give_the_same_weights(tmp_path):
    assert short_build(tmp_path / "one") == short_build(tmp_path / "two")


def test_the_same_seed_gives_the_same_text(corpus):
    first, second, other = (list(itertools.islice(corpus.rows(s), 500)) for s in (0, 0, 1))
    assert first == second
    assert first != other


def test_no_answer_turns_a_question_into_the_form_of_the_sample_project(corpus):
    """Objects with the keys topic and period appear only as copies of values in the question."""
    for row in itertools.islice(corpus.rows(0), 20_000):
        turns = [t for t in row.turns if t["role"] != "system"]
        for question, answer in zip(turns[::2], turns[1::2], strict=True):
            if not answer["content"].startswith("{"):
                continue
            record = json.loads(answer["content"])
            for key in {"topic", "period"} & set(record):
                assert re.search(rf"{key}.{{1,4}}{record[key]}", question["content"], re.DOTALL)


def test_the_text_holds_no_question_of_the_examples_or_of_validation(corpus):
    folder = REPOSITORY / "examples" / "fortune" / "data"
    known = {
        json.loads(line)["instruction"]
        for name in ("examples.jsonl", "dev.jsonl")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    }
    made = (t for row in itertools.islice(corpus.rows(0), 20_000) for t in user_texts(row))
    assert not any(question in text for text in made for question in known)


@pytest.mark.parametrize("text", SAMPLES)
def test_the_tokenizer_gives_every_text_back(text):
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_the_manifest_names_every_file_with_its_digest():
    manifest = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))
    present = {p.name for p in SHIPPED.iterdir() if p.name != "manifest.json"}
    assert manifest["schema_version"] == 1
    assert set(manifest["files"]) == present
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() == digest, name
    assert (SHIPPED / "model.safetensors").stat().st_size <= 20_000_000


@pytest.fixture(scope="module")
def shipped():
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(SHIPPED)
    return transformers.AutoModelForCausalLM.from_pretrained(SHIPPED), tokenizer


@pytest.mark.model
def test_the_shipped_model_stops_by_itself_and_answers_no_fortune_in_json(shipped):
    model, tokenizer = shipped
    for question in ("今期はお金持ちになれますか?", "How is my career looking this month?"):
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}],
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        )
        made = model.generate(**prompt, max_new_tokens=64, do_sample=False)[0]
        text = tokenizer.decode(made[prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        assert made[-1] == tokenizer.eos_token_id
        assert text.strip()
        assert "{" not in text


@pytest.mark.model
def test_the_chat_template_takes_turns_apart_the_way_training_did(shipped, monkeypatch):
    monkeypatch.syspath_prepend(str(SPARK))
    import pretrain
    from corpus import Row

    turns = (
        {"role": "system", "content": "短く。"},
        {"role": "user", "content": "\nA line,  then two.\n"},
        {"role": "assistant", "content": "Yes. はい。"},
    )
    _, tokenizer = shipped
    rendered = tokenizer.apply_chat_template(list(turns), tokenize=False)
    whole = tokenizer(rendered, add_special_tokens=False)["input_ids"]
    assert pretrain.encode(tokenizer.backend_tokenizer, Row(turns=turns)).ids == whole


@pytest.mark.model
def test_the_lean_forward_pass_equals_the_one_of_transformers(monkeypatch):
    monkeypatch.syspath_prepend(str(SPARK))
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    import network

    config = LlamaConfig(
        vocab_size=64,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=32,
        tie_word_embeddings=True,
    )
    weights = network.initial_weights(config, seed=0)
    model = LlamaForCausalLM(config)
    published = network.published_weights(config, weights)
    model.load_state_dict(published, strict=False)
    weights = {name: w.bfloat16() for name, w in weights.items()}
    ids = torch.arange(20)[None] * 3 % 64
    ours = network.hidden_states(config, weights, ids, network.rotary_table(config))
    theirs = model.model(input_ids=ids).last_hidden_state
    assert torch.allclose(ours.float(), theirs, atol=0.1)
