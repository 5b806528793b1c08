"""What the tests of a room do without, so that they can be run without it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
WINDOWS = {"annotator.plugin", "magicgui", "napari", "pytestqt", "qtpy", "superqt", "vispy"}
MODELS = {"annotator.inference", "annotator.workflow", "onnx", "onnxruntime"}


def imported_by(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports, and those that they lie in."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


@pytest.mark.parametrize(
    ("room", "unwanted"), [("mesh", WINDOWS | MODELS), ("workbench", WINDOWS), ("project", WINDOWS)]
)
def test_the_tests_of_a_room_import_nothing_that_it_does_without(
    room: str, unwanted: set[str]
) -> None:
    files = list((TESTS / room).rglob("*.py"))
    assert files
    for path in files:
        assert not unwanted & set(imported_by(path)), path
