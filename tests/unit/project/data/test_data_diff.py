import json

import pytest

from kitae import Project
from kitae.cli.app import run
from kitae.core.errors import NotFoundError, UsageError
from kitae.project.data.diff import diff, paired
from kitae.project.data.restore import restore
from kitae.records.example import to_table
from support.data_projects import (
    animal_rows,
    built,
    change_recipe,
    id_of,
    write_rows,
    write_sources,
)
from support.row_stages import rows_of

SHORT = {"instruction": "Is the sea wet, tell me?", "output": "y"}
MORE = animal_rows(["castle", "desert"])


@pytest.fixture
def project(tmp_path):
    sources = {"a.jsonl": [*animal_rows(), SHORT], "b.jsonl": MORE}
    return built(write_sources(tmp_path / "p", sources))


def compared(project, older="previous", newer="current"):
    found = diff(Project.open(project.root), older, newer)
    counts = found["counts"]
    assert found["from"]["rows"] == counts["removed"] + counts["changed"] + counts["same"]
    assert found["to"]["rows"] == counts["added"] + counts["changed"] + counts["same"]
    return found


def reasons(found, kind):
    return {
        (one["code"], one["stage"], one["reason"]): one["rows"] for one in found["reasons"][kind]
    }


def test_a_row_that_a_check_drops_is_gone_with_its_reason(project):
    change_recipe(project.root, clean={"min_answer_characters": 3})
    found = compared(built(project.root))
    assert reasons(found, "removed") == {("dropped", "clean", "answer_too_short"): 1}
    (row,) = found["removed"]
    assert (row["instruction"], row["why"]["detail"]) == (SHORT["instruction"], "1")


def test_a_restored_row_is_new_and_says_so(project):
    change_recipe(project.root, clean={"min_answer_characters": 3})
    project = built(project.root)
    restore(project, [id_of(project, SHORT["instruction"])])
    found = compared(built(project.root))
    assert reasons(found, "added") == {("restored", "clean", "answer_too_short"): 1}


def test_a_row_that_no_check_drops_any_more_is_new(project):
    change_recipe(project.root, clean={"min_answer_characters": 3})
    built(project.root)
    change_recipe(project.root, clean={})
    found = compared(built(project.root))
    assert reasons(found, "added") == {("no_longer_dropped", "clean", "answer_too_short"): 1}


def test_a_text_changed_in_its_source_is_one_changed_row(project):
    rows = animal_rows()
    rows[3] = {**rows[3], "output": "nobody has ever seen it sleep"}
    write_rows(project.root / "data/a.jsonl", [*rows, SHORT])
    found = compared(built(project.root))
    (row,) = found["changed"]
    assert (found["counts"]["added"], found["counts"]["removed"]) == (0, 0)
    assert row["fields"]["output"]["after"] == "nobody has ever seen it sleep"
    assert "edited_in_source" in [why["code"] for why in row["why"]]
    assert row["why"][0]["detail"] == "a.jsonl, line 4"


def test_sources_that_come_and_go_are_named(project):
    write_rows(project.root / "data/c.jsonl", animal_rows(["meadow"]))
    change_recipe(
        project.root,
        collect={"sources": [{"path": "data/a.jsonl"}, {"path": "data/c.jsonl"}]},
    )
    found = compared(built(project.root))
    assert reasons(found, "removed") == {("source_removed", "", ""): len(MORE)}
    assert reasons(found, "added") == {("new_source", "", ""): 10}


def test_a_side_declared_later_is_a_side_that_moved(project):
    change_recipe(
        project.root,
        collect={"sources": [{"path": "data/a.jsonl"}, {"path": "data/b.jsonl", "side": "test"}]},
    )
    found = compared(built(project.root))
    moved = [row for row in found["changed"] if "side" in row["fields"]]
    assert moved
    assert all(row["fields"]["side"]["after"] == "test" for row in moved)
    assert {why["code"] for row in moved for why in row["why"]} == {"side_moved"}


def test_a_version_compared_with_itself_has_no_difference(project):
    found = compared(project, "current", "current")
    assert found["counts"] == {"added": 0, "removed": 0, "changed": 0, "same": 71}


def test_a_repaired_text_is_a_changed_row_with_its_rule(project):
    clean = project.artifact("clean").id
    review = project.artifact("review").id
    assert compared(project, review, clean)["counts"]["changed"] == 0
    write_rows(project.root / "data/b.jsonl", [{**row, "input": " a  "} for row in MORE])
    project = built(project.root)
    found = compared(project, project.artifact("review").id, project.artifact("clean").id)
    assert found["reasons"]["changed"][0]["code"] == "repaired"
    assert found["changed"][0]["fields"]["input"] == {"before": " a  ", "after": "a"}
    assert found["changed"][0]["why"][0]["detail"] == "outer_space"


def test_edited_made_rows_belong_to_the_row_that_was_edited():
    made = rows_of(("a b c?", "1"), origin="made")
    edited = [
        row.model_copy(update={"review": "edited", "parents": ("x", made[0].id)})
        for row in rows_of(("a b c, please?", "1"), origin="made")
    ]
    pairs = paired(to_table(made), to_table(edited))
    assert (pairs.before.tolist(), pairs.after.tolist()) == ([0], [0])
    assert not len(pairs.removed)


def test_versions_that_are_not_there_are_refused_with_those_that_are(project):
    with pytest.raises(NotFoundError, match="no dataset before"):
        diff(project, "previous", "current")
    with pytest.raises(NotFoundError, match="no version") as caught:
        diff(project, "build-ffff", "current")
    assert project.artifact("build").id in caught.value.fix
    project.run(until="gate")
    with pytest.raises(UsageError, match="holds no rows"):
        diff(project, "gate", "current")


@pytest.mark.parametrize("language", ["en", "ja", "zh"])
def test_the_command_prints_reasons_in_words(project, capsys, language):
    change_recipe(project.root, clean={"min_answer_characters": 3})
    built(project.root)
    folder = str(project.root)
    assert run(["diff", "--dir", folder, "--language", language]) == 0
    said = capsys.readouterr().out
    assert SHORT["instruction"] in said
    assert "answer_too_short" not in said
    assert run(["diff", "--dir", folder, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["removed"] == 1
