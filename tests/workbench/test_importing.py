"""An import is looked at before it is done, and looking can be ended at any moment."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.project import Project
from annotator.release import export_release
from annotator.workbench.importing import Importing, ImportOrder

PHOTOGRAPHS = "photographs"


@pytest.fixture
def project(project_folder: Path) -> Iterator[Project]:
    with Project.open(project_folder) as opened:
        yield opened


@pytest.fixture
def given(pristine_project: Path, tmp_path: Path) -> Callable[[str], ImportOrder]:
    """Makes something to import of a copy of the project: a release, foreign files, or itself."""

    def make(kind: str) -> ImportOrder:
        elsewhere = Path(shutil.copytree(pristine_project, tmp_path / "elsewhere"))
        photographs = pristine_project.parent / PHOTOGRAPHS
        if kind == "project":
            return ImportOrder(elsewhere, "annotations")
        with Project.open(elsewhere) as other:
            for sample in other.samples.summaries():
                other.reviews.accept(sample.id, reviewer="Grace")
            written = "coco" if kind == "coco" else "npz"
            export_release(other, tmp_path / kind, written)
        what = tmp_path / kind / "annotations.json" if kind == "coco" else tmp_path / kind
        return ImportOrder(what, "annotations", photographs)

    return make


class Counting(Importing):
    """Cancels itself when it heeds that for so many times."""

    def __init__(self, order: ImportOrder, until: int) -> None:
        super().__init__(order, "kim")
        self.heeded = 0
        self._until = until

    def _heed(self, done: int, total: int) -> None:
        self.heeded += 1
        if self.heeded == self._until:
            self.cancel()
        super()._heed(done, total)


@pytest.mark.parametrize("kind", ["release", "coco", "project"])
def test_planning_ends_wherever_it_is_cancelled_and_nothing_is_written(
    project: Project, given: Callable[[str], ImportOrder], kind: str
) -> None:
    order = given(kind)
    whole = Counting(order, until=0)
    list(whole.planning(project))
    assert whole.is_planned
    assert not whole.is_cancelled
    assert whole.heeded > 5
    whole.close()
    before = project.version()
    for until in range(1, whole.heeded + 1):
        cancelled = Counting(order, until)
        list(cancelled.planning(project))
        assert cancelled.heeded == until
        assert cancelled.is_cancelled
        assert not cancelled.is_planned
        cancelled.close()
    assert project.version() == before


def test_what_was_cancelled_before_it_began_ends_at_once(
    project: Project, given: Callable[[str], ImportOrder]
) -> None:
    importing = Importing(given("release"), "kim")
    importing.cancel()
    list(importing.planning(project))
    assert not importing.is_planned
    assert importing.faces == []
    importing.close()
