"""Names of people as they are recorded."""

import pytest

from annotator.system.people import checked_name, login_name, usable_name


@pytest.mark.parametrize("name", ["Ada", "Ole-Jørn O'Neill", "علی\u200cرضا", "ශ්\u200dරී", "李 雷"])
def test_names_of_every_script_are_taken(name: str) -> None:
    assert checked_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["", " ", "\u200d", "an\u202ena", "an\nna", "x" * 81])
def test_what_nobody_is_called_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a name"):
        checked_name(name)


def test_bytes_of_a_name_that_an_ascii_locale_could_not_read_are_read() -> None:
    assert checked_name("J\udcc3\udcbcrgen") == "Jürgen"
    with pytest.raises(ValueError, match="not shown"):
        checked_name("An\udce2\udc80\udcaena")  # U+202E


@pytest.mark.parametrize(
    ("kept", "used"),
    [
        ("Ada", "Ada"),
        ("\x1b[2JAn\nna\u202e", "[2JAn na"),
        ("x" * 200, "x" * 80),
        ("", "unknown"),
        ("\n\u200d", "unknown"),
        ("Ann\udcff", "Ann"),
    ],
)
def test_a_name_that_nobody_typed_is_made_usable(kept: str, used: str) -> None:
    assert usable_name(kept) == used
    assert checked_name(used) == used


def test_a_login_name_of_control_characters_is_one_that_can_be_recorded(monkeypatch) -> None:
    monkeypatch.setenv("LOGNAME", "\x1b[2Jann\nerror: forged")
    assert login_name() == "[2Jann error: forged"
