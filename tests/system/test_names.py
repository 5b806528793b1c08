"""File names as people read them."""

import unicodedata

import pytest

from annotator.system.names import folded, in_natural_order, natural_keys, padded_numbers


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_that_look_alike_are_alike(form: str) -> None:
    assert folded(unicodedata.normalize(form, "Straße Ål É.JPG")) == folded("strasse ål é.jpg")


def test_names_come_as_people_count() -> None:
    names = ["img10.jpg", "IMG9.jpg", "img2.jpg", "img1.jpg", "a/2", "a/11"]
    assert in_natural_order(names) == ["a/2", "a/11", "img1.jpg", "img2.jpg", "IMG9.jpg",
                                       "img10.jpg"]  # fmt: skip
    assert in_natural_order([]) == []


def test_numbers_are_padded_only_where_they_differ_in_width() -> None:
    assert padded_numbers(["10", "02"]) == ["10", "02"]
    assert padded_numbers(["a9", "a010"]) == ["a009", "a010"]


def test_a_name_that_is_no_text_can_be_sorted_too() -> None:
    assert len(natural_keys(["\udce9.jpg", "é.jpg", "e.jpg"])) == 3
