"""Commands in messages work where the person stands."""

import signal
from pathlib import Path

import pytest

from kitae import Project
from kitae.core.errors import AbortedError, NotFoundError
from kitae.core.events import Collected
from kitae.project.commands import with_folder
from support.small_projects import write_project


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("type `kitae run` to go on", "type `kitae run sb` to go on"),
        ("type `kitae run --from gate`", "type `kitae run sb --from gate`"),
        ("(`kitae show gate` shows the rows)", "(`kitae show gate sb` shows the rows)"),
        ('`kitae override gate --reason "why"`', '`kitae override gate sb --reason "why"`'),
        ("type `kitae review`, then `kitae run`;", "type `kitae review sb`, then `kitae run sb`;"),
        ("`kitae serve --port 8080`", "`kitae serve sb --port 8080`"),
        ("`kitae show {stage}`", "`kitae show {stage} sb`"),
        ("`kitae show clean --dropped`", "`kitae show clean sb --dropped`"),
    ],
)
def test_commands_on_a_project_name_its_folder(said, told):
    assert with_folder(said, Path("sb")) == told
    assert with_folder(told, Path("sb")) == told
    assert with_folder(said, Path()) == said


@pytest.mark.parametrize(
    "said",
    [
        "`kitae doctor`",
        "`kitae init DIR FILE`",
        "`kitae explain KEY`",
        "kitae run my-model",
        "kitae runs",
    ],
)
def test_other_commands_stay_as_they_are(said):
    assert with_folder(said, Path("sb")) == said


def test_folder_with_a_space_is_quoted():
    assert with_folder("`kitae run`", Path("my bot")) == "`kitae run 'my bot'`"


class Presses:
    """Presses Ctrl-C when an event comes."""

    def __init__(self, stage: str, times: int, kind: str = "stage.running") -> None:
        self._kind = kind
        self._stage = stage
        self._times = times

    def emit(self, event) -> None:
        """Press when it is time."""
        if event.kind == self._kind and event.stage == self._stage:
            for _ in range(self._times):
                signal.raise_signal(signal.SIGINT)


@pytest.fixture
def parent(tmp_path, monkeypatch):
    """The folder above a project called `sb`, where the person stands."""
    write_project(tmp_path / "sb", Path("kitae-spark"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("parent")
def test_command_after_ctrl_c_can_be_pasted_where_the_user_stands():
    result = Project.open("sb", events=Presses("collect", 1)).run(until="split")
    assert result.error.exit_code == 75
    assert "`kitae run sb`" in result.error.fix


@pytest.mark.usefixtures("parent")
def test_command_after_a_second_ctrl_c_can_be_pasted_too():
    result = Project.open("sb", events=Presses("collect", 2)).run(until="split")
    assert result.error.exit_code == 130
    assert "`kitae run sb`" in result.error.fix


@pytest.mark.usefixtures("parent")
def test_run_that_was_aborted_at_any_point_is_no_crash_for_the_next_one():
    with pytest.raises(AbortedError) as caught:
        Project.open("sb", events=Presses("", 2, kind="run.finished")).run(until="split")
    assert "`kitae run sb`" in caught.value.fix
    events = Collected()
    Project.open("sb", events=events).run(until="split")
    assert "lock.taken_over" not in [event.kind for event in events.events]


@pytest.mark.usefixtures("parent")
def test_command_for_a_missing_result_can_be_pasted():
    with pytest.raises(NotFoundError) as caught:
        Project.open("sb").artifact("clean")
    assert caught.value.fix == "`kitae run sb --until clean`"
