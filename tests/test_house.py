"""The rooms of the house: data flows left to right, and so do the imports."""

import ast
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator, Set
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple, TypeGuard

import pytest

PACKAGE = Path(__file__).parent.parent / "annotator"

# From left to right: each a folder, with `system` underneath all of them.
ORDER = [
    "system",
    "mesh",
    "imaging",
    "inference",
    "project",
    "quality",
    "release",
    "synthesis",
    "training",
    "workflow",
    "workbench",
    "plugin",
    "cli",
]
# The rooms in the room of windows, likewise; what lies beside them may use them all.
PLUGIN_ORDER = [
    "canvas", "keyboard", "preferences", "panels", "clips", "samples", "menu", "live",
]  # fmt: skip
# The extra that brings what a room needs; without it the other rooms work.
BASE = "base"
EXTRAS = {"plugin": "napari", "training": "train"}
# The extra that brings what one feature imports when it is used.
OF_FEATURES = {
    "av": "video",
    "cryptography": "sign",
    "google_crc32c": "tfrecord",
    "matplotlib": "report",
    "tables": "formats",
}

WINDOWS = {"napari", "qtpy", "PyQt5", "PyQt6", "PySide2", "PySide6", "magicgui", "superqt", "vispy"}
WINDOWS |= {"pyqtgraph", "napari_builtins", "app_model"}
DATABASES = {"sqlalchemy", "alembic", "sqlite3"}


class Source(NamedTuple):
    """What the tests ask of a module."""

    path: Path
    room: str
    imports: frozenset[str]
    printing: tuple[ast.Call, ...]
    caught: tuple[ast.ExceptHandler, ...]


def imports_of(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """Yield every module a source imports, at any depth of indentation, absolutely named."""
    for node in ast.walk(ast.parse(source)):
        yield from imported_by(node, package)


def imported_by(node: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else ()
        module = ".".join((*above, *([node.module] if node.module else [])))
        yield module
        # `from annotator import cli` names a module in its last part
        yield from (f"{module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and last_name(node.func).endswith("import_module"):
        yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))


@cache
def sources() -> tuple[Source, ...]:
    """Return every module of the package, read and walked once for all tests."""
    return tuple(
        source_of(path) for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"
    )


def source_of(path: Path) -> Source:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    package = ("annotator", *parts[:-1])
    return Source(
        path,
        parts[0],
        frozenset(name for node in nodes for name in imported_by(node, package)),
        tuple(node for node in nodes if prints(node)),
        tuple(node for node in nodes if isinstance(node, ast.ExceptHandler)),
    )


def prints(node: ast.AST) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or last_name(node.func) not in PRINTS:
        return False  # to write down every call there is takes seconds
    return ast.unparse(node.func) in PRINTING


def last_name(called: ast.expr) -> str:
    """Return the name that what is called ends with, "" if it ends with something else."""
    return getattr(called, "attr", getattr(called, "id", ""))


def tops(imports: Set[str]) -> set[str]:
    return {name.partition(".")[0] for name in imports}


def complaints(order: list[str], house: tuple[str, ...] = ("annotator",)) -> Iterator[str]:
    """Yield what rooms import from rooms to their right, the rooms of one house in their order."""
    depth = len(house)
    for path, _, imports, *_ in sources():
        parts = ("annotator", *path.relative_to(PACKAGE).with_suffix("").parts)
        if parts[:depth] != house or parts[depth] not in order:
            continue
        allowed = order[: order.index(parts[depth]) + 1]
        for name in sorted(imports):
            named = tuple(name.split("."))
            if named[:depth] != house or len(named) == depth or named[depth] == "__version__":
                continue
            if named[depth] not in allowed:
                yield f"{path.relative_to(PACKAGE)} imports {name}, which lies to its right"


def test_every_module_lies_in_a_room():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(ORDER)


def test_every_room_of_the_plugin_has_its_place():
    folders = {path.parent.name for path in (PACKAGE / "plugin").glob("*/__init__.py")}
    assert folders == set(PLUGIN_ORDER)


def test_rooms_import_only_from_rooms_to_their_left():
    assert list(complaints(ORDER)) == []


def test_rooms_of_the_plugin_import_only_from_rooms_to_their_left():
    assert list(complaints(PLUGIN_ORDER, ("annotator", "plugin"))) == []


def test_the_package_itself_imports_no_room():
    source = (PACKAGE / "__init__.py").read_text("utf-8")
    assert "annotator" not in tops(set(imports_of(source, ("annotator",))))


def test_the_system_room_imports_only_the_standard_library():
    allowed = set(sys.stdlib_module_names) | {"annotator"}
    for path, room, imports, *_ in sources():
        if room == "system":
            assert tops(imports) <= allowed, path


def test_mesh_imports_only_numpy_and_scipy():
    allowed = set(sys.stdlib_module_names) | {"numpy", "scipy", "annotator"}
    for path, room, imports, *_ in sources():
        if room == "mesh":
            assert tops(imports) <= allowed, path


def test_only_the_plugin_imports_napari_and_qt():
    for path, room, imports, *_ in sources():
        if room != "plugin":
            assert not tops(imports) & WINDOWS, path


def test_only_the_project_room_talks_to_the_database():
    for path, room, imports, *_ in sources():
        if room != "project":
            assert not tops(imports) & DATABASES, path


def test_only_the_training_room_imports_torch():
    for path, room, imports, *_ in sources():
        if room != "training":
            assert "torch" not in tops(imports), path


# What prints, and where foreign text is made fit to be printed; elsewhere words of our own may be.
PRINTING = {"print", "typer.echo", "typer.secho", "typer.confirm", "typer.prompt", "typer.style"}
PRINTING |= {"sys.stdout.write", "sys.stderr.write", "rich.print"}
PRINTS = {name.rpartition(".")[2] for name in PRINTING}
OUR_WORDS = {"escaped(", "context.get_help()", "f'facemesh-annotator {__version__}'"}


def test_commands_print_foreign_text_in_one_place_only():
    for source in sources():
        if source.room != "cli" or source.path.name == "terminal.py":
            continue
        for node in source.printing:
            printed = ast.unparse(node.args[0])
            is_ours = isinstance(node.args[0], ast.Constant) or printed.startswith(tuple(OUR_WORDS))
            assert is_ours, f"{source.path}:{node.lineno} prints {printed}: use cli/terminal.py"


def test_only_commands_print():
    for source in sources():
        lines = [node.lineno for node in source.printing]
        assert not lines or source.room == "cli", f"{source.path}:{lines}"


def test_private_napari_is_imported_in_one_module():
    def is_private(name: str) -> bool:
        parts = name.split(".")
        return parts[0] == "napari" and any(part.startswith("_") for part in parts[1:])

    users = {path.name for path, _, imports, *_ in sources() if any(map(is_private, imports))}
    assert len(users) <= 1, users


def test_what_the_package_imports_is_what_it_declares():
    """The base install brings what the rooms import that have no extra, an extra the rest."""
    declared = requirements()
    installed = packages_distributions()
    for extra, imported in foreign_imports().items():
        unknown = imported - set(installed)
        assert not unknown, f"not installed here: {unknown}"
        known = declared[BASE] | declared[extra]
        for name in sorted(imported):
            assert known & set(map(canonical, installed[name])), f"[{extra}] lacks {name}"
        used = {canonical(distribution) for name in imported for distribution in installed[name]}
        assert declared[extra] <= used, f"[{extra}]: nothing imports {declared[extra] - used}"


def foreign_imports() -> dict[str, set[str]]:
    """Return what is imported of others: by the rooms an extra is for, and by all the rest."""
    extras = {*EXTRAS.values(), *OF_FEATURES.values()}
    found: dict[str, set[str]] = {BASE: set(), **{extra: set() for extra in extras}}
    for _, room, imports, *_ in sources():
        for name in tops(imports) - {"annotator", *sys.stdlib_module_names}:
            found[OF_FEATURES.get(name, EXTRAS.get(room, BASE))].add(name)
    return found


def requirements() -> dict[str, set[str]]:
    """Return the names of the distributions that the base install and each extra ask for."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    lists = {BASE: project["dependencies"], **project["optional-dependencies"]}
    return {
        name: {canonical(re.split(r"[^\w.-]", line)[0]) for line in lines}
        for name, lines in lists.items()
    }


def canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_nothing_catches_every_exception():
    for source in sources():
        for node in source.caught:
            caught = "" if node.type is None else ast.unparse(node.type)
            reraises = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            is_broad = caught in {"", "Exception", "BaseException"}
            assert not is_broad or reraises, f"{source.path}:{node.lineno}"


@pytest.mark.parametrize(
    "module", ["annotator", "annotator.cli", "annotator.workflow", "annotator.workbench.workbench"]
)
def test_importing_needs_neither_napari_nor_qt_nor_torch(module):
    result = imported_without(WINDOWS | {"torch"}, module)
    assert result.returncode == 0, result.stderr


def imported_without(missing: set[str], module: str) -> subprocess.CompletedProcess[str]:
    """Import a module in a process in which others cannot be."""
    program = textwrap.dedent(
        f"""
        import sys

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {sorted(missing)!r}:
                    raise ImportError(f"{{name}} is not to be imported")

        sys.meta_path.insert(0, Refuse())
        import {module}
        """
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_the_live_window_needs_qt_and_nothing_of_napari():
    pytest.importorskip("qtpy")
    pytest.importorskip("PyQt6")
    result = imported_without(
        WINDOWS - {"qtpy", "PyQt6"} | {"torch"}, "annotator.plugin.live.launching"
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import annotator.cli", "annotator.cli"),
        ("from annotator import cli", "annotator.cli"),
        ("def f():\n    from annotator.cli import main", "annotator.cli"),
        ("from ..plugin import launch", "annotator.plugin"),
        ("from .. import plugin", "annotator.plugin"),
        ("if 1:\n    import_module('annotator.cli')", "annotator.cli"),
    ],
)
def test_the_walk_sees_every_way_to_import(source, expected):
    assert expected in set(imports_of(source, ("annotator", "mesh")))
