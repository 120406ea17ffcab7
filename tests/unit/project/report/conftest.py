"""The finished project, made once for all tests of the report that only read it."""

from __future__ import annotations

import pytest

from support.report_fixtures import empty_project, improved_project, refused_project


@pytest.fixture(scope="session")
def improved(tmp_path_factory):
    return improved_project(tmp_path_factory.mktemp("improved"))


@pytest.fixture(scope="session")
def refused(tmp_path_factory):
    return refused_project(tmp_path_factory.mktemp("refused"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    return empty_project(tmp_path_factory.mktemp("empty"))
