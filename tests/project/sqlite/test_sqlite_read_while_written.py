"""Projects that are only read while somebody else, who may, writes to them."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing

import numpy as np
import pytest

from annotator.project import Project, ProjectBusy, ProjectUnavailable, ReadOnlyProject
from tests.rights import as_nobody, as_owner, close_to_writers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders have POSIX permissions")


def test_what_somebody_else_writes_meanwhile_is_seen(folder, edit):
    """A share that is read-only for one of us only."""
    with Project.open(folder) as writer:
        edit(writer, 1)  # the log is there, and its index
        close_to_writers(folder, file_mode=0o644)
        with as_nobody():
            reader = Project.open(folder, read_only=None)
            before = reader.version()
            assert len(reader.annotations.strokes(1)) == 4
        edit(writer, 1, 2)
        with as_nobody():
            assert len(reader.annotations.strokes(1)) == 6
            assert reader.version() != before
            with pytest.raises(ReadOnlyProject):
                reader.removals.remove([1])
    with as_nobody():
        assert len(reader.annotations.strokes(1)) == 6, "the writer has gone"
    reader.close()


def test_what_somebody_wrote_unseen_by_any_lock_is_not_used(folder, edit):
    folder.chmod(0o555)
    with as_nobody():
        reader = Project.open(folder, read_only=None)
        before = reader.version()
        with (
            pytest.raises(ProjectBusy, match="try again in a moment"),
            reader._engine.reading(),
            as_owner(),
            Project.open(folder) as writer,
        ):
            edit(writer, 1)
        assert len(reader.annotations.strokes(1)) == 4
        assert reader.version() != before
        reader.close()


def test_a_database_that_another_one_replaced_is_read(folder, edit, shelf):
    reader = Project.open(folder, read_only=True)
    assert len(reader.annotations.strokes(1)) == 3
    shutil.copytree(folder, shelf / "restored")
    with Project.open(shelf / "restored") as other:
        edit(other, 1, 4)
    (shelf / "restored" / "project.sqlite").replace(folder / "project.sqlite")
    assert len(reader.annotations.strokes(1)) == 7
    (folder / "project.sqlite").unlink()
    with pytest.raises(ProjectUnavailable, match="has vanished: put it back"):
        reader.samples.counts()
    reader.close()


def test_a_schema_that_somebody_changes_meanwhile_is_not_read(folder):
    with Project.open(folder, read_only=True) as reader:
        assert reader.samples.stored_count() == 3
        with closing(sqlite3.connect(folder / "project.sqlite", isolation_level=None)) as other:
            other.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(ProjectUnavailable, match="open the project again"):
            reader.samples.counts()


# Opens, changes and closes a project again and again: each time the log is put into the file.
BUSY_WRITER = """
import sys
import numpy as np
from annotator.project import Project, Stroke

everywhere = np.arange(468)
for _ in range(int(sys.argv[2])):
    with Project.open(sys.argv[1]) as project:
        for sample_id in (1, 2, 3):
            annotation = project.annotations.load(sample_id)
            stroke = Stroke("grab", everywhere, annotation.landmarks, annotation.landmarks + 1)
            project.annotations.record_stroke(
                sample_id, stroke, revision=annotation.revision, annotator="Ann"
            )
print("done")
"""


def test_nothing_torn_is_read_while_somebody_opens_writes_and_closes(folder, start_program):
    """Every mesh that is read is one that was stored, with as many strokes as made it."""
    rounds = 12
    with Project.open(folder) as project:
        start = {i: project.annotations.load(i) for i in (1, 2, 3)}
    program = start_program(BUSY_WRITER, folder, rounds)
    read = busy = 0
    reader = Project.open(folder, read_only=True)
    while program.poll() is None:
        for sample_id, first in start.items():
            try:
                now = reader.annotations.load(sample_id)
            except ProjectBusy:
                busy += 1
                continue
            read += 1
            made = now.revision - first.revision
            expected = first.landmarks
            for _ in range(made):
                expected = expected + np.float32(1)
            np.testing.assert_array_equal(now.landmarks, expected)
    assert read
    assert program.communicate()[0] == "done\n"
    for sample_id, first in start.items():
        assert reader.annotations.load(sample_id).revision == first.revision + rounds
    reader.close()
