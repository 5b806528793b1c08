"""How people count."""

import re
from pathlib import Path

import pytest

from annotator.system.words import count

PACKAGE = Path(__file__).parents[2] / "annotator"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 faces"), (1, "1 face"), (2, "2 faces"), (12_345, "12,345 faces")]
)
def test_a_noun_is_in_the_plural_unless_it_is_one(number, text):
    assert count(number, "face") == text


def test_no_text_leaves_the_plural_to_whoever_reads_it():
    for path in PACKAGE.rglob("*.py"):
        left = re.findall(r"\b\w+\(s\)(?=[ .,:;]| [a-z])", path.read_text("utf-8"))
        assert [word for word in left if word not in ("tuple(s)", "len(s)")] == [], path
