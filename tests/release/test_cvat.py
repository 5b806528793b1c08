"""CVAT's XML: what is written, what comes back, and what is refused."""

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.formats.cvat import FORMAT
from annotator.release.formats.cvat_reading import read_faces, recognises
from annotator.release.incoming import AnnotationsError
from tests.release_blocks import NAMES, SIZES, blocks, written

POINTS = "".join(f'<points label="v{n:03}" points="{n},{n}.5"/>' for n in range(468))
IMAGE = '<image id="0" name="a.jpg" width="9" height="8">'
SKELETON = f'<skeleton label="face">{POINTS}</skeleton>'

NO_FLAG = SKELETON.replace("<points", '<points outside="2"', 1)


def xml(inside: str, before: str = "") -> str:
    return f"{before}<annotations><version>1.1</version>{inside}</annotations>"


def image(beginning: str) -> str:
    return xml(f"{beginning}</image>")


def refusal(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "annotations.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(AnnotationsError) as raised:
        list(read_faces(path))
    assert str(raised.value).startswith(str(path))
    assert str(raised.value).isprintable()
    return str(raised.value)


def test_faces_come_back_with_their_visibility_to_the_bit(tmp_path):
    faces = list(read_faces(written(tmp_path / "release", FORMAT)))
    sent = [face for block in blocks() for face in block.faces()]
    assert [face.image.name for face in faces] == list(NAMES)
    for face, original, size in zip(faces, sent, SIZES, strict=True):
        np.testing.assert_array_equal(face.points[:, :2], original.landmarks[:, :2])
        assert np.isnan(face.points[:, 2]).all()
        np.testing.assert_array_equal(face.visibility, original.visibility)
        assert (face.image.width, face.image.height) == size
        assert face.scheme == "face_468"


def test_a_photograph_of_two_faces_is_one_image_with_two_skeletons(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    images = ElementTree.parse(folder / "annotations.xml").findall("image")
    assert [len(image.findall("skeleton")) for image in images] == [1, 1, 2]
    assert [image.get("id") for image in images] == ["0", "1", "2"]


def test_elements_stand_in_the_order_of_their_names_which_is_that_of_the_vertices(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    root = ElementTree.parse(folder / "annotations.xml")
    for skeleton in root.iter("skeleton"):
        names = [point.get("label") for point in skeleton]
        assert names == sorted(names) == [f"v{n:03}" for n in range(468)]


def test_the_label_that_a_task_needs_has_a_node_for_every_vertex_and_lines_for_contours(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    (label,) = json.loads((folder / "labels.json").read_text())
    names = [sublabel["name"] for sublabel in label["sublabels"]]
    assert re.findall(r'data-label-name="(\w+)"', label["svg"]) == names
    lines = re.findall(r'data-node-from="(\d+)" data-node-to="(\d+)"', label["svg"])
    assert np.array_equal(np.array(lines, int) - 1, FACE_468.topology.contour_edges)
    assert ElementTree.fromstring(f"<svg>{label['svg']}</svg>").tag == "svg"
    named = ElementTree.parse(folder / "annotations.xml").findall("meta/task/labels/label")
    assert [one.findtext("name") for one in named] == ["face", *names]
    assert named[0].findtext("svg") == label["svg"]


def test_splits_become_subsets_and_blocks_leave_no_trace(tmp_path):
    folder = written(tmp_path / "one", FORMAT, split="validation")
    images = ElementTree.parse(folder / "annotations.xml").findall("image")
    assert {image.get("subset") for image in images} == {"Validation"}
    other = written(tmp_path / "other", FORMAT, split="validation", portion=1)
    names = ("annotations.xml", "labels.json")
    assert [(folder / n).read_bytes() for n in names] == [(other / n).read_bytes() for n in names]


def test_a_name_that_xml_cannot_hold_is_spelt_out(tmp_path):
    names = ("bell\x07.jpg", "line\nbreak.jpg", *NAMES[2:])
    faces = list(read_faces(written(tmp_path / "release", FORMAT, names=names)))
    assert [face.image.name for face in faces[:2]] == ["bell\\x07.jpg", "line\nbreak.jpg"]


def test_other_shapes_are_passed_over(tmp_path):
    path = tmp_path / "annotations.xml"
    others = '<box label="x" xtl="1"/><tag label="y"><attribute name="z">1</attribute></tag>'
    path.write_text(xml(f"{IMAGE}{others}{SKELETON}{others}</image>"))
    (face,) = read_faces(path)
    np.testing.assert_array_equal(face.points[7, :2], [7, 7.5])
    assert face.visibility is not None and not face.visibility.any()


def test_it_is_recognised_by_its_beginning(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    assert recognises(folder)
    assert recognises(folder / "annotations.xml")
    assert not recognises(folder / "labels.json")
    assert not recognises(tmp_path)


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTER = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (xml("&c;", BOMB), "document type"),
        (xml("&x;", OUTER), "document type"),
        (xml("", '<!DOCTYPE a SYSTEM "http://example.org/a.dtd">'), "document type"),
        (xml("<a>" * 100_000), "nested too deep"),
        ("<html></html>", "does not begin with annotations"),
        ("nothing", "no XML"),
        ("", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        (xml(IMAGE), "no XML"),
        (xml(f'{IMAGE}<x y="{"z" * 5_000_000}"/></image>'), "too long"),
        (xml("<track/>"), "track"),
        (xml(SKELETON), "outside of an image"),
        (xml(f"{IMAGE}{IMAGE}</image></image>"), "image in an image"),
        (xml(f"{IMAGE}<skeleton><skeleton/></skeleton></image>"), "in another one"),
        (xml(f"{IMAGE}</image>{IMAGE}</image>"), "image 0 twice"),
        (image(IMAGE.replace('"0"', '"-1"')), "whole number"),
        (image(IMAGE.replace('"9"', '"1000000000"')), "width is no whole number"),
        (image(IMAGE.replace('"9"', '"NaN"')), "width is no whole number"),
        (image(IMAGE.replace('"8"', '"0"')), "height is no whole number"),
        (image(IMAGE.replace(' height="8"', "")), "height is no whole number"),
        (image(IMAGE.replace("a.jpg", "")), "name is no text"),
        (image(IMAGE.replace("a.jpg", "a" * 5000)), "name is no text"),
        (xml(f"{IMAGE}<skeleton></skeleton></image>"), "0 vertices"),
        (xml(f"{IMAGE}{SKELETON.replace('v467', 'v466')}</image>"), "vertex 466 twice"),
        (xml(f"{IMAGE}{SKELETON.replace('v467', 'v999999')}</image>"), "no vertex of a mesh"),
        (xml(f"{IMAGE}{SKELETON.replace('v467', 'nose')}</image>"), "no vertex of a mesh"),
        (xml(f"{IMAGE}{SKELETON.replace('467,467.5', 'NaN,1')}</image>"), "NaN or infinite"),
        (xml(f"{IMAGE}{SKELETON.replace('467,467.5', 'inf,1')}</image>"), "NaN or infinite"),
        (xml(f"{IMAGE}{SKELETON.replace('467,467.5', '1e30,1')}</image>"), "beyond"),
        (xml(f"{IMAGE}{SKELETON.replace('467,467.5', '1,2;3,4')}</image>"), "not one point"),
        (xml(f"{IMAGE}{SKELETON.replace('467,467.5', '1')}</image>"), "not one point"),
        (xml(f"{IMAGE}{SKELETON.replace('467,467.5', 'one,1')}</image>"), "no number"),
        (xml(f"{IMAGE}{NO_FLAG}</image>"), "outside is no"),
    ],
)
def test_what_no_tool_writes_is_refused_with_its_place(tmp_path, text, why):
    assert why in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../../secret.jpg", "https://example.org/a.jpg", "images/link.jpg"]
)
def test_a_name_that_leads_elsewhere_is_a_clue_and_nothing_is_opened(tmp_path, name):
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    folder = tmp_path / "release" / "annotations"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    path = folder / "annotations.xml"
    path.write_text(xml(f"{IMAGE.replace('a.jpg', name)}{SKELETON}</image>"))
    (face,) = read_faces(path)
    assert (face.image.name, face.image.path) == (name, None)


def test_a_hole_of_a_terabyte_is_refused_at_once(tmp_path):
    path = tmp_path / "annotations.xml"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(AnnotationsError, match="bytes, and can have"):
        list(read_faces(path))


def test_a_folder_without_the_file_and_a_pipe_are_refused(tmp_path):
    with pytest.raises(AnnotationsError, match="cannot be read"):
        list(read_faces(tmp_path))
    os.mkfifo(tmp_path / "annotations.xml")
    with pytest.raises(AnnotationsError, match="cannot be read"):
        list(read_faces(tmp_path))
