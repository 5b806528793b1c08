"""Thumbnails that come late, or at the second try."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from qtpy.QtGui import QPixmap

from annotator.imaging import Picture
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


@pytest.fixture
def path(sample: SampleSummary) -> Path:
    return sample.image_path


def made(thumbnails: Thumbnails, sample: SampleSummary, qtbot) -> QPixmap | None:
    """Return a thumbnail once the thread has nothing more to do."""
    thumbnails.get(sample)
    qtbot.waitUntil(lambda: not thumbnails._on_their_way, timeout=240_000)
    return thumbnails.get(sample)


def looked_again(thumbnails: Thumbnails, sample: SampleSummary, qtbot) -> QPixmap | None:
    thumbnails.look_again()
    return made(thumbnails, sample, qtbot)


def colour(pixmap: QPixmap | None) -> str:
    assert pixmap is not None
    return pixmap.toImage().pixelColor(pixmap.rect().center()).name()


def test_a_thumbnail_comes_once_its_photograph_is_back(thumbnails, sample, path, qtbot) -> None:
    away = path.rename(path.with_suffix(".away"))
    assert made(thumbnails, sample, qtbot) is None
    assert thumbnails._look_again.isActive()
    away.rename(path)
    with qtbot.waitSignal(thumbnails.ready, timeout=240_000) as come:
        thumbnails.look_again()
    assert come.args == [sample.id]
    assert made(thumbnails, sample, qtbot).width() > 40


def test_one_that_failed_is_not_read_at_every_repaint(
    thumbnails, sample, path, qtbot, monkeypatch
) -> None:
    path.unlink()
    assert made(thumbnails, sample, qtbot) is None
    monkeypatch.setattr(thumbnails, "_load", lambda *_: pytest.fail("read again"))
    assert thumbnails.get(sample) is None
    assert not thumbnails._on_their_way


def test_one_that_is_unchanged_is_not_made_again(thumbnails, sample, qtbot, monkeypatch) -> None:
    first = made(thumbnails, sample, qtbot)
    monkeypatch.setattr(Picture, "thumbnail", lambda *_: pytest.fail("read again"))
    thumbnails.ready.connect(lambda _: pytest.fail("nothing is new"))
    assert looked_again(thumbnails, sample, qtbot) is first


def test_after_the_end_nothing_is_looked_at_again(thumbnails, sample, path, qtbot) -> None:
    assert made(thumbnails, sample, qtbot) is not None
    path.unlink()
    thumbnails.close()
    unknown = sample._replace(id=sample.id + 1)
    for painted in (sample, unknown):  # as when the window paints itself once more
        thumbnails.get(painted)
    thumbnails.look_again()
    assert not thumbnails._look_again.isActive()
    assert not thumbnails._on_their_way


def test_a_thumbnail_is_another_once_its_file_is(thumbnails, sample, path, qtbot) -> None:
    before = made(thumbnails, sample, qtbot)
    assert before is not None
    Image.new("RGB", (800, 600), "#0000ff").save(path, "PNG")
    assert thumbnails.get(sample) is before, "until the other one is there"
    assert colour(looked_again(thumbnails, sample, qtbot)) == "#0000ff"
    path.write_text("no photograph any more")
    assert looked_again(thumbnails, sample, qtbot) is None


def test_a_thumbnail_is_another_once_the_faces_box_is(thumbnails, sample, path, qtbot) -> None:
    halves = Image.new("RGB", (800, 600), "#0000ff")
    halves.paste("#00ff00", (400, 0, 800, 600))
    halves.save(path, "PNG")
    left = sample._replace(box=(100.0, 200.0, 200.0, 200.0))
    assert colour(made(thumbnails, left, qtbot)) == "#0000ff"
    slightly = sample._replace(box=(105.0, 200.0, 202.0, 200.0))
    assert thumbnails.get(slightly) is not None
    assert not thumbnails._on_their_way, "it would look the same"
    right = sample._replace(box=(500.0, 200.0, 200.0, 200.0))
    assert colour(made(thumbnails, right, qtbot)) == "#00ff00"


def test_a_thumbnail_of_another_file_is_not_shown_meanwhile(
    thumbnails, sample, path, qtbot
) -> None:
    assert made(thumbnails, sample, qtbot) is not None
    Image.new("RGB", (800, 600), "#0000ff").save(path.with_name("other.png"))
    moved = sample._replace(image_file=str(path.with_name("other.png")))
    assert thumbnails.get(moved) is None
    assert colour(made(thumbnails, moved, qtbot)) == "#0000ff"


def test_only_the_rows_in_sight_are_looked_at_again(thumbnails, sample, monkeypatch) -> None:
    monkeypatch.setattr(thumbnails, "_look", lambda _: None)
    for number in range(100):
        thumbnails.get(sample._replace(id=number))
    assert [*thumbnails._in_sight] == [*range(60, 100)]
