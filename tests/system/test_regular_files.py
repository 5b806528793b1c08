"""Files that others named are opened only if they are files, and lie where they may."""

import os
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from annotator.system.hashing import file_sha256
from annotator.system.regular import open_inside, open_regular

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
PATIENCE = 60  # seconds, for a process to start on a busy machine: a hang would last for ever


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds a file, beside one that it should not lead to."""
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (tmp_path / "release" / "images").mkdir(parents=True)
    (tmp_path / "release" / "images" / "a.jpg").write_bytes(b"pixels")
    return tmp_path / "release"


def refusal_of(folder: Path, name: str) -> str:
    """Return why a name is refused; in a process that can be ended, should it hang."""
    context = get_context("spawn")
    answers = context.SimpleQueue()
    process = context.Process(target=_answer, args=(folder, name, answers), daemon=True)
    process.start()
    process.join(PATIENCE)
    hung = process.is_alive()
    if hung:
        process.kill()
        process.join()
    assert not hung, f"opening {name} never came back"
    return answers.get()


def _answer(folder: Path, name: str, answers) -> None:
    try:
        open_inside(folder, name).close()
    except OSError as error:
        answers.put(error.strerror)
    else:
        answers.put("opened")


def test_a_file_in_the_folder_is_opened(folder):
    with open_inside(folder, "images/a.jpg") as stream:
        assert stream.read() == b"pixels"


@POSIX
def test_links_that_stay_inside_are_followed_and_so_is_one_to_the_folder(folder, tmp_path):
    (folder / "b.jpg").symlink_to(Path("images", "a.jpg"))
    (tmp_path / "latest").symlink_to(folder)
    with open_inside(tmp_path / "latest", "b.jpg") as stream:
        assert stream.read() == b"pixels"


@pytest.mark.parametrize(
    "name", ["../secret.txt", "images/../../secret.txt", "/etc/passwd", "/dev/zero", ".."]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(folder, name):
    with pytest.raises(OSError, match="does not lie in the folder"):
        open_inside(folder, name)


def test_the_absolute_name_of_a_file_is_refused_even_inside(folder):
    with pytest.raises(OSError, match="does not lie in the folder"):
        open_inside(folder, str(folder / "images" / "a.jpg"))


@POSIX
@pytest.mark.parametrize("target", ["../secret.txt", "/dev/zero", ".."])
def test_a_link_that_leads_out_of_the_folder_is_refused(folder, target):
    (folder / "link").symlink_to(target)
    with pytest.raises(OSError, match="leads out of the folder"):
        open_inside(folder, "link")


@POSIX
def test_a_folder_that_is_a_link_out_of_the_folder_is_refused(folder):
    (folder / "photos").symlink_to("..")
    with pytest.raises(OSError, match="leads out of the folder"):
        open_inside(folder, "photos/secret.txt")


@POSIX
def test_links_in_a_circle_are_refused(folder):
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    with pytest.raises(OSError, match="symbolic links"):
        open_inside(folder, "one")


@POSIX
def test_a_pipe_is_refused_at_once(folder):
    os.mkfifo(folder / "pipe")
    assert refusal_of(folder, "pipe") == "it is a device or a pipe, not a file"


@POSIX
def test_a_device_is_refused_at_once():
    with pytest.raises(OSError, match="a device or a pipe"):
        open_regular(Path("/dev/zero"))


def test_a_folder_is_refused(folder):
    with pytest.raises(OSError, match=r"it is a folder|denied"):
        open_inside(folder, "images")


@pytest.mark.parametrize("name", ["nothing", "", "images/a.jpg/b", "x" * 5000])
def test_what_is_not_there_is_refused(folder, name):
    with pytest.raises(OSError):
        open_inside(folder, name)


@pytest.mark.parametrize("name", ["a\0b", "images/\ud800.jpg"])
def test_a_name_that_no_file_can_have_is_refused(folder, name):
    with pytest.raises(OSError, match=r"no file can have such a name|No such file"):
        open_inside(folder, name)


def test_no_descriptor_is_left_open_by_a_refusal(folder):
    opened = Path("/proc/self/fd")
    if not opened.exists():
        pytest.skip("the open files are counted in /proc")
    before = len(list(opened.iterdir()))
    for _ in range(5):
        with pytest.raises(OSError):
            open_inside(folder, "images")
    assert len(list(opened.iterdir())) == before


@POSIX
def test_a_pipe_is_not_waited_for_to_be_hashed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="a device or a pipe"):
        file_sha256(tmp_path / "pipe")


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_a_database_and_what_lies_beside_it_are_not_opened(tmp_path: Path, ending: str) -> None:
    database = tmp_path / f"project.sqlite{ending}"
    database.write_bytes(b"SQLite format 3")
    link = tmp_path / "photograph.jpg"
    link.symlink_to(database)
    for path in (database, link):
        with pytest.raises(OSError, match="it is a database"):
            open_regular(path)
    with pytest.raises(OSError, match="it is a database"):
        open_inside(tmp_path, link.name)
