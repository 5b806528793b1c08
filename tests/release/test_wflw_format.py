"""WFLW's lists of 98 points."""

from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.mesh.sparse.points_98 import to_98
from annotator.release import ExportError, export_release
from annotator.release.blocks import Block
from annotator.release.formats.wflw import FORMAT, LIST, write
from annotator.release.images import PlacedImage
from annotator.release.incoming import AnnotationsError

LINE = " ".join(["10.5 20"] * 98 + ["1 2 30 40", "0 0 0 0 1 0", "a/b c.jpg"])


def faces_in(path: Path) -> list:
    assert FORMAT.read_faces is not None
    return list(FORMAT.read_faces(path))


def test_a_layout_without_irises_is_refused_in_words(project, tmp_path):
    with pytest.raises(ExportError, match="wflw is for face_478, and the accepted samples are"):
        export_release(project, tmp_path / "release", "wflw")
    assert not (tmp_path / "release").exists()


def test_what_is_read_back_is_what_the_mesh_has(tmp_path: Path, face_with_irises: MeshLayout):
    mesh = (face_with_irises.topology.vertices * (20, -20, -20) + 300).astype(np.float32)
    visibility = np.zeros((2, face_with_irises.count), np.uint8)
    visibility[1, 7] = Visibility.OCCLUDED
    images = [PlacedImage(f"images/{name}.jpg", 1) for name in ("a b", "c")]
    meshes = np.stack([mesh, mesh + 1])
    rows = [{"split": None}, {"split": None}]
    write(tmp_path, [Block(rows, meshes, meshes, visibility, images)], face_with_irises)
    assert FORMAT.recognises is not None
    assert FORMAT.recognises(tmp_path / LIST)
    faces = faces_in(tmp_path / LIST)
    assert [face.image.name for face in faces] == ["images/a b.jpg", "images/c.jpg"]
    for face, of in zip(faces, meshes, strict=True):
        assert face.scheme == "wflw_98"
        assert np.abs(face.points - to_98(of, face_with_irises))[:, :2].max() < 1e-3
    lines = (tmp_path / LIST).read_text("utf-8").splitlines()
    assert [line.split()[200:206] for line in lines] == [list("000000"), list("000010")]


def test_a_line_counts_from_the_middle_of_the_first_pixel(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(LINE + "\n\n" + LINE + "\n", "utf-8")
    faces = faces_in(tmp_path / "list.txt")
    assert len(faces) == 2
    assert faces[0].points[5, :2].tolist() == [11.0, 20.5]
    assert faces[0].image.name == "a/b c.jpg"


ATTACKS = {
    "nothing but a name": ("a.jpg", "has 1 entries"),
    "a number too few": (LINE.split(" ", 1)[1].rsplit(" ", 2)[0], "entries"),
    "NaN": (LINE.replace("10.5", "nan", 1), "is NaN or infinite"),
    "far": (LINE.replace("10.5", "1e12", 1), "beyond 100000000 px"),
    "text": (LINE.replace("10.5", "ten", 1), "is no number"),
    "an attribute": (LINE.replace("0 0 0 0 1 0", "0 0 x 0 1 0"), "is no number"),
    "long": (LINE + "a" * 20000, "is too long"),
    "a zero byte": (LINE + "\0", "no text has"),
}


@pytest.mark.parametrize("text, why", ATTACKS.values(), ids=ATTACKS)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "list.txt").write_text(f"{LINE}\n{text}\n", "utf-8")
    with pytest.raises(AnnotationsError, match=why) as caught:
        faces_in(tmp_path / "list.txt")
    assert "list.txt, line 2" in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(LINE.encode() + b"\xff\n")
    with pytest.raises(AnnotationsError, match="is no UTF-8"):
        faces_in(tmp_path / "list.txt")


def test_other_texts_are_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1 2 3 a.jpg\n", "utf-8")
    (tmp_path / "b.txt").write_bytes(b"\0" * 5000)
    assert FORMAT.recognises is not None
    assert not any(FORMAT.recognises(tmp_path / name) for name in ("a.txt", "b.txt", "none"))
