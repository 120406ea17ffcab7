"""What every flow promises, whoever does the work."""

import importlib.util
import threading
from functools import partial

import pyarrow as pa
import pytest

from kitae.core.errors import DataError, ResourceError
from kitae.engines.dataflow import LocalFlow
from support import flow_work as work

WORKERS = 2
NEEDS_RAY = 'ray is not installed: pip install "kitae[ray]"'


@pytest.fixture(scope="module")
def ray_flow():
    """Two workers on this machine, shared by all tests here: they take seconds to start."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip(NEEDS_RAY)
    from kitae.engines.dataflow.ray_flow import RayFlow

    flow = RayFlow(workers=WORKERS)
    yield flow
    flow.close()


@pytest.fixture(params=["in line", "threads", "ray"])
def flow(request):
    if request.param == "ray":
        yield request.getfixturevalue("ray_flow")
        return
    local = LocalFlow(1 if request.param == "in line" else 3)
    yield local
    local.close()


def tables(flow, parts, keyed=work.rows_of, reduce=work.itself):
    return list(flow.shuffle(parts, keyed, reduce, work.PARTITIONS))


def test_results_come_in_the_order_of_the_parts(flow):
    assert list(flow.map(work.doubled, range(30))) == [2 * n for n in range(30)]


def test_no_parts_give_no_results(flow):
    assert list(flow.map(work.doubled, [])) == []
    assert tables(flow, []) == []


def test_parts_are_taken_as_they_are_needed(flow):
    taken = []

    def parts():
        for number in range(1000):
            taken.append(number)
            yield number

    results = flow.map(work.doubled, parts())
    assert taken == []
    for _ in range(3):
        next(results)
    results.close()
    assert len(taken) <= 3 + 2 * flow.workers


def test_a_refusal_comes_out_in_its_place_as_it_is(flow):
    found = []
    with pytest.raises(DataError) as refusal:
        found.extend(iter_kept(flow.map(work.refused_from_three, range(10)), found))
    assert found == [0, 1, 2]
    assert type(refusal.value) is DataError
    assert refusal.value.what == "3 is refused"
    assert refusal.value.where == "part 3"
    assert refusal.value.fix == "leave it out"


def iter_kept(results, found):
    """Keep each result as it comes."""
    for one in results:
        found.append(one)
    return ()


def test_an_error_of_python_comes_out_as_it_is(flow):
    with pytest.raises(ZeroDivisionError, match="three"):
        list(flow.map(work.broken_at_three, range(10)))


def test_an_error_in_taking_a_part_comes_after_the_results_before_it(flow):
    def parts():
        yield 0
        yield 1
        raise DataError("no third part")

    found = []
    with pytest.raises(DataError, match="no third part"):
        iter_kept(flow.map(work.doubled, parts()), found)
    assert found == [0, 2]


def test_a_flow_works_on_after_an_error(flow):
    with pytest.raises(DataError):
        list(flow.map(work.refused_from_three, range(10)))
    assert list(flow.map(work.doubled, range(3))) == [0, 2, 4]


def test_a_shuffle_brings_together_what_belongs_together(flow):
    found = tables(flow, range(5))
    assert len(found) == work.PARTITIONS
    for number, rows in enumerate(found):
        assert set(rows["partition"].to_pylist()) <= {number}
    assert sum(rows.num_rows for rows in found) == 40


def test_a_shuffle_keeps_the_order_of_parts_and_of_rows(flow):
    for rows in tables(flow, range(5)):
        places = list(zip(rows["part"].to_pylist(), rows["place"].to_pylist(), strict=True))
        assert places == sorted(places)


def test_a_shuffle_reduces_partitions_without_rows_too(flow):
    last = tables(flow, range(5))[-1]
    assert last.num_rows == 0
    assert last.schema == work.rows_of(0).schema


def test_a_shuffle_gives_the_same_on_every_flow(flow):
    wanted = tables(LocalFlow(1), range(5))
    found = tables(flow, range(5))
    assert [rows.to_pylist() for rows in found] == [rows.to_pylist() for rows in wanted]
    assert all(rows["part"].num_chunks <= 1 for rows in found)


def test_a_refusal_in_a_shuffle_comes_out_as_it_is(flow):
    with pytest.raises(DataError, match="part 1 is refused"):
        tables(flow, range(5), keyed=work.refused_rows)
    with pytest.raises(DataError, match="partition 1 is refused"):
        tables(flow, range(5), reduce=work.refused_partition)


def test_a_row_for_a_partition_that_is_not_there_is_a_defect(flow):
    with pytest.raises(ValueError, match="partitions 4"):
        tables(flow, range(2), keyed=work.misplaced)


def test_one_worker_and_one_part_need_no_thread():
    seen = []

    def noted(_part):
        seen.append(threading.current_thread())

    list(LocalFlow(1).map(noted, range(3)))
    list(LocalFlow(3).map(noted, [1]))
    assert set(seen) == {threading.current_thread()}


def test_what_nobody_waits_for_is_given_up():
    """After an error at most what is under way goes on."""
    begun = []

    def noted(part):
        begun.append(part)
        if part == 0:
            raise DataError("first")

    flow = LocalFlow(2)
    with pytest.raises(DataError, match="first"):
        list(flow.map(noted, range(1000)))
    flow.close()
    assert len(begun) <= 4


@pytest.fixture
def marker(tmp_path):
    return str(tmp_path / "died")


def test_a_killed_worker_does_not_change_a_map(ray_flow, marker, capfd):
    found = list(ray_flow.map(partial(work.dies_once, marker), range(8)))
    assert found == [2 * n for n in range(8)]
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("dying", ["keyed", "reduce"])
def test_a_killed_worker_does_not_change_a_shuffle(ray_flow, marker, dying):
    steps = {
        "keyed": {"keyed": partial(work.keyed_dying_once, marker)},
        "reduce": {"reduce": partial(work.reduced_dying_once, marker)},
    }[dying]
    assert tables(ray_flow, range(5), **steps) == tables(LocalFlow(1), range(5))


def test_work_that_kills_every_worker_is_given_up_with_advice(ray_flow):
    with pytest.raises(ResourceError, match="could not do again") as given_up:
        list(ray_flow.map(work.always_dies, [1]))
    assert "--workers" in given_up.value.fix


def test_a_slice_travels_without_the_table_that_it_is_of(ray_flow):
    """Otherwise every part of a large table would cost the whole table."""
    import ray

    list(ray_flow.map(work.doubled, [1]))
    table = pa.table({"text": ["x" * 100] * 100_000})
    stored = ray._private.worker.global_worker.get_serialization_context().serialize(
        table.slice(50_000, 10)
    )
    assert stored.total_bytes < 100_000


def test_the_cluster_of_this_machine_listens_to_this_machine_alone(ray_flow):
    list(ray_flow.map(work.doubled, [1]))
    import psutil

    listening = {
        connection.laddr.ip
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening
    assert listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
