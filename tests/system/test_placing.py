"""Files that appear complete or not at all, under names that file systems take."""

import errno
import os
import stat
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from annotator.system.placing import companion, fitting, placed, placed_anew, remove_leftovers

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


OCCUPIED = ["file", "folder", "link", "link to nothing", "link to itself"]


def occupy(target: Path, kind: str) -> None:
    other = target.with_name("other.bin")
    if kind == "file":
        target.write_bytes(b"older")
    elif kind == "folder":
        target.mkdir()
    elif kind == "link":
        other.write_bytes(b"older")
        target.symlink_to(other)
    else:
        target.symlink_to(other if kind == "link to nothing" else target)


@pytest.fixture(params=["hard links", "no hard links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On file systems with hard links, and on those without, as memory cards have them."""

    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "there are no hard links")

    if request.param == "no hard links":
        monkeypatch.setattr(os, "link", refused)


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("kind", OCCUPIED)
def test_what_is_placed_anew_takes_nothings_place(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "a.bin"
    with pytest.raises(FileExistsError), placed_anew(target) as stream:
        stream.write(b"mine")
        occupy(target, kind)  # by somebody else, while it is being written
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == (["a.bin", "other.bin"] if kind == "link" else ["a.bin"])
    for path in tmp_path.iterdir():
        assert path.is_dir() or not path.exists() or path.read_bytes() == b"older"


@pytest.mark.usefixtures("links")
def test_what_is_placed_anew_is_there_alone_and_whole(tmp_path: Path) -> None:
    with placed_anew(tmp_path / LONG) as stream:
        stream.write(b"whole")
        assert not os.path.lexists(tmp_path / LONG)
    assert (tmp_path / LONG).read_bytes() == b"whole"
    assert (tmp_path / LONG).stat().st_nlink == 1
    assert [path.name for path in tmp_path.iterdir()] == [LONG]


def test_what_is_placed_replaces_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"older")
    (tmp_path / "a.bin").symlink_to("other.bin")
    with placed(tmp_path / "a.bin") as stream:
        stream.write(b"newer")
    assert (tmp_path / "other.bin").read_bytes() == b"older"
    assert (tmp_path / "a.bin").read_bytes() == b"newer"
    assert not (tmp_path / "a.bin").is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("through_a_link", [False, True])
def test_a_pipe_or_a_folder_is_not_replaced_by_a_file(tmp_path: Path, through_a_link: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, said in (("pipe", "a device or a pipe"), ("folder", "a folder")):
        target = tmp_path / name
        if through_a_link:
            target = tmp_path / f"to {name}"
            target.symlink_to(name)
        with pytest.raises(OSError, match=f"{said}, not a file"), placed(target) as stream:
            stream.write(b"never")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert not list(tmp_path.glob(".placing-*"))


def test_what_another_machine_left_goes_when_it_is_old(tmp_path: Path) -> None:
    old, young = tmp_path / ".placing-1.partial", tmp_path / ".placing-2.partial"
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [young]


def write_for_ever(folder: Path, begun: Connection) -> None:
    with placed(folder / "a.bin") as stream:
        stream.write(b"half")
        begun.send("begun")
        begun.recv()


def test_what_a_killed_program_left_goes_at_once_and_what_is_being_written_stays(
    tmp_path: Path,
) -> None:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=write_for_ever, args=(tmp_path, there))
    process.start()
    assert here.recv() == "begun"
    remove_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    process.kill()
    process.join()
    assert len(list(tmp_path.iterdir())) == 1
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_leftovers_that_are_none_are_not_waited_for(tmp_path: Path) -> None:
    with placed(tmp_path / "a.bin"):
        (partial,) = tmp_path.iterdir()
    os.mkfifo(partial)
    remove_leftovers(tmp_path)  # whatever becomes of it
