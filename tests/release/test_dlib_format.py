"""dlib's XML: boxes and parts in whole pixels."""

from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.combinations import to_68
from annotator.release import export_release, load_release
from annotator.release.foreign_xml import elements_of
from annotator.release.formats.dlib import DATASET, FORMAT, STYLE
from annotator.release.incoming import AnnotationsError


def faces_in(path: Path) -> list:
    assert FORMAT.read_faces is not None
    return list(FORMAT.read_faces(path))


def test_what_is_read_back_is_what_the_mesh_has_to_a_pixel(project, tmp_path):
    export_release(project, tmp_path / "release", "dlib")
    release = load_release(tmp_path / "release")
    path = tmp_path / "release" / DATASET
    assert FORMAT.recognises is not None
    assert FORMAT.recognises(path)
    faces = faces_in(path)
    assert FORMAT.recognises(tmp_path / "release")
    assert len(faces_in(tmp_path / "release")) == len(faces) == len(release.landmarks)
    rows = zip(release.samples.itertuples(), release.landmarks, faces, strict=True)
    for row, mesh, face in rows:
        assert face.image.name == row.image_file
        assert face.image.path == tmp_path / "release" / row.image_file
        assert (face.image.width, face.image.height) == (row.image_width, row.image_height)
        assert face.scheme == "ibug_68"
        assert np.abs(face.points - to_68(mesh, FACE_468))[:, :2].max() <= 0.5


def test_faces_of_one_image_are_boxes_of_one_entry(project, tmp_path):
    export_release(project, tmp_path / "release", "dlib")
    release = load_release(tmp_path / "release")
    found = [each for each in elements_of(tmp_path / "release" / DATASET) if not each.is_end]
    images = [each for each in found if each.name == "image"]
    assert len(images) == release.samples.image_file.nunique()
    assert sum(each.name == "box" for each in found) == len(release.landmarks)
    assert sum(each.name == "part" for each in found) == 68 * len(release.landmarks)
    assert [each.attributes["name"] for each in found if each.name == "part"][:3] == [
        "00",
        "01",
        "02",
    ]


def test_each_split_has_a_file(project, tmp_path):
    ids = sorted({sample.image.id for sample in project.samples.accepted()})
    splits = dict.fromkeys(ids, "train") | {ids[0]: "test"}
    export_release(project, tmp_path / "release", "dlib", splits=splits)
    names = {path.name for path in (tmp_path / "release").glob("*.x*")}
    assert names == {"dataset-train.xml", "dataset-test.xml", STYLE}
    count = len(load_release(tmp_path / "release").landmarks)
    parts = [faces_in(tmp_path / "release" / name) for name in names - {STYLE}]
    assert sum(map(len, parts)) == count


def test_names_of_images_that_mean_something_in_xml_are_escaped(tmp_path: Path) -> None:
    text = dataset("<image file='a&amp;&lt;b&gt;&apos;.jpg'>" + box(parts(68)) + "</image>")
    (face,) = faces_in(written(tmp_path, text))
    assert face.image.name == "a&<b>'.jpg"


def dataset(images: str) -> str:
    return f"<?xml version='1.0'?>\n<dataset><images>{images}</images></dataset>"


def box(inside: str, more: str = "") -> str:
    return f"<box top='1' left='2' width='3' height='4'{more}>{inside}</box>"


def parts(count: int) -> str:
    return "".join(f"<part name='{n}' x='{n}' y='7'/>" for n in range(count))


def image(inside: str) -> str:
    return f"<image file='a.jpg'>{inside}</image>"


def written(folder: Path, text: str) -> Path:
    path = folder / "a.xml"
    path.write_text(text, "utf-8")
    return path


def test_the_first_pixel_is_zero_and_its_middle_half_a_pixel_from_the_corner(
    tmp_path: Path,
) -> None:
    (face,) = faces_in(written(tmp_path, dataset(image(box(parts(68))))))
    assert face.points[:3, :2].tolist() == [[0.5, 7.5], [1.5, 7.5], [2.5, 7.5]]
    assert face.image.width is None


def test_parts_that_are_missing_are_not_labelled(tmp_path: Path) -> None:
    some = "<part name='07' x='3' y='4'/><part name='36' x='3' y='4'/>"
    (face,) = faces_in(written(tmp_path, dataset(image(box(some)))))
    assert face.scheme == "ibug_68"
    assert np.flatnonzero(np.isfinite(face.points[:, 0])).tolist() == [7, 36]


def test_98_parts_are_the_98_points(tmp_path: Path) -> None:
    (face,) = faces_in(written(tmp_path, dataset(image(box(parts(98))))))
    assert face.scheme == "wflw_98"


def test_boxes_without_parts_and_boxes_to_ignore_are_no_faces(tmp_path: Path) -> None:
    text = dataset(image(box("") + box(parts(68), " ignore='1'") + box(parts(68))))
    assert len(faces_in(written(tmp_path, text))) == 1


_TYPE = "<!DOCTYPE dataset [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;'>]>"
ATTACKS = {
    "entities": (f"{_TYPE}{dataset(image(box(parts(68))))}", "document type"),
    "a file by an entity": (
        "<!DOCTYPE dataset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><dataset>&x;</dataset>",
        "document type",
    ),
    "no XML": ("hello", "is no XML"),
    "cut": (dataset(image(box(parts(68))))[:-30], "is no XML"),
    "NaN": (dataset(image(box("<part name='1' x='nan' y='1'/>"))), "is NaN or infinite"),
    "far": (dataset(image(box("<part name='1' x='1e30' y='1'/>"))), "beyond 100000000 px"),
    "a part twice": (dataset(image(box(parts(3) + parts(1)))), "has part 0 twice"),
    "a part too many": (dataset(image(box("<part name='98' x='1' y='1'/>"))), "from 0 to 97"),
    "a negative part": (dataset(image(box("<part name='-1' x='1' y='1'/>"))), "from 0 to 97"),
    "a part without a name": (dataset(image(box("<part x='1' y='1'/>"))), "the name of a part"),
    "a part without x": (dataset(image(box("<part name='1' y='1'/>"))), "part 1, x is no number"),
    "five points": (dataset(image(box(parts(5)))), "dlib's five points"),
    "no file": (dataset(f"<image>{box(parts(68))}</image>"), "file is no text"),
    "a box outside": (dataset(box(parts(68))), "outside of an image"),
    "a size": (dataset(f"<image file='a' width='0'>{box(parts(68))}</image>"), "width is no whole"),
    "deep": ("<dataset>" * 50, "nested too deep"),
}


@pytest.mark.parametrize("text, why", ATTACKS.values(), ids=ATTACKS)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(AnnotationsError, match=why) as caught:
        faces_in(written(tmp_path, text))
    assert "a.xml" in str(caught.value)


@pytest.mark.parametrize("name", ["/etc/passwd", "../a.jpg", "http://a/b.jpg", "C:\\a.jpg"])
def test_images_elsewhere_are_names_and_nothing_more(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.jpg").write_bytes(b"any")
    inside = tmp_path / "given"
    inside.mkdir()
    text = dataset(f"<image file='{name}'>{box(parts(68))}</image>")
    (face,) = faces_in(written(inside, text))
    assert face.image.path is None
    assert face.image.name == name
