"""A 20-step loss curve and token masks, recorded once. To record anew: KITAE_RECORD_GOLDEN=1 pytest tests/golden"""

import json
import os
from pathlib import Path

import pytest

from kitae.engines.tokens import load_encoder
from kitae.engines.training import train
from kitae.records.example import Example, Round
from support.tiny_models import shared_tiny_model
from support.training_jobs import PAIRS, job

HERE = Path(__file__).parent
TALK = Example(
    id="a",
    instruction="今日の仕事は?",
    input="the user <|im_end|>",
    output='{"topic": "work"} 😀',
    system="什么",
    history=(Round(instruction="what is love", answer="する"),),
)


def recorded(name, found):
    path = HERE / name
    if os.environ.get("KITAE_RECORD_GOLDEN"):
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return json.loads(path.read_text("utf-8"))


def test_twenty_steps_follow_the_recorded_loss_curve(tmp_path):
    tuned = train(job(tmp_path)).tuned
    found = {
        "train": [point.train_loss for point in tuned.losses],
        "validation": [point.loss for point in tuned.validation],
        "tokens": [point.tokens for point in tuned.losses],
    }
    expected = recorded("loss_curve.json", found)
    assert found["tokens"] == expected["tokens"]
    assert found["train"] == pytest.approx(expected["train"], abs=1e-5)
    assert found["validation"] == pytest.approx(expected["validation"], abs=1e-5)


def test_tokens_and_masks_are_the_recorded_ones():
    encoder = load_encoder(shared_tiny_model())
    rows = [Example(id=str(n), instruction=q, output=a) for n, (q, a) in enumerate(PAIRS)]
    found = [_shown(encoder.encode_example(row)) for row in rows]
    found += [_shown(encoder.encode_example(TALK, train_on_history=h)) for h in (False, True)]
    assert found == recorded("token_masks.json", found)


def _shown(row):
    mask = "".join("x" if is_answer else "." for is_answer in row.is_answer)
    return {"ids": " ".join(map(str, row.ids)), "mask": mask, "has_stop": row.has_stop}
