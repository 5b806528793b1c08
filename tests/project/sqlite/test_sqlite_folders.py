import errno
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project.errors import (
    DamagedProject,
    NewerProject,
    NotAProject,
    ProjectBusy,
    ProjectError,
    ProjectExists,
)
from annotator.project.project import Project
from annotator.project.records import SampleState


@pytest.fixture
def database(predicted, edit) -> Path:
    """The database of a closed project with predictions and strokes."""
    edit(predicted, 1, 3)
    predicted.close()
    return predicted.home / "project.sqlite"


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def assert_refused_untouched(path: Path, error: type[ProjectError], words: str, contents) -> None:
    before = contents(path.parent)
    with pytest.raises(error, match=words) as caught:
        Project.open(path.parent)
    assert "\n" not in str(caught.value)
    assert contents(path.parent) == before


def test_a_new_project_is_empty_and_leaves_one_file_when_closed(tmp_path):
    with Project.create(tmp_path / "new" / "project") as project:
        assert project.home == tmp_path / "new" / "project"
        assert project.images.count() == 0
        assert project.samples.counts() == dict.fromkeys(SampleState, 0)
        assert project.samples.summaries() == []
    assert [path.name for path in project.home.iterdir()] == ["project.sqlite"]


def test_a_project_is_never_created_over_another(database, contents):
    before = contents(database.parent)
    with pytest.raises(ProjectExists, match="open it instead"):
        Project.create(database.parent)
    assert contents(database.parent) == before


def test_a_folder_of_photographs_can_become_a_project(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"jpeg")
    with Project.create(tmp_path) as project:
        assert Project.is_project(project.home)


def test_a_project_cannot_be_created_where_a_file_is(tmp_path):
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"jpeg")
    for folder in (file, file / "below"):
        with pytest.raises(NotAProject, match="is a file"):
            Project.create(folder)


def test_a_reopened_project_holds_what_was_stored(database):
    with Project.open(str(database.parent)) as project:
        assert project.samples.counts()[SampleState.IN_PROGRESS] == 1
        assert len(project.annotations.strokes(1)) == 3


def test_a_missing_folder_an_empty_folder_and_a_file_are_no_project(tmp_path):
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"jpeg")
    (tmp_path / "empty").mkdir()
    for folder, words in (
        (tmp_path / "missing", "does not exist"),
        (tmp_path / "empty", "holds no project"),
        (file, "is a file"),
    ):
        assert not Project.is_project(folder)
        with pytest.raises(NotAProject, match=words):
            Project.open(folder)
    assert list((tmp_path / "empty").iterdir()) == []


def test_is_project_tells_projects_from_anything_else(database, tmp_path):
    assert Project.is_project(database.parent)
    assert Project.is_project(str(database.parent))
    assert not Project.is_project(tmp_path / "x\0y")
    other = tmp_path / "other"
    other.mkdir()
    run_sql(other / "project.sqlite", "CREATE TABLE notes (text)")
    assert not Project.is_project(other)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed")
def test_is_project_answers_where_the_working_folder_is_gone(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert not Project.is_project("project")


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\x00", b"hello, this is no database at all" * 1000, b"\x00"]
)
def test_a_database_file_that_is_no_database_is_refused_untouched(tmp_path, contents, content):
    path = tmp_path / "project.sqlite"
    path.write_bytes(content)
    assert_refused_untouched(path, DamagedProject, "restore it from a backup", contents)


def test_a_database_of_another_program_is_refused_untouched(tmp_path, contents):
    path = tmp_path / "project.sqlite"
    run_sql(path, "CREATE TABLE notes (text)")
    assert_refused_untouched(path, NotAProject, "another program", contents)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_truncated_database_is_refused_untouched(database, contents, share):
    content = database.read_bytes()
    database.write_bytes(content[: int(len(content) * share)])
    assert_refused_untouched(database, DamagedProject, "damaged", contents)


def test_a_database_with_overwritten_pages_is_refused_untouched(database, contents):
    content = bytearray(database.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = bytes(range(100))
    database.write_bytes(content)
    assert_refused_untouched(database, DamagedProject, "damaged", contents)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE alembic_version", "does not say its version"),
        ("DELETE FROM alembic_version", "does not say its version"),
        ("DROP TABLE strokes", "table strokes is missing"),
        ("ALTER TABLE images DROP COLUMN failure", "table images is not as"),
    ],
)
def test_a_database_with_a_part_missing_is_refused_untouched(database, contents, statement, words):
    run_sql(database, statement)
    assert_refused_untouched(database, DamagedProject, words, contents)


def test_landmarks_of_the_wrong_length_are_reported_as_damage(database):
    run_sql(
        database,
        "PRAGMA ignore_check_constraints = ON",
        "UPDATE annotations SET landmarks = x'0011' WHERE sample_id = 1",
    )
    with Project.open(database.parent) as project:
        with pytest.raises(DamagedProject, match=r"sample 1 \(face 1 of .*bytes of its annotation"):
            project.annotations.load(1)
        assert project.annotations.load(2).revision == 0


def test_landmarks_that_are_not_numbers_are_reported_as_damage(database):
    run_sql(database, f"UPDATE annotations SET landmarks = x'{'ff' * 5616}' WHERE sample_id = 1")
    with (
        Project.open(database.parent) as project,
        pytest.raises(DamagedProject, match=r"sample 1 \(face 1 of .*bytes of its annotation"),
    ):
        project.annotations.load(1)


def test_a_newer_database_is_refused_untouched(database, contents):
    run_sql(database, "UPDATE alembic_version SET version_num = '9999'")
    assert_refused_untouched(database, NewerProject, "pip install --upgrade", contents)


def test_a_newer_database_with_an_unfinished_log_is_refused_untouched(
    database, start_program, contents
):
    program = start_program(
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute(\"UPDATE alembic_version SET version_num = '9999'\")\n"
        "os._exit(0)",
        database,
    )
    program.wait()
    assert database.with_name("project.sqlite-wal").stat().st_size > 0
    before = contents(database.parent)
    with pytest.raises(NewerProject):
        Project.open(database.parent)
    after = contents(database.parent)
    del before["project.sqlite-shm"], after["project.sqlite-shm"]  # locks, rebuilt from the log
    assert after == before


def test_a_moved_project_finds_the_images_inside_it(predicted, new_image, tmp_path):
    outside = tmp_path / "outside.jpg"
    predicted.images.add([new_image(outside)])
    predicted.close()
    moved = tmp_path / "elsewhere" / "renamed"
    shutil.move(predicted.home, moved)
    with Project.open(moved) as project:
        assert project.images.get(1).path == moved / "images" / "a.jpg"
        assert project.images.get(4).path == outside
        assert project.samples.summaries()[0].image_path == moved / "images" / "a.jpg"


def test_a_project_locked_by_another_program_is_reported_busy(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProjectBusy, match="try again"):
            Project.open(database.parent, busy_timeout=0.05)


def test_a_closed_project_says_that_it_is_closed(database):
    project = Project.open(database.parent)
    project.close()
    project.close()
    with pytest.raises(ProjectError, match="has been closed"):
        project.samples.counts()


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no POSIX permissions")
@pytest.mark.parametrize("what", ["folder", "database"])
def test_a_read_only_project_is_refused_with_advice(database, start_program, what):
    with tempfile.TemporaryDirectory() as name:  # not in tmp_path, which is closed to others
        Path(name).chmod(0o755)
        folder = Path(shutil.copytree(database.parent, Path(name) / "project"))
        (folder / "project.sqlite").chmod(0o444 if what == "database" else 0o666)
        folder.chmod(0o555 if what == "folder" else 0o777)
        program = start_program(
            "import os, sys\n"
            "from annotator.project.project import Project\n"
            "from annotator.project.errors import ReadOnlyProject\n"
            "if os.getuid() == 0: os.setuid(65534)\n"  # root may write anywhere
            "try: Project.open(sys.argv[1])\n"
            "except ReadOnlyProject as error: print(error)",
            folder,
        )
        output = program.communicate()[0]
        folder.chmod(0o755)
    assert "is read-only: ask for permission" in output


@pytest.mark.skipif(sys.platform == "win32", reason="files have no POSIX permissions")
def test_a_project_that_may_not_be_read_is_refused_with_the_reason(database, start_program):
    with tempfile.TemporaryDirectory() as name:  # not in tmp_path, which is closed to others
        Path(name).chmod(0o755)
        folder = Path(shutil.copytree(database.parent, Path(name) / "project"))
        folder.chmod(0o777)
        (folder / "project.sqlite").chmod(0o000)
        program = start_program(
            "import os, sys\n"
            "from annotator.project.project import Project\n"
            "from annotator.project.errors import NotAProject\n"
            "if os.getuid() == 0: os.setuid(65534)\n"  # root may read anything
            "try: Project.open(sys.argv[1])\n"
            "except NotAProject as error: print(error)",
            folder,
        )
        output = program.communicate()[0]
    assert output.endswith("project.sqlite cannot be read: Permission denied\n")


def test_opening_a_project_loads_neither_pandas_nor_alembic_nor_a_window(database, start_program):
    program = start_program(
        "import sys\n"
        "from annotator.project.project import Project\n"
        "Project.open(sys.argv[1]).close()\n"
        "print(sorted({'pandas', 'alembic', 'napari', 'qtpy'} & set(sys.modules)))",
        database.parent,
    )
    assert program.communicate()[0] == "[]\n"


def test_a_folder_that_may_not_be_looked_into_is_no_project(tmp_path, monkeypatch):
    locked, exists = tmp_path / "locked" / "project", Path.exists

    def refusing(path, **how):
        if path == locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return exists(path, **how)

    with (
        monkeypatch.context() as patched,
        pytest.raises(NotAProject, match=r"cannot be looked into \(Permission denied\)"),
    ):
        patched.setattr(Path, "exists", refusing)
        Project.open(locked)
