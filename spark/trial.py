"""Tunes a built base on the sample project and scores it on the validation file.

`python spark/trial.py --base DIR` prints the score before and after; it never opens the test file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from dataclasses import dataclass, fields
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch
import yaml
from peft import LoraConfig, get_peft_model
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer, LlamaForCausalLM, PreTrainedTokenizerBase

import slots

FORTUNE = Path(__file__).parent.parent / "examples" / "fortune"
FIXED_WORDS = {"rich", "お金持ち"}
"""Topic words that fit no other word's frame."""


@dataclass(frozen=True)
class Pair:
    """A question and its label, as JSON text."""

    question: str
    answer: str


@dataclass(frozen=True)
class Recipe:
    """What someone chose for one trial."""

    num_rows: int = 400
    rank: int = 16
    peak_lr: float = 2e-3
    epochs: int = 12
    batch_rows: int = 16
    dropout: float = 0.0
    seed: int = 0


def pairs(path: Path) -> list[Pair]:
    """The rows of an Alpaca JSONL file without inputs."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Pair(r["instruction"], r["output"]) for r in records]


def vocabulary() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Slot words by kind, label and language."""
    return yaml.safe_load((FORTUNE / "vocabulary.yaml").read_text(encoding="utf-8"))


def found(question: str, words: list[str]) -> str | None:
    """The longest of the words that the question holds."""
    held = [w for w in words if w in question]
    return max(held, key=len) if held else None


def recombined(originals: list[Pair], num_rows: int, seed: int) -> list[Pair]:
    """The originals, and their phrasings with other slot words of the same language."""
    r, words = random.Random(seed), vocabulary()
    rows = {p.question: p for p in originals}
    for _ in range(50 * num_rows):
        if len(rows) >= num_rows:
            break
        source = r.choice(originals)
        made = respun(source, words, r)
        rows.setdefault(made.question, made)
    return list(rows.values())


def respun(
    source: Pair, words: dict[str, dict[str, dict[str, list[str]]]], r: random.Random
) -> Pair:
    """The phrasing of one pair with other slot words."""
    label, question = json.loads(source.answer), source.question
    language = "en" if question.isascii() else "ja"
    for kind, key in (("periods", "period"), ("topics", "topic")):
        old = found(question, words[kind][label[key]][language])
        if old is None or old in FIXED_WORDS:
            continue
        others = [name for name in words[kind] if words[kind][name][language]]
        name = r.choice(others)
        new = r.choice([w for w in words[kind][name][language] if w not in FIXED_WORDS])
        question, label[key] = question.replace(old, new, 1), name
    return Pair(question, json.dumps(label))


def prompt_ids(tokenizer: PreTrainedTokenizerBase, question: str) -> list[int]:
    """A user turn and the start of the answer."""
    turns = [{"role": "user", "content": question}]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@torch.no_grad()
def answers(
    model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, questions: list[str]
) -> list[str]:
    """Greedy answers, batched with padding on the left."""
    model.eval()
    out = []
    for start in range(0, len(questions), 32):
        prompts = [prompt_ids(tokenizer, q) for q in questions[start : start + 32]]
        length = max(map(len, prompts))
        ids = torch.tensor([[0] * (length - len(p)) + p for p in prompts])
        mask = torch.tensor([[0] * (length - len(p)) + [1] * len(p) for p in prompts])
        made = model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=40, do_sample=False
        )
        out += tokenizer.batch_decode(made[:, length:], skip_special_tokens=True)
    model.train()
    return out


def is_json(text: str) -> bool:
    """Whether the answer is a JSON object with the two keys of the project."""
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and set(value) == {"topic", "period"}


def score(name: str, made: list[str], wanted: list[Pair]) -> None:
    """Prints exact match, share of valid JSON and right fields."""
    right = sum(m == p.answer for m, p in zip(made, wanted, strict=True))
    by_key = {"topic": 0, "period": 0}
    for m, p in zip(made, wanted, strict=True):
        if is_json(m):
            for key in by_key:
                by_key[key] += json.loads(m)[key] == json.loads(p.answer)[key]
    n = len(wanted)
    print(
        f"{name} exact {right}/{n} = {right / n:.3f} json {sum(map(is_json, made))} {by_key}",
        flush=True,
    )


def spotted(made: list[str], wanted: list[Pair]) -> None:
    """Prints in how many plain answers the topic and the period are already named, in any language."""
    named = {"topic": 0, "period": 0}
    names = {"topic": slots.TOPIC_NAME_JA, "period": slots.PERIOD_NAME_JA}
    for text, pair in zip(made, wanted, strict=True):
        for key, label in json.loads(pair.answer).items():
            named[key] += label in text.lower() or names[key][label] in text
    print(f"plain answers that name the label, of {len(wanted)}: {named}")


def tuned(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerBase, rows: list[Pair], recipe: Recipe
) -> torch.nn.Module:
    """LoRA on all linear layers, loss on answers only."""
    torch.manual_seed(recipe.seed)
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=2 * recipe.rank,
        lora_dropout=recipe.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    adapted = get_peft_model(model, config)
    adapted.train()
    weights = [p for p in adapted.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=recipe.peak_lr, weight_decay=0.0, fused=True)
    data = [encoded(tokenizer, p) for p in rows]
    order, num_steps, step = (
        random.Random(recipe.seed),
        -(-len(data) // recipe.batch_rows) * recipe.epochs,
        0,
    )
    for _ in range(recipe.epochs):
        order.shuffle(data)
        for start in range(0, len(data), recipe.batch_rows):
            optimizer.param_groups[0]["lr"] = (
                recipe.peak_lr * min(1, (step + 1) / 10) * (1 - step / num_steps)
            )
            loss = batch_loss(adapted, data[start : start + recipe.batch_rows])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
    print(f"steps {step} last loss {loss.item():.4f}")
    return adapted


def encoded(tokenizer: PreTrainedTokenizerBase, pair: Pair) -> tuple[list[int], int]:
    """Token ids of question and answer, and where the answer starts."""
    prompt = prompt_ids(tokenizer, pair.question)
    answer = tokenizer(pair.answer, add_special_tokens=False)["input_ids"]
    return [*prompt, *answer, tokenizer.eos_token_id], len(prompt)


def batch_loss(model: torch.nn.Module, batch: list[tuple[list[int], int]]) -> torch.Tensor:
    """Mean cross-entropy over the answers of a batch that is padded on the right."""
    length = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([i + [0] * (length - len(i)) for i, _ in batch])
    labels = torch.full_like(ids, -100)
    for row, (tokens, start) in enumerate(batch):
        labels[row, start : len(tokens)] = ids[row, start : len(tokens)]
    logits = model(input_ids=ids).logits[:, :-1]
    return cross_entropy(logits.reshape(-1, logits.size(-1)), labels[:, 1:].reshape(-1))


def run(base: Path, recipe: Recipe, num_shown: int) -> None:
    """Before, tuning, after."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = LlamaForCausalLM.from_pretrained(base, dtype=torch.float32)
    dev, train = pairs(FORTUNE / "data" / "dev.jsonl"), pairs(FORTUNE / "data" / "examples.jsonl")
    questions = [p.question for p in dev]
    before = answers(model, tokenizer, questions)
    score("before", before, dev)
    spotted(before, dev)
    rows = recombined(train, recipe.num_rows, recipe.seed)
    started_s = time.monotonic()
    adapted = tuned(model, tokenizer, rows, recipe)
    print(f"{recipe} rows {len(rows)} tuning s {time.monotonic() - started_s:.0f}")
    after = answers(adapted, tokenizer, questions)
    score("after", after, dev)
    for language in ("en", "ja"):
        picked = [i for i, q in enumerate(questions) if q.isascii() == (language == "en")]
        score(f"  {language}", [after[i] for i in picked], [dev[i] for i in picked])
    for made, pair in [(m, p) for m, p in zip(after, dev, strict=True) if m != p.answer][
        :num_shown
    ]:
        print(pair.question, pair.answer, "->", made)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print that many wrong answers")
    for field in fields(Recipe):
        option = f"--{field.name.replace('_', '-')}"
        parser.add_argument(option, type=type(field.default), default=field.default)
    args = vars(parser.parse_args())
    torch.set_num_threads(args.pop("threads"))
    torch.set_float32_matmul_precision("medium")
    base, num_shown = args.pop("base"), args.pop("show")
    run(base, Recipe(**args), num_shown)


if __name__ == "__main__":
    main()
