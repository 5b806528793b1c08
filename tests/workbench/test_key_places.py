"""Keys of keyboards that type other letters than Latin ones."""

import pytest

from annotator.workbench.key_names import UnknownKeyError, parse_key, parse_keys
from annotator.workbench.key_places import is_latin, keys_meant, place_of, place_of_letter
from annotator.workbench.keys import chosen_bindings


def meant(typed: str, place: str = "", *, shifted: bool = False, latin: bool = False) -> list[str]:
    return list(keys_meant(typed, place, shifted=shifted, types_latin=latin))


@pytest.mark.parametrize(
    ("platform", "numbers"),
    [("xcb", (24, 52, 10, 34)), ("wayland", (24, 52, 10, 34)), ("wayland-egl", (24, 52, 10, 34)),
     ("windows", (0x10, 0x2C, 0x02, 0x1A)), ("cocoa", (12, 6, 18, 33))],
)  # fmt: skip
def test_a_place_has_the_same_key_on_every_platform(
    platform: str, numbers: tuple[int, ...]
) -> None:
    assert [place_of(platform, number) for number in numbers] == ["Q", "Z", "1", "["]


def test_a_place_that_nobody_knows_is_no_key() -> None:
    assert place_of("offscreen", 24) == place_of("xcb", 0) == place_of("cocoa", 10) == ""


@pytest.mark.parametrize(
    ("letters", "keys"),
    [("фывя", "ASDZ"), ("іїє", "S]'"), ("ασδζς", "ASDZW"), ("שדגז", "ASDZ"), ("شسيئ", "ASDZ"),
     ("ㅁㄴㅇㅋ", "ASDZ"), ("ђњ", "]W")],
)  # fmt: skip
def test_letters_of_other_scripts_have_their_places(letters: str, keys: str) -> None:
    assert [place_of_letter(letter) for letter in letters] == list(keys)


def test_latin_letters_are_taken_as_typed_wherever_they_are() -> None:
    assert meant("Z", "Y", latin=True) == ["Z"]  # German
    assert meant("A", "Q", latin=True) == ["A"]  # French
    assert meant("Q", "'", latin=True) == ["Q"]  # Dvorak


def test_letters_of_other_scripts_count_by_their_place() -> None:
    assert meant("Я", "Z") == ["Z"]
    assert meant("Я", "Z", shifted=True) == ["Z"]
    assert meant("Ω", "") == ["V"]


def test_a_sign_stands_for_a_letter_only_where_there_are_no_latin_ones() -> None:
    assert meant("/", "Q", latin=False) == ["/", "Q"]  # Hebrew
    assert meant(".", "E", latin=True) == ["."]  # Dvorak


def test_digits_need_no_shift_on_any_keyboard() -> None:
    assert meant("É", "2", latin=True) == ["2"]
    assert meant("&", "1", latin=True) == ["&", "1"]
    assert meant("2", "2", shifted=True, latin=True) == ["2"]
    assert meant("!", "1", shifted=True, latin=True) == ["!"], "of a keyboard with digits"
    assert meant("٢", "2") == ["2"]
    assert meant("²", "`", latin=True) == ["`"]


def test_brackets_are_where_others_have_letters() -> None:
    assert meant("Ü", "[", latin=True) == ["["]
    assert meant("", "[", latin=True) == ["["]  # a dead key


def test_which_letters_are_latin() -> None:
    assert [is_latin(letter) for letter in "ZéяשA7/"] == [
        True,
        True,
        False,
        False,
        True,
        None,
        None,
    ]
    assert is_latin("") is None


def test_a_key_that_is_written_in_another_script_is_the_latin_one_at_its_place() -> None:
    assert parse_key("я") == parse_key("Я") == "Z"
    assert parse_keys("Ctrl+Shift+Я, Х") == ("Mod-Shift-Z", "[")
    assert parse_key("б") == "Comma"
    bindings, problems = chosen_bindings({"next": "щ", "mark_region": ""})
    assert bindings.text("next") == "O"
    assert not problems
    with pytest.raises(UnknownKeyError, match="is no key"):
        parse_key("字")
