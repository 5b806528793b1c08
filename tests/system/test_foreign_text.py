"""Text from elsewhere cannot give a terminal commands."""

import pytest

from annotator.system.foreign_text import escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 日本　語 👩‍🔬.jpg", "Zoë 日本　語 👩‍🔬.jpg"),
        ("a\x1b[31mred\x07", r"a\x1b[31mred\x07"),
        ("two\nlines\r\tand\u2028three", r"two\nlines\r\tand\u2028three"),
        ("gpj.\u202eexe", r"gpj.\u202eexe"),
        ("caf\udce9", r"caf\udce9"),
        ("\x9b31m", r"\x9b31m"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text, shown):
    assert escaped(text) == shown
    assert escaped(shown) == shown


def test_what_is_wanted_is_kept():
    assert escaped("one\ntwo\x1b", keep="\n") == "one\ntwo\\x1b"
