"""iBUG's .pts: 68 points a face."""

import json
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.combinations import to_68
from annotator.release import export_release, load_release
from annotator.release.formats.pts import FORMAT, text_of
from annotator.release.incoming import AnnotationsError
from annotator.system.csv_text import csv_line

ONE = "version: 1\nn_points: 68\n{\n" + "10.5 20\n" * 68 + "}\n"


def faces_in(path: Path) -> list:
    assert FORMAT.read_faces is not None
    return list(FORMAT.read_faces(path))


def recognised(path: Path) -> bool:
    assert FORMAT.recognises is not None
    return FORMAT.recognises(path)


def test_the_file_counts_pixels_from_one() -> None:
    points = np.array([[0.5, 0.5], [12.25, 7.0]], np.float32) + np.float32(0.5)
    assert text_of(points) == "version: 1\nn_points: 2\n{\n1.0 1.0\n12.75 7.5\n}\n"


def test_every_face_has_a_file_that_is_named_after_its_image_and_number(project, tmp_path):
    export_release(project, tmp_path / "release", "pts")
    release = load_release(tmp_path / "release")
    files = sorted(path.name for path in (tmp_path / "release" / "points").iterdir())
    expected = [
        f"{Path(file).name}-{index}.pts"
        for file, index in zip(release.samples.image_file, release.samples.face_index, strict=True)
    ]
    assert files == sorted(expected)
    table = (tmp_path / "release" / "faces.csv").read_text("utf-8").splitlines()
    assert (
        table[0]
        == csv_line(["points", "image", "face_index", "sample_id", "split", "jaw_is_sure"]).strip()
    )
    assert len(table) == 1 + len(release.landmarks)


def test_what_is_read_back_is_what_the_mesh_has(project, tmp_path):
    export_release(project, tmp_path / "release", "pts")
    release = load_release(tmp_path / "release")
    assert recognised(tmp_path / "release")
    faces = faces_in(tmp_path / "release")
    assert len(faces) == len(release.landmarks)
    meshes = {
        (file, index): mesh
        for file, index, mesh in zip(
            release.samples.image_file, release.samples.face_index, release.landmarks, strict=True
        )
    }
    for face in faces:
        assert face.scheme == "ibug_68"
        assert face.image.path is not None
        index = int(face.where.removesuffix(".pts").rsplit("-", 1)[1])
        mesh = meshes[f"images/{face.image.path.name}", index]
        assert np.abs(face.points - to_68(mesh, FACE_468))[:, :2].max() < 1e-3
        assert np.isnan(face.points[:, 2]).all()


@pytest.mark.parametrize("images", ["reference", "copy"])
def test_names_are_apart_where_images_stay(project, tmp_path, images):
    export_release(project, tmp_path / "release", "pts", images="copy")
    assert all(face.image.path is not None for face in faces_in(tmp_path / "release"))


def test_a_file_beside_its_image_is_about_it(tmp_path: Path) -> None:
    (tmp_path / "a.pts").write_text(ONE, "utf-8")
    (tmp_path / "a.jpg").write_bytes(b"any")
    (face,) = faces_in(tmp_path / "a.pts")
    assert face.image.path == tmp_path / "a.jpg"
    assert face.image.name == "a.jpg"
    assert face.points[0, :2].tolist() == [10.0, 19.5]


def test_comments_blank_lines_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    text = ONE.replace("{\n", "// somebody's\n\n{\n").replace("n_points: 68", "n_points:  68 ")
    (tmp_path / "a.pts").write_text(text, "utf-8-sig")
    assert len(faces_in(tmp_path / "a.pts")) == 1


ATTACKS = {
    "nothing": ("", "is no file of points"),
    "no end": (ONE[:-2], "is no file of points"),
    "NaN": (ONE.replace("10.5 20\n", "nan 20\n", 1), "is NaN or infinite"),
    "infinite": (ONE.replace("10.5 20\n", "1e999 20\n", 1), "is NaN or infinite"),
    "far": (ONE.replace("10.5 20\n", "1e30 20\n", 1), "beyond 100000000 px"),
    "text": (ONE.replace("10.5 20\n", "ten 20\n", 1), "is no number"),
    "three numbers": (ONE.replace("10.5 20\n", "10 20 30\n", 1), "is not two numbers"),
    "another count": (ONE.replace("68", "67"), "says 67 points and has 68"),
    "five points": ("version: 1\nn_points: 5\n{\n" + "1 2\n" * 5 + "}\n", "68 and 98 can be read"),
    "another version": (ONE.replace("version: 1", "version: 2"), "is of another version than 1"),
    "many lines": (ONE.replace("}", "1 1\n" * 5000 + "}"), "is no file of points"),
    "large": (ONE + " " * (1 << 17), "can have 65536 at most"),
    "binary": ("\0\1\2" * 100, "is no file of points"),
    "underscores": (ONE.replace("10.5 20\n", "1_0 20\n", 1), "is no number"),
}


@pytest.mark.parametrize("text, why", ATTACKS.values(), ids=ATTACKS)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a.pts").write_text(text, "utf-8")
    with pytest.raises(AnnotationsError, match=why) as caught:
        faces_in(tmp_path / "a.pts")
    assert "a.pts" in str(caught.value)


def test_images_outside_of_what_was_given_are_not_looked_for(tmp_path: Path) -> None:
    inside = tmp_path / "given"
    inside.mkdir()
    (tmp_path / "a.jpg").write_bytes(b"any")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"any")
    (inside / "a.pts").write_text(ONE, "utf-8")
    (inside / "b.pts").write_text(ONE, "utf-8")
    (inside / "b.jpg").symlink_to(tmp_path / "a.jpg")
    assert [face.image.path for face in faces_in(inside)] == [None, None]


def test_links_are_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "given"
    inside.mkdir()
    (tmp_path / "a.pts").write_text(ONE, "utf-8")
    (inside / "a.pts").symlink_to(tmp_path / "a.pts")
    (inside / "loop").symlink_to(inside)
    assert faces_in(inside) == []
    assert not recognised(inside)


def test_what_is_not_of_this_format_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.pts").write_text("hello", "utf-8")
    (tmp_path / "b.txt").write_text(ONE, "utf-8")
    (tmp_path / "c.json").write_text(json.dumps({}), "utf-8")
    assert not any(recognised(tmp_path / name) for name in ("a.pts", "b.txt", "c.json", "none"))
