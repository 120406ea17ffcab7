"""The table of `kitae status`."""

from kitae.cli.states import state_lines
from kitae.records.counts import Counts


def test_status_shows_every_count_repaired_rows_included():
    counts = Counts(rows_in=50, out=44, dropped=3, quarantined=2, pending=1, repaired=17)
    stage = {"name": "collect", "state": "done", "counts": counts.model_dump(by_alias=True)}
    head, line = state_lines({"language": "en", "stages": [stage]})
    assert dict(zip(head.split(), line.split(), strict=False))["stage"] == "collect"
    assert head.split()[-1] == "repaired"
    assert line.split()[-1] == "17"
