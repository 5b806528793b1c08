"""A project with accepted faces, releases of it, and another project to import them into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.project import Project
from tests.conftest import Portraits


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def project(tmp_path: Path, photos: Path, portraits: Portraits) -> Iterator[Project]:
    """Four of six faces accepted, one of them edited."""
    with portraits.judged(tmp_path / "project", photos) as project:
        yield project


@pytest.fixture
def other(tmp_path: Path, new_project: Callable[[Path], Project]) -> Iterator[Project]:
    """A project without anything."""
    with new_project(tmp_path / "other") as project:
        yield project


@pytest.fixture
def same(tmp_path: Path, project: Project, portraits: Portraits) -> Iterator[Project]:
    """A project of the same photographs and predictions, that nobody has worked on."""
    with portraits.untouched(tmp_path / "same", tmp_path / "photos of same") as same:
        yield same


@pytest.fixture
def everything() -> Callable[[Path], dict[str, bytes]]:
    """Read all files below a folder, by their path relative to it."""

    def read(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    return read
