"""Small pictures of faces: what they show, and of which samples they are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import ImageError, Picture
from annotator.project import Project, SampleSummary
from annotator.workbench.face_thumbnails import Source, face_thumbnail


@pytest.fixture
def halves(tmp_path: Path) -> Picture:
    """Blue on the left, green on the right, 800 by 600 pixels."""
    image = Image.new("RGB", (800, 600), "#0000ff")
    image.paste("#00ff00", (400, 0, 800, 600))
    image.save(tmp_path / "halves.png")
    return Picture(tmp_path / "halves.png")


@pytest.fixture
def sample(project_folder: Path) -> SampleSummary:
    with Project.open(project_folder) as project:
        return project.samples.summaries()[0]


@pytest.mark.parametrize(
    ("left", "colour"), [(100.0, (0, 0, 255)), (500.0, (0, 255, 0))], ids=["left", "right"]
)
def test_a_thumbnail_is_a_square_of_the_face(halves: Picture, left: float, colour: tuple) -> None:
    square = face_thumbnail(halves, (left, 200.0, 200.0, 150.0), size=96)
    height, width, _ = square.shape
    assert height == width == pytest.approx(96, abs=2)
    assert (square == colour).all()


def test_beyond_the_border_it_is_black(halves: Picture) -> None:
    square = face_thumbnail(halves, (-100.0, 200.0, 200.0, 200.0))
    middle = len(square) // 2
    assert not square[:, : middle - 2].any()
    assert (square[:, middle + 2 :] == (0, 0, 255)).all()


def test_a_face_without_an_extent_has_one_still(halves: Picture) -> None:
    assert face_thumbnail(halves, (400.0, 300.0, 0.0, 0.0)).dtype == np.uint8


def test_without_its_photograph_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ImageError):
        face_thumbnail(Picture(tmp_path / "away.png"), (0.0, 0.0, 10.0, 10.0))


def test_it_stays_while_the_face_lies_within_it_and_is_made_anew_after_that(
    sample: SampleSummary,
) -> None:
    source = Source(sample.picture, sample.box)
    left, top, width, height = sample.box
    longer = max(width, height)
    assert source.shows(sample)
    for share, stays in ((0.1, True), (-0.1, True), (0.2, False), (-0.2, False)):
        by = share * longer
        assert source.shows(sample._replace(box=(left, top + by, width, height))) is stays
    assert source.shows(sample._replace(box=(left, top, width, 1.1 * height)))
    assert not source.shows(sample._replace(box=(left, top, 1.5 * width, 1.5 * height)))
    assert not source.shows(sample._replace(box=(left, top, width / 2, height / 2)))
    assert not source.shows(sample._replace(image_file="other.png"))
