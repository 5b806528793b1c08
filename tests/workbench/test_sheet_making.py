"""What a contact sheet shows of each face, and when it is made anew."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import Picture
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.workbench.face_thumbnails import face_crop
from annotator.workbench.look.sheet_picture import with_mesh
from annotator.workbench.sheet_making import DAMAGED, UNREADABLE, Made, made_anew
from annotator.workbench.workbench import Workbench

Drag = Callable[[Workbench, int, tuple[float, float]], None]
CHIN = 152
SIZE = 90


def made(project: Project, known: dict[int, Made] | None = None) -> dict[int, Made]:
    samples = project.samples.summaries()
    return {one.sample_id: one for one in made_anew(project, samples, known or {}, SIZE)}


def test_each_face_is_shown_with_and_without_its_mesh(bench: Workbench) -> None:
    faces = made(bench.project)
    assert faces.keys() == {s.id for s in bench.project.samples.summaries()}
    for one in faces.values():
        assert one.pictures.plain.shape == one.pictures.meshed.shape == (SIZE, SIZE, 3)
        assert (one.pictures.plain == one.pictures.plain[0, 0]).all()  # photographs of one colour
        assert (one.pictures.meshed != one.pictures.plain).any()
        assert not one.why


def test_what_is_known_is_not_made_again(bench: Workbench) -> None:
    assert made(bench.project, made(bench.project)) == {}


def test_a_stroke_makes_its_face_anew_and_no_other(bench: Workbench, drag: Drag) -> None:
    before = made(bench.project)
    drag(bench, CHIN, (0.0, 40.0))
    after = made(bench.project, before)
    assert after.keys() == {bench.sample_id}
    one, other = before[bench.sample_id], after[bench.sample_id]
    assert other.revision == bench.session.revision > one.revision
    assert (one.pictures.meshed != other.pictures.meshed).any()


def test_a_photograph_that_is_gone_is_told_of_and_looked_for_again(bench: Workbench) -> None:
    sample = bench.project.samples.summaries()[0]
    away = sample.image_path.rename(sample.image_path.with_suffix(".away"))
    gone = made(bench.project)
    assert (gone[sample.id].pictures, gone[sample.id].why) == (None, UNREADABLE)
    assert made(bench.project, gone) == {}
    away.rename(sample.image_path)
    back = made(bench.project, gone)
    assert back[sample.id].pictures is not None


def test_a_damaged_mesh_is_told_of_beside_the_others(
    bench: Workbench, project_folder: Path
) -> None:
    first, *others = [s.id for s in bench.project.samples.summaries()]
    with closing(sqlite3.connect(project_folder / "project.sqlite")) as rows, rows:
        rows.execute("DROP TRIGGER predictions_refuse_update")
        rows.execute(
            "UPDATE predictions SET landmarks = zeroblob(length(landmarks)) WHERE sample_id = ?",
            [first],
        )
    faces = made(bench.project)
    assert (faces[first].pictures, faces[first].why) == (None, DAMAGED)
    assert all(faces[i].pictures is not None for i in others)


def test_a_project_that_cannot_be_read_is_told_of_at_each_face(
    bench: Workbench, project_folder: Path
) -> None:
    samples = bench.project.samples.summaries()
    with closing(sqlite3.connect(project_folder / "project.sqlite")) as rows, rows:
        rows.execute("UPDATE models SET layout = 'face_9'")
    faces = list(made_anew(bench.project, samples, {}, SIZE))
    assert len(faces) == len(samples)
    assert all("face_9" in one.why and one.pictures is None for one in faces)


@pytest.mark.parametrize("size", [48, 200])
def test_the_mesh_lies_where_the_face_is_in_the_crop(tmp_path: Path, size: int) -> None:
    """A spot in the photograph and a vertex at the same place fall together in the crop."""
    pixels = np.zeros((600, 800, 3), np.uint8)
    pixels[296:305, 496:505] = 255
    Image.fromarray(pixels).save(tmp_path / "spot.png")
    crop = face_crop(Picture(tmp_path / "spot.png"), (350.0, 200.0, 200.0, 200.0), size)
    ((x, y),) = crop.places(np.array([[500.5, 300.5, 0.0]]), len(crop.pixels))
    brightest = crop.pixels[..., 0].astype(float)
    rows, columns = np.indices(brightest.shape)
    middle = [(axis + 0.5) * brightest for axis in (columns, rows)]
    assert [axis.sum() / brightest.sum() for axis in middle] == pytest.approx([x, y], abs=0.6)


def test_vertices_far_outside_are_drawn_without_harm() -> None:
    pixels = np.zeros((SIZE, SIZE, 3), np.uint8)
    places = np.full((FACE_468.count, 2), 1e12)
    places[0] = -1e12
    assert with_mesh(pixels, places, FACE_468).shape == pixels.shape
    assert not pixels.any(), "what was handed in is as it was"
