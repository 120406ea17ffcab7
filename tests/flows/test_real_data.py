"""Data that nobody here wrote, from the file to the gate: totals balance, and the verdict is a careful reader's."""

import pytest

from kitae import Project

ROTTEN = "rotten_tomatoes"


def files_of(real_data, name):
    if name in ("amazon_polarity", "common_gen", ROTTEN):
        return sorted((real_data / "t0").glob(f"{name}_*.jsonl"))
    return [real_data / name]


@pytest.mark.parametrize(
    ("name", "code", "rows"),
    [
        ("alpaca_en_demo.json", 0, 999),
        ("alpaca_zh_demo.json", 0, 1000),
        ("identity.json", 0, 91),
        ("seed_tasks.jsonl", 0, 175),
        ("glaive_toolcall_en_demo.json", 0, 300),
        ("amazon_polarity", 0, 1800),
        ("common_gen", 0, 1800),
        (ROTTEN, 3, 2000),
    ],
)
def test_real_data_reaches_the_gate_with_the_right_verdict(real_data, tmp_path, name, code, rows):
    project = Project.init(tmp_path / "p", files_of(real_data, name))
    result = project.run(until="gate")
    assert (result.error.exit_code if result.error else 0) == code, str(result.error)
    counts = {state.name: state.counts for state in result.states if state.counts}
    assert counts["collect"].rows_in >= rows
    assert all(found.balances for found in counts.values())


def test_each_constant_file_is_refused_by_itself(real_data, tmp_path):
    for number, path in enumerate(files_of(real_data, ROTTEN)):
        result = Project.init(tmp_path / str(number), [path]).run(until="gate")
        assert result.error is not None, path.name
        assert result.error.exit_code == 3, path.name


def test_no_review_stands_on_two_sides(real_data, tmp_path):
    project = Project.init(tmp_path / "p", files_of(real_data, "amazon_polarity"))
    assert project.run(until="build").error is None
    dataset = project.artifact("build")
    reviews = {}
    for side in ("train", "validation", "test"):
        for question in dataset.table(side).column("instruction").to_pylist():
            lines = [line for line in question.split("\n") if "eview: " in line]
            reviews.setdefault(lines[0].split("eview: ", 1)[1], set()).add(side)
    assert len(reviews) >= 190
    assert [body for body, sides in reviews.items() if len(sides) > 1] == []
