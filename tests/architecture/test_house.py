"""The shape of the house."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "kitae"
FILES = sorted(SOURCE.rglob("*.py"))

# Functions over 60 lines and files over 500. This list may only shrink.
LONG_FUNCTIONS: set[str] = set()
LONG_FILES: set[str] = set()

PUBLIC_NAMES = ["Project", "__version__"]
BANNED_NAMES = {"utils", "helpers", "misc", "common", "manager", "handler", "processor"}


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_no_function_is_longer_than_sixty_lines():
    long = {
        f"{name_of(path)}:{node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > 60
    }
    assert long == LONG_FUNCTIONS


def test_no_file_is_longer_than_five_hundred_lines():
    long = {name_of(p) for p in FILES if len(p.read_text(encoding="utf-8").split("\n")) > 501}
    assert long == LONG_FILES


def test_no_module_has_a_name_that_says_nothing():
    parts = {part for path in FILES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert parts.isdisjoint(BANNED_NAMES)


def test_public_names_are_the_recorded_ones():
    import kitae

    assert sorted(kitae.__all__) == PUBLIC_NAMES


LIGHT = """
import sys
{body}
heavy = sorted({{"torch", "transformers", "peft", "ray", "safetensors", "scipy", "fastapi"}} & set(sys.modules))
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "body",
    [
        "import kitae",
        "import kitae.cli.app",
        "import kitae.pipeline.way",
        "from kitae import Project",
        "from kitae.cli.app import run; assert run(['--help']) == 0",
    ],
)
def test_light_imports_load_no_model_library(body):
    result = subprocess.run(
        [sys.executable, "-c", LIGHT.format(body=body)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
