"""Thumbnails that come late, or at the second try."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.plugin.samples.thumbnails import Thumbnails
from annotator.project import Project, SampleSummary


@pytest.fixture
def thumbnails(qtbot) -> Iterator[Thumbnails]:
    thumbnails = Thumbnails()
    yield thumbnails
    thumbnails.close()


@pytest.fixture
def sample(project_folder: Path) -> SampleSummary:
    with Project.open(project_folder) as project:
        return project.samples.summaries()[0]


def test_a_thumbnail_comes_once_its_photograph_is_back(thumbnails, sample, qtbot) -> None:
    away = sample.image_path.with_suffix(".away")
    sample.image_path.rename(away)
    assert thumbnails.get(sample) is None
    qtbot.waitUntil(lambda: bool(thumbnails._failed))
    assert thumbnails._retry.isActive()
    away.rename(sample.image_path)
    with qtbot.waitSignal(thumbnails.ready) as asked_again:
        thumbnails.retry_failed()
    assert asked_again.args == [sample.id]
    with qtbot.waitSignal(thumbnails.ready):
        assert thumbnails.get(sample) is None
    assert thumbnails.get(sample).width() > 40


def test_one_that_failed_is_not_read_at_every_repaint(thumbnails, sample, qtbot, monkeypatch):
    sample.image_path.unlink()
    thumbnails.get(sample)
    qtbot.waitUntil(lambda: bool(thumbnails._failed))
    monkeypatch.setattr(thumbnails, "_load", lambda _: pytest.fail("read again"))
    assert thumbnails.get(sample) is None
    assert thumbnails._failed == {sample.id}


def test_after_the_end_nothing_is_tried_again(thumbnails, sample, qtbot) -> None:
    sample.image_path.unlink()
    thumbnails.get(sample)
    thumbnails.close()
    qtbot.waitUntil(lambda: bool(thumbnails._failed))
    assert not thumbnails._retry.isActive()
