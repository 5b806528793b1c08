"""What is asked of anybody's annotations, and how it is refused."""

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.foreign_files import Place, Seen, head_of, own_copy
from annotator.release.foreign_json import entries_of_list, entries_of_object
from annotator.release.foreign_xml import elements_of
from annotator.release.incoming import AnnotationsError
from annotator.release.normalised import in_pixels
from annotator.release.vertex_names import vertex_named, vertex_names


def test_an_error_names_the_file_and_the_place_and_is_fit_for_a_terminal(tmp_path):
    place = Place(tmp_path / "a\x1b[31m.json").at("task 3").at("x")
    error = place.error("is no\nnumber")
    assert str(error) == f"{tmp_path}/a\\x1b[31m.json, task 3, x is no\\nnumber"


@pytest.mark.parametrize("value", ["1e400", "nan", "-inf", float("nan"), float("inf"), 10**400])
def test_what_is_not_finite_is_no_number(tmp_path, value):
    with pytest.raises(AnnotationsError):
        Place(tmp_path).number(value)


@pytest.mark.parametrize("value", [True, None, "", "1_0", "١", [1], "0x10", "1" * 70])
def test_what_only_python_takes_for_a_number_is_none(tmp_path, value):
    with pytest.raises(AnnotationsError):
        Place(tmp_path).whole(value, 0, 100)


def test_whole_numbers_may_be_text_or_have_a_point(tmp_path):
    assert [Place(tmp_path).whole(value, 0, 9) for value in (7, "7", 7.0)] == [7, 7, 7]


def test_a_key_may_come_once(tmp_path):
    seen = Seen("image")
    seen.add("a", Place(tmp_path))
    with pytest.raises(AnnotationsError, match="has image 'a' twice"):
        seen.add("a", Place(tmp_path))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON list"),
        ("{}", "no JSON list"),
        ("[1,]", "no JSON"),
        ("[1", "comma or an end is missing"),
        ("[1]x", "goes on"),
        ("[" * 100_000, "nested without end"),
        ('[{"a": 1, "a": 2}]', "twice"),
        ("[" + "9" * 10_000 + "]", "number without end"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path, text, why):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(AnnotationsError, match=why):
        list(entries_of_list(path))


def test_entries_come_one_by_one(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('[1, {"a": [2]}]')
    assert list(entries_of_list(path)) == [1, {"a": [2]}]
    path.write_text('{"a": 1, "b": [2, 3]}')
    assert list(entries_of_object(path, ("b",))) == [("a", 1), ("b", None), ("b", 2), ("b", 3)]


def test_an_image_beside_is_found_by_its_name_and_never_outside(tmp_path):
    (tmp_path / "outside.jpg").touch()
    folder = tmp_path / "folder"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a.jpg").touch()
    (folder / "images" / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    for name in ("a.jpg", "images/a.jpg", "elsewhere/a.jpg", r"C:\photos\a.jpg"):
        assert own_copy(folder, name) == folder / "images" / "a.jpg"
    for name in ("../outside.jpg", "link.jpg", str(tmp_path / "outside.jpg"), "a\0.jpg", "", "."):
        assert own_copy(folder, name) is None


def test_the_beginning_of_nothing_is_empty(tmp_path):
    assert head_of(tmp_path / "nothing") == head_of(tmp_path) == b""


def test_names_sort_as_the_vertices_and_lead_back(tmp_path):
    names = vertex_names(FACE_468)
    assert list(names) == sorted(names)
    assert [vertex_named(name) for name in names] == list(range(468))
    assert [vertex_named(name) for name in ("vertex_7", "7", "V7")] == [7, 7, 7]
    assert [vertex_named(name) for name in ("nose", "", "v", "-1", "v٣", "v1234567")] == [None] * 6


@pytest.mark.parametrize("name", ["nothing", "zlib", "utf-7", "shift_jis", "idna", "cp037"])
def test_xml_of_an_encoding_that_cannot_be_read_is_refused(tmp_path, name):
    path = tmp_path / "a.xml"
    path.write_text(f'<?xml version="1.0" encoding="{name}"?><dataset/>')
    with pytest.raises(AnnotationsError, match="encoding"):
        list(elements_of(path))


def test_normalised_coordinates_that_overflow_are_refused(tmp_path):
    points = in_pixels(np.full((1, 3), 1e308), (640, 480))
    with pytest.raises(AnnotationsError, match="coordinates beyond"):
        Place(tmp_path).points(points)
