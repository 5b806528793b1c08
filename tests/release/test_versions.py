"""Versions say what is different."""

from typing import NamedTuple

import pytest

from annotator.release.errors import ExportError
from annotator.release.versions import Difference, Version, chosen_version, difference


class Record(NamedTuple):
    sample_id: int
    split: str | None = "train"
    landmarks: str = "a"


BEFORE = [Record(1), Record(2)]


@pytest.mark.parametrize(
    ("after", "version"),
    [
        ([Record(1), Record(2), Record(3)], "1.5.0"),
        ([Record(1)], "2.0.0"),
        ([Record(1), Record(2, landmarks="b")], "2.0.0"),
        ([Record(1), Record(2, "test")], "2.0.0"),
        ([Record(1), Record(2, "test"), Record(3)], "2.0.0"),
    ],
)
def test_the_version_is_proposed_from_what_is_different(after, version):
    assert str(chosen_version(None, "1.4.2", difference(BEFORE, after))) == version


def test_words_alone_make_a_patch():
    assert str(chosen_version(None, "1.4.2", difference(BEFORE, BEFORE, words=True))) == "1.4.3"


def test_the_first_version_is_1_0_0_or_what_was_given():
    assert str(chosen_version(None, None, difference([], BEFORE))) == "1.0.0"
    assert str(chosen_version("0.3.0", None, difference([], BEFORE))) == "0.3.0"


def test_a_release_of_the_same_is_refused_whatever_its_version_were_to_be():
    for given in (None, "3.0.0"):
        with pytest.raises(ExportError, match=r"nothing changed since version 1\.4\.2"):
            chosen_version(given, "1.4.2", difference(BEFORE, BEFORE))


@pytest.mark.parametrize("given", ["1.4.2", "1.4.1", "0.9.9"])
def test_a_version_that_does_not_come_after_the_last_is_refused(given):
    with pytest.raises(ExportError, match=r"does not come after 1\.4\.2"):
        chosen_version(given, "1.4.2", Difference(added=1))


def test_versions_are_compared_as_numbers():
    assert Version.of("1.10.0") > Version.of("1.9.9")


@pytest.mark.parametrize(
    "text", ["1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.-3", "1.2.3\n", "١.٢.٣"]
)
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ExportError, match="three numbers"):
        Version.of(text)


def test_a_difference_is_told_in_words():
    assert str(Difference(added=1200, moved=1)) == "1,200 added, 1 moved"
    assert str(Difference()) == "nothing changed"
