import pytest

from kitae.core.text import render
from kitae.stages.gate import STAGE, GateConfig
from support.cleaned import cleaned
from support.frozen_datasets import context, frozen_dataset, split_rows
from support.real_data import real_data, real_rows

ROTTEN = [
    "Movie_Expressed_Sentiment",
    "Movie_Expressed_Sentiment_2",
    "Reviewer_Enjoyment",
    "Reviewer_Enjoyment_Yes_No",
    "Reviewer_Expressed_Sentiment",
    "Reviewer_Opinion_bad_good_choices",
    "Reviewer_Sentiment_Feeling",
    "Sentiment_with_choices_",
    "Text_Expressed_Sentiment",
    "Writer_Expressed_Sentiment",
]


def checks(root, *names):
    sides = split_rows(real_rows(*names))
    build = frozen_dataset(root, sides["train"], sides["test"], sides["validation"])
    everyone = [example for side in sides.values() for example in side]
    inputs = {"build": build, "clean": cleaned(root, everyone)}
    product = STAGE.run(inputs, GateConfig(), context(root, "gate"))
    return {check.name: check for check in product.records["verdict"].checks}


def failed(found):
    return sorted(name for name, check in found.items() if check.outcome == "fail")


@pytest.mark.parametrize("name", ROTTEN)
def test_a_set_with_one_answer_fails(tmp_path, name):
    found = checks(tmp_path, f"t0/rotten_tomatoes_{name}.jsonl")
    assert failed(found) == ["dependence"]
    assert "are the same" in render(found["dependence"].message)


def test_ten_sets_with_one_answer_each_fail_together(tmp_path):
    found = checks(tmp_path, *(f"t0/rotten_tomatoes_{name}.jsonl" for name in ROTTEN))
    assert failed(found) == ["dependence"]
    said = render(found["dependence"].message)
    assert "10 wordings" in said
    assert "how the question is worded" in said


def test_opposite_wordings_of_the_same_reviews_pass(tmp_path):
    folder = real_data()
    names = sorted(f"t0/{path.name}" for path in folder.glob("t0/amazon_polarity_*.jsonl"))
    assert len(names) == 9
    found = checks(tmp_path, *names)
    assert failed(found) == []
    assert found["contradictions"].outcome == "pass"
    assert found["leakage"].outcome == "pass"
    assert "independent" in render(found["heldout"].message)


@pytest.mark.parametrize(
    "name",
    [
        "alpaca_en_demo.json",
        "alpaca_zh_demo.json",
        "identity.json",
        "seed_tasks.jsonl",
        "t0/common_gen_Put_together.jsonl",
    ],
)
def test_free_text_passes(tmp_path, name):
    assert failed(checks(tmp_path, name)) == []
