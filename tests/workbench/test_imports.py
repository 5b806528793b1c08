"""No module of the workbench needs, however far round, one that needs it."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import annotator.workbench

ROOM = Path(annotator.workbench.__file__).parent


def imported_by(path: Path) -> set[str]:
    """Every module that a source names in an import, those for type checkers only too."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_imports_in_the_workbench_run_in_no_circle() -> None:
    inside = {
        ".".join(("annotator.workbench", *path.relative_to(ROOM).with_suffix("").parts)): path
        for path in ROOM.rglob("*.py")
        if path.name != "__init__.py"
    }
    graph = {name: imported_by(path) & inside.keys() for name, path in inside.items()}
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError
    assert order.index("annotator.workbench.bench") < order.index("annotator.workbench.edits")
    assert order.index("annotator.workbench.edits") < order.index("annotator.workbench.workbench")
