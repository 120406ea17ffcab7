"""A base is looked at when a project is made."""

import pytest

from kitae.core.errors import DataError, NotFoundError
from kitae.project.bases import check_base
from support.model_folders import write_model


def test_embedded_base_a_model_folder_and_a_hub_id_pass(tmp_path):
    check_base("kitae-spark")
    check_base(str(write_model(tmp_path / "model")))
    check_base("owner/name")


@pytest.mark.parametrize("base", ["./nope", "/nowhere/at/all", "nope", "a/b/c"])
def test_mistyped_folder_is_told_before_anything_is_made(base):
    with pytest.raises(NotFoundError, match="no folder"):
        check_base(base)


def test_folder_that_is_no_model_and_a_file_are_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="is a file"):
        check_base(str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"config\.json"):
        check_base(str(tmp_path))
