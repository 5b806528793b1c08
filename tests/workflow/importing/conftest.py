"""A project with accepted faces, releases of it, and another project to import them into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.project import Project
from tests.release.conftest import fill, judge


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def project(
    tmp_path: Path, photos: Path, new_project: Callable[[Path], Project]
) -> Iterator[Project]:
    """Four of six faces accepted, one of them edited."""
    with new_project(tmp_path / "project") as project:
        fill(project, photos)
        judge(project)
        yield project


@pytest.fixture
def other(tmp_path: Path, new_project: Callable[[Path], Project]) -> Iterator[Project]:
    """A project without anything."""
    with new_project(tmp_path / "other") as project:
        yield project


@pytest.fixture
def same(
    tmp_path: Path, photos: Path, project: Project, new_project: Callable[[Path], Project]
) -> Iterator[Project]:
    """A project of the same photographs and predictions, that nobody has worked on."""
    with new_project(tmp_path / "same") as same:
        fill_again(same, photos)
        yield same


def fill_again(project: Project, photos: Path) -> None:
    """Add the photographs and predictions that `fill` adds, of photographs that are there."""
    kept = photos.with_name(f"{photos.name} of {project.home.name}")
    fill(project, kept)


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
