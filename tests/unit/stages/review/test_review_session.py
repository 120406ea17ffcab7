import pytest

from kitae.core.errors import NotFoundError, UsageError
from kitae.records.verdict import read_verdicts
from kitae.stages.generate import GenerateConfig
from support.making_rows import MakingRows, menu_rows


@pytest.fixture
def making(tmp_path):
    return MakingRows(tmp_path)


@pytest.fixture
def reviewed(making):
    return making.review(making.generate(menu_rows()))


@pytest.fixture
def session(making, reviewed):
    return making.session(reviewed)


def kept(making):
    return [(v.row_id, v.decision) for v in read_verdicts(making.verdicts.entries())]


def test_a_verdict_is_on_disk_before_the_next_row_is_shown(making, session):
    first = session.current
    session.accept()
    assert kept(making) == [(first.id, "accept")]
    assert session.current.id != first.id
    entry = making.verdicts.entries()[0]
    assert (entry["reviewer"], entry["at"]) == ("Aki", "2030-01-01T00:00:00Z")


def test_next_and_previous_stop_at_the_ends(session):
    session.previous()
    assert session.position == 0
    for _ in range(30):
        session.next()
    assert session.position == 19


def test_the_parents_of_a_row_are_shown(session):
    assert [p.id for p in session.parents] == list(session.current.parents)


def test_a_later_session_goes_on_where_the_former_stopped(making, reviewed, session):
    session.accept()
    session.reject(["other"], " because ")
    later = making.session(reviewed)
    assert later.position == 2
    assert (later.progress.judged, later.progress.rejected) == (2, 1)
    assert later.verdict(later.rows[1]).reason == "because"


def test_undo_goes_back_step_by_step_also_over_a_restart(making, reviewed, session):
    ids = [row.id for row in session.rows]
    session.accept()
    session.reject(["other"])
    session.accept()
    assert session.undo()
    later = making.session(reviewed)
    assert later.undo()
    assert later.current.id == ids[1]
    assert later.undo()
    assert later.current.id == ids[0]
    assert later.progress.judged == 0
    assert not later.undo()
    assert len(kept(making)) == 6


def test_undo_of_a_second_verdict_brings_the_first_back(session):
    row = session.current
    session.accept()
    session.previous()
    session.reject(["other"])
    assert session.verdict(row).decision == "reject"
    session.undo()
    assert session.verdict(row).decision == "accept"


def test_a_line_torn_by_a_crash_costs_only_that_verdict(making, reviewed, session):
    session.accept()
    session.accept()
    path = making.verdicts.path
    path.write_bytes(path.read_bytes()[:-9])
    later = making.session(reviewed)
    assert later.progress.judged == 1
    assert later.position == 1
    later.accept()
    assert making.session(reviewed).progress.judged == 2


def test_an_edit_needs_a_change_and_text(session):
    row = session.current
    with pytest.raises(UsageError, match="Nothing was changed"):
        session.edit(instruction=row.instruction)
    with pytest.raises(UsageError, match="empty"):
        session.edit(instruction="  ")
    assert session.progress.judged == 0


def test_an_edited_answer_keeps_the_form_of_the_others(making, session):
    with pytest.raises(UsageError, match="another form"):
        session.edit(output='{"dish": "fish"')
    with pytest.raises(UsageError, match="another form"):
        session.edit(output='{"dish": "fish"}')
    session.edit(output='{"dish": "fish", "day": "weekday"}', reason="fixed")
    assert making.verdicts.entries()[0]["output"] == '{"dish": "fish", "day": "weekday"}'


def test_a_rejection_names_a_known_tag(session):
    with pytest.raises(UsageError, match="No such error tag: 'bad'"):
        session.reject(["bad"])
    with pytest.raises(UsageError, match="needs an error tag"):
        session.reject([])


def test_after_the_last_open_row_the_session_is_complete(session):
    for _ in range(20):
        session.accept()
    assert session.progress.is_complete


def test_a_project_without_made_rows_has_nothing_to_review(making):
    reviewed = making.review(making.generate(menu_rows(), GenerateConfig()))
    with pytest.raises(NotFoundError, match="nothing to review"):
        making.session(reviewed)
