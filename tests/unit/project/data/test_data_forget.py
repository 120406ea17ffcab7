import json

import pytest

from kitae import Project
from kitae.cli.app import run
from kitae.core.errors import DataError, NotFoundError, UsageError
from kitae.project.data.forget import forget, forgetting_document, plan_forgetting
from kitae.project.data.forgotten import journal_of, unfinished
from kitae.project.data.recipe_edit import without_source
from kitae.project.data.versions import Versions
from kitae.project.runs import read_events
from kitae.records.journal import Journal
from kitae.records.store import Manifest, Product
from support.data_projects import (
    animal_rows,
    built,
    change_recipe,
    ids_in,
    write_rows,
    write_sources,
)
from support.making_rows import menu_rows

SECRET = "Where does the unicorn of the attic sleep?"


def sources():
    secret = [{"instruction": SECRET, "output": "unicorn attic"}]
    return {"a.jsonl": animal_rows(), "b.jsonl": [*animal_rows(["castle"]), *secret]}


@pytest.fixture
def project(tmp_path):
    return built(write_sources(tmp_path / "p", sources()))


class StopAtError(Exception):
    pass


class Stopping:
    """Stops at a step, as a killed process would."""

    def __init__(self, step):
        self.step = step

    def emit(self, event):
        if event.data.get("step") == self.step:
            raise StopAtError


def texts_below(folder):
    """Every file that holds the text that is to be forgotten; data/ is the person's own."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    inside = [path for path in paths if path.parent.name != "data"]
    return [path for path in inside if b"unicorn" in path.read_bytes()]


def test_nothing_of_a_forgotten_source_is_left_and_the_rest_runs_on(project):
    root = project.root
    assert texts_below(root)
    forget(root, plan_forgetting(root, "b.jsonl"))
    assert texts_below(root) == []
    again = built(root)
    assert len(ids_in(again)) == len(animal_rows())
    assert texts_below(root) == []
    assert [source.path for source in again.recipe.collect.sources] == ["data/a.jsonl"]


def test_the_journal_keeps_what_was_forgotten_when_and_which_hashes(project):
    root = project.root
    artifacts = {one.id for one in Versions(root).all.values() if one.manifest.stage != "choose"}
    forget(root, plan_forgetting(root, "data/b.jsonl"))
    begun, done = journal_of(root).entries()
    assert (begun["state"], done["state"]) == ("begun", "done")
    assert begun["names"] == ["b.jsonl"]
    assert len(begun["files"]["b.jsonl"]) == 64
    assert set(begun["artifacts"]) == artifacts
    assert begun["at"]
    assert "unicorn" not in str(begun)


@pytest.mark.parametrize(
    "step", ["recipe", "journals", "cache", "artifacts", "logs", "leftovers", "done"]
)
def test_a_forgetting_that_was_cut_off_is_finished_by_the_next(project, step):
    root = project.root
    with pytest.raises(StopAtError):
        forget(root, plan_forgetting(root, "b.jsonl"), events=Stopping(step))
    assert unfinished(root)["what"] == "b.jsonl"
    forget(root, plan_forgetting(root, None))
    assert unfinished(root) is None
    assert texts_below(root) == []
    assert not list((root / ".kitae/objects").iterdir())
    assert len(ids_in(built(root))) == len(animal_rows())


def test_a_run_in_between_does_not_bring_it_back(project):
    root = project.root
    with pytest.raises(StopAtError):
        forget(root, plan_forgetting(root, "b.jsonl"), events=Stopping("recipe"))
    built(root)
    forget(root, plan_forgetting(root, None))
    assert texts_below(root) == []


def test_sides_of_other_rows_stay_and_those_of_the_source_go(project):
    root = project.root
    journal = Journal(root / "journal/sides.jsonl")
    before = {row for entry in journal.entries() for row in entry["rows"]}
    forget(root, plan_forgetting(root, "b.jsonl"))
    after = {row for entry in journal.entries() for row in entry["rows"]}
    gone = {row["id"] for row in []}
    assert after < before
    assert len(before - after) == len(sources()["b.jsonl"])
    assert not gone & after
    sides = built(root).artifact("build").table("test")["id"].to_pylist()
    assert set(sides) <= after


def test_a_row_that_another_source_has_too_keeps_its_side(tmp_path):
    rows = animal_rows()
    project = built(write_sources(tmp_path / "p", {"a.jsonl": rows, "b.jsonl": rows[:7]}))
    journal = Journal(project.root / "journal/sides.jsonl")
    before = journal.digest()
    forget(project.root, plan_forgetting(project.root, "b.jsonl"))
    assert journal.digest() == before


def test_made_rows_of_the_source_go_and_verdicts_on_them_are_withdrawn(tmp_path):
    rows = [{"instruction": r.instruction, "output": r.output} for r in menu_rows()]
    extra = [
        {"instruction": "Is there a pie on Friday?", "output": '{"dish": "pie", "day": "free"}'}
    ]
    root = write_sources(
        tmp_path / "p",
        {"a.jsonl": rows, "b.jsonl": [*rows[:12:2], *extra]},
        split={"test_share": 0.1, "validation_share": 0.1},
        generate={"method": {"kind": "recombine", "target_rows": 40}},
    )
    project = Project.open(root)
    with project.reviewing("me") as session:
        made = [row.id for row in session.rows]
        while not session.progress.is_complete:
            session.accept()
    plan = plan_forgetting(root, "b.jsonl")
    from_it = set(made) & plan.traces.rows
    document = forgetting_document(root, plan)
    forget(root, plan)
    left = {e["row_id"] for e in Journal(root / "journal/verdicts.jsonl").entries()}
    assert from_it
    assert document["verdicts"] == len(from_it)
    assert left == set(made) - from_it


def test_models_and_bundles_that_contained_it_are_named_by_lineage(project):
    root = project.root
    build = project.artifact("build")
    store = Versions(root).store
    tuned = seal(store, "tune", {"input:build": build.content_hash})
    export = seal(store, "export", {"input:tune": tuned.content_hash})
    other = seal(store, "tune", {"input:build": "0" * 64}, b"another")
    document = forgetting_document(root, plan_forgetting(root, "b.jsonl"))
    kinds = {one["id"]: (one["kind"], one["rows"]) for one in document["artifacts"]}
    rows = len(sources()["b.jsonl"])
    assert kinds[tuned.id] == ("model", rows)
    assert kinds[export.id] == ("bundle", rows)
    assert other.id not in kinds
    forget(root, plan_forgetting(root, "b.jsonl"))
    assert set(Versions(root).all) == {other.id}


def seal(store, stage, inputs, content=b"weights"):
    """An artifact that a stage could have made."""
    manifest = Manifest(
        stage=stage, stage_version=1, fingerprint=stage + str(inputs), inputs=inputs, files={}
    )
    return store.seal(manifest, Product(files={f"{stage}.bin": content}))


def test_the_only_source_is_not_forgotten(tmp_path):
    project = built(write_sources(tmp_path / "p", {"a.jsonl": animal_rows()}))
    with pytest.raises(UsageError, match="only source"):
        plan_forgetting(project.root, "a.jsonl")


def test_one_file_of_a_folder_has_to_leave_the_folder_first(tmp_path):
    root = write_sources(tmp_path / "p", sources())
    recipe = root / "kitae.yaml"
    recipe.write_text("collect:\n  sources:\n  - path: data/*.jsonl\n", encoding="utf-8")
    built(root)
    with pytest.raises(UsageError, match="one of several files") as caught:
        plan_forgetting(root, "b.jsonl")
    assert "data/*.jsonl" in caught.value.fix
    (root / "data/b.jsonl").unlink()
    forget(root, plan_forgetting(root, "b.jsonl"))
    assert texts_below(root) == []
    assert len(ids_in(built(root))) == len(animal_rows())


def test_an_unknown_source_is_refused_with_the_known_ones(project):
    with pytest.raises(NotFoundError) as caught:
        plan_forgetting(project.root, "nobody")
    assert "a.jsonl, b.jsonl" in caught.value.fix


RECIPE = """\
# my project
name: x   # short
collect:
  sources:
  # the first one
  - path: a.jsonl   # mine
    columns: {instruction: q,
              output: a}
  # bought in May
  - path: b.jsonl
    licence: MIT

  - path: c.jsonl
  # nothing more
seed: 3
"""


@pytest.mark.parametrize("number", [0, 1, 2])
def test_comments_and_all_else_in_the_recipe_stay(number):
    names = ["a.jsonl", "b.jsonl", "c.jsonl"]
    after = without_source(RECIPE, number)
    assert names[number] not in after
    kept = [
        line for line in RECIPE.splitlines() if line.lstrip().startswith("#") or "name:" in line
    ]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert all(name in after for name in names if name != names[number])


def test_sources_in_one_line_are_left_to_an_editor():
    text = "collect: {sources: [{path: a.jsonl}, {path: b.jsonl}]}\n"
    with pytest.raises(UsageError, match="cannot be cut out"):
        without_source(text, 1)


def test_the_command_asks_first(project, capsys, monkeypatch):
    folder = str(project.root)
    monkeypatch.setattr("sys.stdin", __import__("io").StringIO("no\n"))
    assert run(["forget", folder, "--source", "b.jsonl"]) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert texts_below(project.root)
    assert run(["forget", folder, "--source", "b.jsonl", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["forgotten"] is False
    assert run(["forget", folder, "--source", "b.jsonl", "--files", "--yes"]) == 0
    assert not (project.root / "data/b.jsonl").exists()
    assert (project.root / "data/a.jsonl").exists()
    assert texts_below(project.root) == []


def named_again(root, path, rows=None):
    """The recipe names a source beside `a.jsonl`."""
    if rows is not None:
        write_rows(root / path, rows)
    change_recipe(root, collect={"sources": [{"path": "data/a.jsonl"}, {"path": path}]})


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("data/b.jsonl", None),
        ("data/b.jsonl", animal_rows(["garden"])),
        ("data/other.jsonl", sources()["b.jsonl"]),
    ],
    ids=["same file", "same place, other content", "same content, other name"],
)
def test_a_forgotten_source_that_is_named_again_is_refused(project, path, rows, capsys):
    root = project.root
    forget(root, plan_forgetting(root, "b.jsonl"))
    named_again(root, path, rows)
    assert run(["run", str(root), "--until", "build"]) == 7
    told = capsys.readouterr().err
    assert "forgotten" in told
    assert "collect.sources.1" in told
    assert "kitae forget --source b.jsonl --allow-again" in told
    assert texts_below(root) == []


def test_a_forgotten_source_comes_back_only_when_it_is_allowed_again(project, capsys):
    root = project.root
    forget(root, plan_forgetting(root, "b.jsonl"))
    named_again(root, "data/b.jsonl")
    assert run(["forget", str(root), "--source", "b.jsonl", "--allow-again"]) == 0
    assert "b.jsonl" in capsys.readouterr().out
    assert len(ids_in(built(root))) == len(animal_rows()) + len(sources()["b.jsonl"])
    forget(root, plan_forgetting(root, "b.jsonl"))
    named_again(root, "data/b.jsonl")
    with pytest.raises(DataError, match="forgotten"):
        built(root)


def test_allowing_what_was_not_forgotten_names_what_was(project, capsys):
    root = project.root
    forget(root, plan_forgetting(root, "b.jsonl"))
    assert run(["forget", str(root), "--source", "c.jsonl", "--allow-again"]) == 8
    assert "b.jsonl" in capsys.readouterr().err
    assert run(["forget", str(root), "--allow-again"]) == 2


def test_a_copy_that_another_source_has_stays_of_use(tmp_path):
    rows = animal_rows()
    project = built(write_sources(tmp_path / "p", {"a.jsonl": rows, "b.jsonl": rows}))
    forget(project.root, plan_forgetting(project.root, "b.jsonl"))
    assert len(ids_in(built(project.root))) == len(rows)


def test_what_errors_of_earlier_runs_quoted_is_forgotten_and_their_numbers_stay(project):
    root = project.root
    whole = (root / "data/b.jsonl").read_bytes()
    bad = [{"instruction": f"{SECRET} {n}"} for n in range(40)]
    write_rows(root / "data/b.jsonl", [*sources()["b.jsonl"], *bad])
    with pytest.raises(DataError, match="unicorn"):
        built(root)
    (root / "data/b.jsonl").write_bytes(whole)
    (root / "kitae-crash.txt").write_text(SECRET, encoding="utf-8")
    before = read_events(root / ".kitae/runs")
    assert "unicorn" in str(before)
    forget(root, plan_forgetting(root, "b.jsonl"))
    after = read_events(root / ".kitae/runs")
    assert texts_below(root) == []
    assert [(e["kind"], e["t"]) for e in after] == [(e["kind"], e["t"]) for e in before]
    (stopped,) = [e for e in after if e["kind"] == "stage.stopped"]
    assert stopped["data"]["code"] == "invalid_data"
    assert run(["status", str(root)]) == 0


def test_a_log_without_errors_stays_as_it_was(project):
    (log,) = (project.root / ".kitae/runs").glob("*.jsonl")
    before = log.read_bytes()
    forget(project.root, plan_forgetting(project.root, "b.jsonl"))
    assert log.read_bytes() == before
