"""Which database serves an address, and that nothing but the engines knows databases."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import annotator.project
from annotator.project.engine import ENGINES, Engine, engine_for
from annotator.project.errors import NotAProject
from annotator.project.project import Project

ROOM = Path(annotator.project.__file__).parent
# What a migration needs of a database is written into it: it must stay what it was.
PARTS = [
    path
    for path in sorted(ROOM.rglob("*.py"))
    if not {"engine", "migrations"} & set(path.relative_to(ROOM).parts)
]

URLS = ["postgresql://ada:secret@example.org/faces", "sqlite:///faces.sqlite", "HTTPS://x.org/y"]


def test_a_project_is_opened_again_by_its_address(predicted):
    with Project.open(predicted.address) as again:
        assert again.address == predicted.address
        assert again.home == predicted.home
        assert again.samples.summaries() == predicted.samples.summaries()
    assert Project.is_project(predicted.address)


def test_one_kind_of_engine_serves_an_address(predicted, place):
    for address in (predicted.address, place.address("another")):
        assert len([engine for engine in ENGINES if engine.serves(address)]) == 1
        assert engine_for(address).serves(address)


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_no_engine_serves_is_refused_and_no_password_shown(url):
    for attempt in (Project.open, Project.create):
        with pytest.raises(NotAProject, match="choose a folder") as caught:
            attempt(url)
        assert url.split(":")[0] in str(caught.value)
        assert "secret" not in str(caught.value)
    assert not Project.is_project(url)


@pytest.mark.parametrize("name", ["C:", "a:b", "plain", "x:/y", "über://"])
def test_a_folder_may_be_called_almost_anything(name):
    assert engine_for(Path("somewhere") / name).addresses == "a folder"
    assert engine_for(f"somewhere/{name}").addresses == "a folder"


def test_every_engine_does_all_that_the_protocol_asks(project):
    asked = {name for name in vars(Engine) if not name.startswith("_")}
    for engine in ENGINES:
        assert asked <= set(dir(engine)), engine
    for name in asked:
        assert hasattr(project._engine, name)


def imports_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_no_part_of_the_store_knows_which_database_it_has(path):
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    imported = set(imports_of(tree))
    assert not {name for name in imported if re.match(r"sqlite3|psycopg|.*\.dialects", name)}
    assert not {name for name in imported if name.startswith("annotator.project.engine.")} - {
        "annotator.project.engine.base"
    }
    assert "PRAGMA" not in source
    # Not even a question: what differs, an engine does.
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {name for name in names | attributes if "sqlite" in name.lower()}


@pytest.mark.parametrize("address", [None, 7, b"project"])
def test_what_is_no_address_makes_no_project(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for make in (Project.create, Project.open):
        with pytest.raises(TypeError, match="expected a project's address"):
            make(address)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_address_is_not_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotAProject, match="an empty address"):
        Project.create("")
    assert list(tmp_path.iterdir()) == []
