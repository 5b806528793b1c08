"""Projects that may only be read: archives, other people's folders, what a killed program left."""

from __future__ import annotations

import gzip
import inspect
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import (
    DamagedProject,
    Judgement,
    NewClip,
    NewerProject,
    Project,
    ProjectError,
    ProjectUnavailable,
    ReadOnlyProject,
    RoundOutcome,
    Stroke,
    Verdict,
)
from annotator.project.engine.sqlite import SqliteEngine
from annotator.project.engine.sqlite_reader import SqliteReader
from annotator.project.engine.sqlite_sources import Way, found_at
from annotator.project.guide_records import NewGuide
from annotator.project.imports.records import ImportRules
from annotator.project.release_records import NewRelease
from annotator.project.split_records import Split, StoredSplit
from tests.rights import as_nobody, close_to_writers, files_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders have POSIX permissions")

DATA = Path(__file__).parents[1] / "data"

# A program that stores a stroke and is killed before it closes the project.
KILLED = """
import os, sys
import numpy as np
from annotator.project import Project, Stroke

project = Project.open(sys.argv[1])
annotation = project.annotations.load(1)
everywhere = np.arange(468)
stroke = Stroke("grab", everywhere, annotation.landmarks, annotation.landmarks + 1)
project.annotations.record_stroke(1, stroke, revision=annotation.revision, annotator="Ann")
os._exit(0)
"""


def everything_in(project: Project) -> list[object]:
    """Read what there is to be read."""
    ids = [sample.id for sample in project.samples.summaries()]
    meshes = [project.annotations.load(sample_id).landmarks.tobytes() for sample_id in ids]
    strokes = [[(s.id, s.tool, s.annotator) for s in project.annotations.strokes(i)] for i in ids]
    return [
        project.samples.summaries(),
        project.samples.counts(),
        meshes,
        strokes,
        [project.reviews.history(sample_id) for sample_id in ids],
        project.images.all(),
        project.images.failed(),
        project.images.without_faces(),
        project.removals.all(),
        project.rounds.all(),
        project.opinions.all(),
        project.models.all(),
        [project.assessments.of(sample_id) for sample_id in ids],
        project.assessments.last_number(),
        sorted(project.assessments.hashed_faces()),
        project.to_dataframe().to_csv(),
    ]


def writing_calls(project: Project, make_face) -> dict[str, Callable[[], object]]:
    """Return calls that would change something, of every kind that there is."""
    return calls_from_a_to_i(project, make_face) | calls_from_m_to_v(project, make_face)


def calls_from_a_to_i(project: Project, make_face) -> dict[str, Callable[[], object]]:
    at = {"revision": 3}
    stroke = Stroke("grab", np.array([1]), np.zeros((1, 3)), np.ones((1, 3)))
    face = make_face(400, 300)
    clip = NewClip(Path("x.mp4"), "4" * 64, 640, 480, np.zeros(1))
    guide = NewGuide("ibug_68", np.zeros((68, 3), np.float32))
    record_stroke = project.annotations.record_stroke
    return {
        "annotations.record_stroke": lambda: record_stroke(1, stroke, annotator="Ann", **at),
        "annotations.undo": lambda: project.annotations.undo(1, **at),
        "annotations.redo": lambda: project.annotations.redo(1, **at),
        "annotations.restore": lambda: project.annotations.restore(1, 0, annotator="Ann", **at),
        "assessments.register": lambda: project.assessments.register(1, 1, ["blur"]),
        "assessments.store": lambda: project.assessments.store(1, []),
        "assessments.store_found": lambda: project.assessments.store_found("odd", {}),
        "assessments.want_again": project.assessments.want_again,
        "audit.note_grab": lambda: project.audit.note_grab(1, "Ann"),
        "clips.add": lambda: project.clips.add(clip),
        "clips.cut": lambda: project.clips.cut(1, 5, "Ann"),
        "clips.delete": lambda: project.clips.delete(1),
        "clips.join": lambda: project.clips.join(1, 2, "Ann"),
        "clips.make_sample": lambda: project.clips.make_sample(1, 5, "Ann"),
        "clips.refresh": lambda: project.clips.refresh(1, face.landmarks, "Ann"),
        "clips.relocate": lambda: project.clips.relocate(1, Path("x")),
        "clips.remove": lambda: project.clips.remove(1),
        "clips.restore": lambda: project.clips.restore(1),
        "clips.set_doubt": lambda: project.clips.set_doubt(1, [5], [0.5]),
        "clips.store_tracked": lambda: project.clips.store_tracked(1, 1, [], 1),
        "draws.draw": lambda: project.draws.draw(1, confidence=0.95),
        "facts.allow_again": lambda: project.facts.allow_again([1]),
        "facts.fill": lambda: project.facts.fill({1: {"licence": "CC0"}}),
        "facts.revoke": lambda: project.facts.revoke([1], "asked to"),
        "guides.add_all": lambda: project.guides.add_all([(1, guide)]),
        "guides.remove": lambda: project.guides.remove([1]),
        "images.add": lambda: project.images.add([]),
        "images.forget_failed": lambda: project.images.forget_failed([Path("x")]),
        "images.mark_failed": lambda: project.images.mark_failed(1, "it is gone"),
        "images.move": lambda: project.images.move({}),
        "images.note_pixels": lambda: project.images.note_pixels([]),
        "imports.store": lambda: project.imports.store([], ImportRules()),
        "imports.store_opinions": lambda: project.imports.store_opinions([]),
    }


def calls_from_m_to_v(project: Project, make_face) -> dict[str, Callable[[], object]]:
    at = {"revision": 3}
    accept = Judgement(Verdict.ACCEPT, "Rae")
    visit = {"annotator": "Ann", "started_at": datetime.now(UTC), "seconds": 1.0, "strokes": 0}
    face = make_face(400, 300)
    sure = {"presence": 1.0, "detection_score": 1.0, "model_id": 1, "added_by": "Ann"}
    another = ModelInfo("another", "3" * 64, FACE_468)
    release = NewRelease("faces", "1.0.0", Path("x"), "5" * 64, "npz", 0, [])
    return {
        "models.register": lambda: project.models.register(another),
        "opinions.ask": lambda: project.opinions.ask([(1, "ann")]),
        "opinions.ask_known": lambda: project.opinions.ask_known([(1, "ann")]),
        "predictions.store": lambda: project.predictions.store(1, [(3, [face])]),
        "releases.add": lambda: project.releases.add(release),
        "releases.withdraw": lambda: project.releases.withdraw(1, "wrong"),
        "remarks.add": lambda: project.remarks.add(1, "look", author="Rae"),
        "remarks.resolve": lambda: project.remarks.resolve(1, by="Rae"),
        "removals.delete": lambda: project.removals.delete([1]),
        "removals.remove": lambda: project.removals.remove([1]),
        "removals.restore": lambda: project.removals.restore([1]),
        "reviews.give_undecided": lambda: project.reviews.give_undecided("accept", reviewer="R"),
        "reviews.judge": lambda: project.reviews.judge(1, accept, **at),
        "reviews.judge_all": lambda: project.reviews.judge_all([1], accept),
        "reviews.take_back": lambda: project.reviews.take_back([], reviewer="Rae"),
        "rounds.start": lambda: project.rounds.start(1),
        "rounds.end_with": lambda: project.rounds.end_with(RoundOutcome(1)),
        "rounds.finish": lambda: project.rounds.finish(1),
        "samples.add": lambda: project.samples.add(1, face.landmarks, **sure),
        "settings.put": lambda: project.settings.put("own_work", True),
        "splits.decide": lambda: project.splits.decide({1: StoredSplit(Split.TEST, False, "x")}),
        "splits.fix": lambda: project.splits.fix([1], Split.TEST),
        "splits.unfix": lambda: project.splits.unfix([1]),
        "visits.record": lambda: project.visits.record(1, **visit),
    }


def assert_refused(project: Project, make_face, words: str) -> None:
    for call in (*writing_calls(project, make_face).values(), project.check_writable):
        with pytest.raises(ReadOnlyProject, match=words):
            call()


def test_no_call_that_changes_something_is_left_out_here(folder, make_face):
    """Whatever opens a transaction that writes is refused in the tests below."""
    with Project.open(folder, read_only=True) as project:
        parts = {name: part for name, part in vars(project).items() if not name.startswith("_")}
        found = {
            f"{name}.{called}"
            for name, part in parts.items()
            for called, method in inspect.getmembers(type(part), inspect.isfunction)
            if not called.startswith("_")
            if re.search(r"\.writing\(|self\._(changed|write)\(", inspect.getsource(method))
        }
        assert set(writing_calls(project, make_face)) == found


MODES = {
    "both": (0o555, 0o444),
    "the folder": (0o555, 0o666),
    "the file": (0o777, 0o444),
}


@pytest.mark.parametrize("modes", MODES.values(), ids=MODES)
def test_a_project_that_may_not_be_written_is_read_and_nothing_of_it_changed(
    folder, modes, make_face
):
    with Project.open(folder) as project:
        expected = everything_in(project)
    close_to_writers(folder, folder_mode=modes[0], file_mode=modes[1])
    before = files_of(folder)
    with as_nobody(), Project.open(folder, read_only=None) as project:
        assert project.is_read_only
        assert everything_in(project) == expected
        assert_refused(project, make_face, "is read-only: ask for permission")
        assert everything_in(project) == expected
        assert project.version() == project.version()
    assert files_of(folder) == before


def test_whoever_wants_to_write_is_told_as_before(folder):
    close_to_writers(folder)
    with as_nobody():
        for how in ({}, {"read_only": False}):
            with pytest.raises(ReadOnlyProject, match="is read-only: ask for permission"):
                Project.open(folder, **how)


def test_a_project_that_may_be_written_is_so_unless_it_is_asked_for_reading(folder, make_face):
    with Project.open(folder, read_only=None) as project:
        assert not project.is_read_only
        project.check_writable()
        project.reviews.judge(3, Judgement(Verdict.EXCLUDE, "Rae"), revision=0)
    before = files_of(folder)
    with Project.open(folder, read_only=True) as project:
        assert project.is_read_only
        assert len(project.samples.summaries()) == 3
        assert_refused(project, make_face, "was opened for reading")
    assert files_of(folder) == before


def test_a_closed_one_says_that_it_is_closed(folder):
    project = Project.open(folder, read_only=True)
    project.close()
    project.close()
    with pytest.raises(ProjectError, match="has been closed"):
        project.samples.counts()


@pytest.mark.parametrize("index", ["there", "missing", "closed"])
def test_what_a_killed_program_stored_in_the_log_is_seen(folder, start_program, shelf, index):
    program = start_program(KILLED, folder)
    assert program.wait() == 0
    log, shared = folder / "project.sqlite-wal", folder / "project.sqlite-shm"
    assert log.stat().st_size > 0
    if index == "missing":
        shared.unlink()
    close_to_writers(folder)
    if index == "closed":
        shared.chmod(0)
    before = files_of(folder)
    with as_nobody(), Project.open(folder, read_only=None) as project:
        assert len(project.annotations.strokes(1)) == 4
        expected = everything_in(project)
        private = list((shelf / "private").iterdir())
        assert bool(private) == (index != "there")
        assert [path.stat().st_mode & 0o777 for path in private] == [0o700] * len(private)
    assert list((shelf / "private").iterdir()) == [], "the private copy is gone"
    assert files_of(folder) == before
    for path in (folder, *folder.iterdir()):
        path.chmod(0o777)
    with Project.open(folder) as project:
        assert everything_in(project) == expected


def test_a_file_that_ends_where_its_log_goes_on_is_read_whole(folder, start_program):
    """As a kill leaves it after the first pages of a log were put into the database."""
    path = folder / "project.sqlite"
    start_program(KILLED, folder).wait()
    with Project.open(folder, read_only=True) as project:
        expected = everything_in(project)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as whole:
        (pages,) = whole.execute("PRAGMA page_count").fetchone()
    assert pages * 4096 > path.stat().st_size, "the log holds pages that the file has not"
    shutil.copy(path.with_name(path.name + "-wal"), folder / "kept")
    with closing(sqlite3.connect(path)) as folded:
        folded.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.truncate(file.seek(0, 2) - 4096)  # the last page is in the log alone
    (folder / "kept").rename(path.with_name(path.name + "-wal"))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    close_to_writers(folder)
    with as_nobody(), Project.open(folder, read_only=None) as project:
        assert everything_in(project) == expected


@pytest.mark.parametrize("revision", ["0003", "0005"])
def test_an_older_archive_is_brought_up_to_date_in_a_private_copy(shelf, revision):
    folder = shelf / "project"
    folder.mkdir()
    packed = DATA / f"project_{revision}.sqlite.gz"
    (folder / "project.sqlite").write_bytes(gzip.decompress(packed.read_bytes()))
    shutil.copytree(folder, shelf / "upgraded")
    with Project.open(shelf / "upgraded") as project:
        expected = [project.annotations.load(s.id).landmarks.tobytes()
                    for s in project.samples.summaries()]  # fmt: skip
    close_to_writers(folder)
    before = files_of(folder)
    with as_nobody(), Project.open(folder, read_only=None) as project:
        assert project.home == folder
        found = [project.annotations.load(s.id).landmarks.tobytes()
                 for s in project.samples.summaries()]  # fmt: skip
        assert found == expected
        assert found
        with pytest.raises(ReadOnlyProject, match=str(folder)):
            project.images.add([])
    assert files_of(folder) == before
    assert list((shelf / "private").iterdir()) == []


def test_an_older_project_that_is_only_to_be_read_stays_as_it_is(tmp_path):
    SqliteEngine.create(str(tmp_path), revision="0002")
    before = files_of(tmp_path)
    with Project.open(tmp_path, read_only=True) as project:
        assert project.samples.summaries() == []
    assert files_of(tmp_path) == before


def test_a_newer_archive_is_refused_and_no_copy_left(folder, shelf):
    with closing(sqlite3.connect(folder / "project.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    close_to_writers(folder)
    with as_nobody(), pytest.raises(NewerProject, match="pip install --upgrade"):
        Project.open(folder, read_only=None)
    assert list((shelf / "private").iterdir()) == []


def test_damage_is_told_by_the_name_of_the_database_and_no_copy_left(folder, shelf, start_program):
    start_program(KILLED, folder).wait()
    (folder / "project.sqlite-shm").unlink()
    path = folder / "project.sqlite"
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = bytes(range(100))
    path.write_bytes(content)
    close_to_writers(folder)
    with as_nobody(), pytest.raises(DamagedProject, match=f"{path} is damaged"):
        Project.open(folder, read_only=None)
    assert list((shelf / "private").iterdir()) == []


def test_several_threads_read_at_once(folder):
    with Project.open(folder, read_only=True) as project:
        expected = everything_in(project)
        found: list[list[object]] = []
        threads = [
            threading.Thread(target=lambda: found.append(everything_in(project))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [expected] * 4


def test_a_log_that_may_not_be_read_is_told(folder, start_program):
    start_program(KILLED, folder).wait()
    close_to_writers(folder)
    (folder / "project.sqlite-wal").chmod(0)
    with as_nobody(), pytest.raises(ProjectUnavailable, match="ask for permission to read it"):
        Project.open(folder, read_only=None)


def no_folder(shelf: Path) -> AbstractContextManager[None]:
    (shelf / "private").chmod(0o555)
    return as_nobody()


@contextmanager
def a_full_disk(shelf: Path) -> Iterator[None]:
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        with as_nobody():
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("trouble", [no_folder, a_full_disk])
def test_no_room_for_a_private_copy_is_one_sentence(folder, shelf, start_program, trouble):
    start_program(KILLED, folder).wait()
    (folder / "project.sqlite-shm").unlink()
    close_to_writers(folder)
    with trouble(shelf), pytest.raises(ProjectUnavailable, match="set TMPDIR to a folder") as told:
        Project.open(folder, read_only=None)
    assert "\n" not in str(told.value)
    assert list((shelf / "private").iterdir()) == []


@pytest.mark.parametrize(
    ("names", "way"),
    [
        ({}, Way.ALONE),
        ({"-wal": b""}, Way.ALONE),
        ({"-shm": b"index"}, Way.ALONE),
        ({"-wal": b"log"}, Way.COPIED),
        ({"-journal": b"log"}, Way.COPIED),
        ({"-wal": b"log", "-shm": b""}, Way.SHARED),
        ({"-wal": b"", "-shm": b"index"}, Way.SHARED),
    ],
)
def test_how_a_database_is_read_depends_on_what_lies_beside_it(tmp_path, names, way):
    path = tmp_path / "project.sqlite"
    path.write_bytes(b"database")
    for suffix, content in names.items():
        path.with_name(path.name + suffix).write_bytes(content)
    assert found_at(path).way is way


def test_a_change_that_was_under_way_in_a_file_without_a_log_is_taken_back(folder, start_program):
    """Older kinds of journals hold what was there before: SQLite takes the half of it back."""
    path = folder / "project.sqlite"
    start_program(
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA journal_mode = DELETE')\n"
        "connection.execute('PRAGMA cache_size = 1')\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "connection.execute('DELETE FROM strokes')\n"
        "connection.execute('UPDATE annotations SET landmarks = zeroblob(5616)')\n"
        "connection.execute('CREATE TABLE filler AS SELECT zeroblob(100000)')\n"
        "os._exit(0)",
        path,
    ).wait()
    assert path.with_name(path.name + "-journal").stat().st_size > 0
    close_to_writers(folder)
    with as_nobody(), Project.open(folder, read_only=None) as project:
        assert len(project.annotations.strokes(1)) == 3


IN_A_MOUNT = """
import sys
from pathlib import Path
from annotator.project import Project, ReadOnlyProject

folder = Path(sys.argv[1])
try:
    Project.open(folder)
except ReadOnlyProject as error:
    print(error)
with Project.open(folder, read_only=None) as project:
    print(project.is_read_only, len(project.annotations.strokes(1)))
print(sorted(path.name for path in folder.iterdir()))
"""


@pytest.mark.parametrize("leftover", [False, True], ids=["complete", "with a log"])
def test_a_disk_that_is_mounted_read_only_is_read_also_by_root(folder, start_program, leftover):
    wrapped = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None:
        pytest.skip("needs Linux's unshare to mount a folder")
    if leftover:
        start_program(KILLED, folder).wait()
        (folder / "project.sqlite-shm").unlink()
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"'
    probe = subprocess.run([*wrapped, mount, "sh", str(folder)], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this system lets nobody mount a folder")
    ended = subprocess.run(
        [*wrapped, f'{mount} && exec "$2" -c "$3" "$1"', "sh",
         str(folder), sys.executable, IN_A_MOUNT],
        capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    refused, read, names = ended.stdout.splitlines()
    assert "is read-only: ask for permission" in refused
    assert read == f"True {4 if leftover else 3}"
    assert names == str(["project.sqlite", *(["project.sqlite-wal"] if leftover else [])])


def test_the_reader_does_all_that_the_protocol_asks(folder):
    with Project.open(folder, read_only=True) as project:
        assert type(project._engine) is SqliteReader
        with project.waiting_at_most(0):
            assert project.samples.stored_count() == 3


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_a_pipe_in_place_of_a_log_is_told_of_and_not_waited_for(folder, ending):
    os.mkfifo(folder / f"project.sqlite{ending}")
    with pytest.raises(DamagedProject, match="no file that SQLite made"):
        Project.open(folder, read_only=True)
