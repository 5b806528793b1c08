"""Work in portions that ends between two of them: what is told, and what stays."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from types import ModuleType

import pytest

from annotator.project import Project, ProjectBusy, ProjectError, SampleState, Verdict
from annotator.project import removals as removals_module
from annotator.project import reviews as reviews_module
from annotator.project.errors import UnknownImage
from annotator.system.portions import portions

Meanwhile = Callable[[ModuleType, Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let portions be of one, and something else happen before the second."""

    def between(module: ModuleType, act: Callable[[], object]) -> None:
        def one_by_one(values: Sequence[int]) -> Iterator[Sequence[int]]:
            for number, some in enumerate(portions(values, 1)):
                if number == 1:
                    monkeypatch.setattr(module, "portions", portions)
                    act()
                yield some

        monkeypatch.setattr(module, "portions", one_by_one)

    return between


@contextmanager
def locked(project: Project) -> Iterator[Callable[[], object]]:
    """Give what lets another program write to the project without end."""
    address = project.home / "project.sqlite"
    with closing(sqlite3.connect(address, isolation_level=None)) as other:
        yield lambda: other.execute("BEGIN IMMEDIATE")


def test_a_removal_that_meets_a_deletion_says_how_many_are_out(predicted, meanwhile):
    def delete_second() -> None:
        predicted.removals.remove([2])
        predicted.removals.delete([2])

    meanwhile(removals_module, delete_second)
    with pytest.raises(UnknownImage, match=r"no image 2.*\(1 of 3 were done before, and stay so\)"):
        predicted.removals.remove([1, 2, 3])
    assert predicted.removals.ids() == [1]


def test_a_deletion_that_meets_a_restoration_says_how_many_are_gone(predicted, meanwhile):
    predicted.removals.remove([1, 2, 3])
    meanwhile(removals_module, lambda: predicted.removals.restore([2]))
    with pytest.raises(ProjectError, match=r"image 2 is still.*\(1 of 3 were done before"):
        predicted.removals.delete([1, 2, 3])
    assert predicted.removals.ids() == [3]


def test_a_restoration_that_nobody_lets_write_says_how_many_are_back(predicted, meanwhile):
    predicted.removals.remove([1, 2, 3])
    with Project.open(predicted.home, busy_timeout=0) as project, locked(project) as lock:
        meanwhile(removals_module, lock)
        with pytest.raises(ProjectBusy, match=r"\(1 of 3 were done before"):
            project.removals.restore([1, 2, 3])
        assert project.removals.ids() == [2, 3]


def test_verdicts_on_all_that_nobody_lets_write_say_how_many_were_given(predicted, meanwhile):
    with Project.open(predicted.home, busy_timeout=0) as project, locked(project) as lock:
        meanwhile(reviews_module, lock)
        with pytest.raises(ProjectBusy, match=r"\(1 of 3 were done before"):
            project.reviews.give_undecided(Verdict.ACCEPT, reviewer="Rae")
        assert project.samples.counts()[SampleState.ACCEPTED] == 1
    assert len(predicted.reviews.give_undecided(Verdict.ACCEPT, reviewer="Rae")) == 2


def test_what_is_refused_before_anything_is_done_says_nothing_of_it(predicted):
    with pytest.raises(UnknownImage) as refused:
        predicted.removals.remove([1, 9])
    assert "done before" not in str(refused.value)
