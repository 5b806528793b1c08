"""Files that appear complete or not at all, under names that file systems take."""

import os
from pathlib import Path

import pytest

from annotator.system.placing import companion, fitting, placed, remove_leftovers

LONG = "n" * 251 + ".jpg"
IN_BYTES = "ä" * 130 + ".jpeg"  # 265 bytes, fewer than 255 characters


def test_a_file_with_the_longest_name_is_written(tmp_path: Path) -> None:
    assert len(LONG) == 255
    with placed(tmp_path / LONG) as stream:
        stream.write(b"whole")
    assert (tmp_path / LONG).read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == [LONG]


def test_what_fails_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"older")
    with pytest.raises(OSError, match="full"), placed(target) as stream:
        stream.write(b"half")
        raise OSError("full")
    assert target.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [target]


def test_a_name_that_cannot_be_given_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"), placed(tmp_path / ("n" * 300)) as stream:
        stream.write(b"half")
    assert list(tmp_path.iterdir()) == []


def test_names_that_fit_are_left_as_they_are() -> None:
    for name in ("a.jpg", LONG, "n" * 255):
        assert fitting(name) == name


@pytest.mark.parametrize("name", ["n" * 300 + ".jpg", IN_BYTES, "x" * 250 + "-0123456789ab.tiff"])
def test_longer_names_are_shortened_and_keep_their_ending(name: str) -> None:
    short = fitting(name)
    assert len(os.fsencode(short)) <= 255
    assert Path(short).suffix == Path(name).suffix
    assert short.encode().decode() == short
    assert fitting("y" + name) != short


def test_bytes_that_are_no_text_can_be_shortened(tmp_path: Path) -> None:
    short = fitting(os.fsdecode(b"\xe9" * 300 + b".jpg"))
    assert len(os.fsencode(short)) <= 255
    (tmp_path / short).touch()


def test_companions_have_one_name_each_and_never_too_long_a_one(tmp_path: Path) -> None:
    assert companion(tmp_path / "release", "lock").name == ".release.lock"
    first, again = companion(tmp_path / LONG, "lock"), companion(tmp_path / LONG, "lock")
    assert first == again != companion(tmp_path / LONG.replace("n", "m"), "lock")
    first.touch()


def test_leftovers_go_when_they_are_old(tmp_path: Path) -> None:
    old, young = tmp_path / ".placing-1.partial", tmp_path / ".placing-2.partial"
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [young]
