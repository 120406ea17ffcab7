"""Part files that break anywhere, and clients that are not installed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitae.engines.fetching.transfer import Body, ShortBodyError, continue_into

WHOLE = bytes(range(256)) * 4


@given(
    st.lists(st.integers(0, len(WHOLE)), max_size=6),
    st.booleans(),
    st.integers(1, 300),
    st.booleans(),
)
def test_a_body_that_breaks_anywhere_ends_as_the_whole(breaks, has_ranges, piece, has_length):
    tries = iter([*breaks, len(WHOLE)])

    @contextmanager
    def opened(start: int) -> Iterator[Body]:
        first = start if has_ranges else 0
        end = max(first, next(tries, len(WHOLE)))
        headers = {"content-length": str(len(WHOLE) - first)} if has_length else {}
        if has_ranges and start:
            headers["content-range"] = f"bytes {first}-{len(WHOLE) - 1}/{len(WHOLE)}"
        chunks = (WHOLE[at : min(at + piece, end)] for at in range(first, end, piece))
        yield Body(206 if has_ranges and start else 200, headers, chunks)
        if end < len(WHOLE):
            raise ShortBodyError("broken")

    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part"
        for _ in range(len(breaks) + 2):
            try:
                continue_into(part, opened, lambda _: None, len(WHOLE))
                break
            except ShortBodyError:
                assert part.read_bytes() == WHOLE[: part.stat().st_size]
        assert part.read_bytes() == WHOLE


def test_more_than_announced_is_never_kept(tmp_path):
    @contextmanager
    def endless(_: int) -> Iterator[Body]:
        yield Body(200, {}, (b"x" * 100 for _ in iter(int, 1)))

    with pytest.raises(ShortBodyError, match="more than the announced"):
        continue_into(tmp_path / "part", endless, lambda _: None, 1000)
    assert (tmp_path / "part").stat().st_size == 0


@pytest.mark.parametrize(
    ("package", "fetcher", "source"),
    [
        ("huggingface_hub", "HuggingFaceDatasets", "HuggingFaceSource(hub='a/b')"),
        ("modelscope_hub", "ModelScopeDatasets", "ModelScopeSource(modelscope='a/b')"),
        ("kagglehub", "KaggleDatasets", "KaggleSource(kaggle='a/b')"),
        ("httpx", "GitHubRepositories", "GitHubSource(github='a/b')"),
    ],
)
def test_a_client_that_is_not_installed_is_named_with_the_extra_that_brings_it(
    package, fetcher, source
):
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        f"from kitae.engines import fetching\nfrom kitae.records.source import *\n"
        f"try:\n    fetching.{fetcher}().pin({source})\n"
        "except Exception as error:\n    print(type(error).__name__, error.exit_code, error.fix)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == 'DependencyError 4 type `pip install "kitae[hubs]"`'
