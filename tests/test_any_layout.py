"""No part of the house counts a mesh's vertices: that is said by its layout, and there alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.mesh.layout import LAYOUTS

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "annotator"
ROOMS = ("mesh", "inference", "project", "release", "workflow", "workbench", "plugin", "cli")
# What says it, and what a database looked like when there was one layout only.
ALLOWED = ("mesh/layouts", "project/migrations")


def numbers_in(source: str) -> Iterator[tuple[int, int]]:
    """Yield the whole numbers in a source's code with their lines; texts are none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            yield node.value, node.lineno


@pytest.mark.parametrize("room", ROOMS)
def test_no_code_holds_the_size_of_a_mesh(room: str) -> None:
    sizes = {factor * layout.count for layout in LAYOUTS.values() for factor in (1, 3, 12)}
    sources = [
        path
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith(ALLOWED)
    ]
    assert sources
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {number}"
        for path in sources
        for number, line in numbers_in(path.read_text(encoding="utf-8"))
        if number in sizes
    ]
    assert not found


def test_such_a_number_would_be_found() -> None:
    assert list(numbers_in('"""468 vertices"""\nshape = (468, 3)  # 468\n')) == [(468, 2), (3, 2)]


def test_the_tests_of_the_mesh_need_no_other_room_and_so_no_model_runtime() -> None:
    rooms = set()
    for path in sorted((TESTS / "mesh").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                rooms |= (
                    {node.module.split(".")[1]} if node.module.startswith("annotator.") else set()
                )
                assert node.module not in ("annotator", "onnxruntime"), path
    assert rooms <= {"mesh", "system"}
