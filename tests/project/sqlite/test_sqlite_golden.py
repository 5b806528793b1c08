"""Projects that earlier versions left, opened by this one: see ``data/README.md``."""

import gzip
import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.project import (
    Annotation,
    DamagedProject,
    Project,
    SampleSummary,
    StrokeRecord,
    UnknownRevision,
)
from annotator.system.assets import asset_path

DATA = Path(__file__).parents[1] / "data"
REVISIONS = ("0003", "0004", "0005", "0006", "0007")


@pytest.fixture(params=REVISIONS)
def revision(request: pytest.FixtureRequest) -> str:
    """The schema that the earlier version knew."""
    return str(request.param)


@pytest.fixture
def expected(revision: str) -> dict[str, Any]:
    """What the earlier version read in its project."""
    return dict(json.loads(as_called_now((DATA / f"project_{revision}.json").read_text("utf-8"))))


def as_called_now(text: str) -> str:
    """Return what an earlier version read in the words of this one: it rejected samples."""
    return text.replace('"rejected"', '"sent_back"').replace('"reject"', '"send_back"')


@pytest.fixture
def older(tmp_path: Path, revision: str, expected: dict[str, Any]) -> Path:
    """The project's folder, with its photographs."""
    folder = tmp_path / "project"
    (folder / "images").mkdir(parents=True)
    for name in {sample["image"] for sample in expected["samples"].values()}:
        shutil.copy(asset_path("datasets", "sample") / name, folder / "images" / name)
    original(folder, revision)
    return folder


def original(folder: Path, revision: str) -> Path:
    """Put the database into a folder and return its path."""
    path = folder / "project.sqlite"
    path.write_bytes(gzip.decompress((DATA / f"project_{revision}.sqlite.gz").read_bytes()))
    return path


def digest(array: np.ndarray | None) -> str | None:
    return array if array is None else hashlib.sha256(np.ascontiguousarray(array)).hexdigest()


def state_of(annotation: Annotation) -> list[object]:
    return [digest(annotation.landmarks), digest(annotation.marks), list(annotation.anchors)]


def shown(sample: SampleSummary) -> dict[str, object]:
    found = {name: getattr(sample, name) for name in SampleSummary._fields}
    return found | {
        "image": sample.image_name,
        "state": sample.state.value,
        "strokes": sample.stroke_count,
        "box": list(sample.box),
    }


def stored(annotation: Annotation) -> dict[str, object]:
    return {
        "landmarks": digest(annotation.landmarks),
        "prediction": digest(annotation.prediction),
        "marks": digest(annotation.marks),
        "anchors": list(annotation.anchors),
        "revision": annotation.revision,
        "can_undo": annotation.can_undo,
        "can_redo": annotation.can_redo,
    }


def stroke(record: StrokeRecord) -> list[object]:
    return [
        record.tool,
        record.annotator,
        record.undone,
        record.created_at.isoformat(),
        digest(record.vertex_indices),
        digest(record.before),
        digest(record.after),
        digest(record.marks_before),
        digest(record.marks_after),
        list(record.anchors_added),
        list(record.anchors_removed),
    ]


def verdicts(project: Project, sample_id: int) -> list[list[object]]:
    return [
        [
            review.verdict.value,
            review.reviewer,
            list(review.reasons),
            review.comment,
            review.created_at.isoformat(),
            review.revision,
        ]
        for review in project.reviews.history(sample_id)
    ]


def test_every_sample_of_an_older_project_is_what_it_was(older, expected):
    with Project.open(older) as project:
        samples = project.samples.summaries()
        assert {str(sample.id) for sample in samples} == set(expected["samples"])
        for sample in samples:
            annotation = project.annotations.load(sample.id)
            assert annotation.layout is FACE_468
            found = {
                **shown(sample),
                **stored(annotation),
                "history": verdicts(project, sample.id),
                "records": [stroke(each) for each in project.annotations.strokes(sample.id)],
            }
            read = expected["samples"][str(sample.id)]
            assert {name: found[name] for name in read if name != "trail"} == {
                name: value for name, value in read.items() if name != "trail"
            }


def test_redo_and_undo_lead_through_every_state_that_they_led_through(older, expected):
    with Project.open(older) as project:
        for number, read in expected["samples"].items():
            annotation = project.annotations.load(int(number))
            trail = []
            for step, can in (("redo", "can_redo"), ("undo", "can_undo")):
                while getattr(annotation, can):
                    change = getattr(project.annotations, step)
                    annotation = change(int(number), revision=annotation.revision)
                    trail.append(state_of(annotation))
            assert trail == read["trail"], number


def test_the_images_of_an_older_project_are_pictures_without_frames(older):
    with Project.open(older) as project:
        for sample in project.samples.summaries():
            assert sample.frame is None
            record = project.images.get(sample.image_id)
            assert record.picture == sample.picture
            assert record.picture.content_hash() == record.sha256


@pytest.mark.parametrize("revision", ["0004", "0005", "0006", "0007"], indirect=True)
def test_the_images_failures_and_visits_of_an_older_project_are_what_they_were(older, expected):
    with Project.open(older) as project:
        records = [project.images.get(1 + at) for at in range(len(expected["images"]))]
        found = [[each.name, each.sha256, each.width, each.height, each.frame] for each in records]
        assert found == expected["images"]
        failed = [[each.path.name, each.reason] for each in project.images.failed()]
        assert failed == expected["failed"]
        visits = [
            [
                visit.annotator,
                visit.started_at.isoformat(),
                visit.seconds,
                visit.strokes,
                visit.purpose.value,
            ]
            for visit in project.visits.history(1)
        ]
        read = expected["visits"]
        assert [visit[: len(read[0])] for visit in visits] == read  # 0004 knew no purposes
        assert project.samples.last_change() >= max(map(int, expected["samples"]))


@pytest.mark.parametrize("revision", ["0005"], indirect=True)
def test_what_was_taken_out_of_a_project_of_0005_comes_back_as_it_was(older, expected):
    with Project.open(older) as project:
        (removed,) = project.removals.all()
        kept = removed.kept
        assert [
            [removed.image.name, kept.faces, kept.edited, kept.strokes, kept.verdicts]
        ] == expected["removed"]
        project.removals.restore([removed.image.id])
        assert stored(project.annotations.load(3)) == expected["restored"]


def test_no_mesh_of_an_older_project_is_damaged_and_all_have_digests(older):
    with Project.open(older) as project:
        assert list(project.samples.damaged()) == []
    for mesh in ("predictions.landmarks", "annotations.landmarks", "strokes.vertex_indices"):
        table = mesh.split(".", maxsplit=1)[0]
        query = f"SELECT count(*) FROM {table} WHERE {mesh} IS NOT NULL AND digest IS NULL"
        with closing(sqlite3.connect(older / "project.sqlite")) as connection:
            assert connection.execute(query).fetchone() == (0,)


@pytest.mark.parametrize("revision", ["0005"], indirect=True)
def test_bringing_a_project_of_0005_up_to_date_is_no_change_of_its_samples(older):
    def numbers() -> list[tuple[int, int]]:
        with closing(sqlite3.connect(older / "project.sqlite")) as connection:
            return connection.execute("SELECT * FROM sample_changes ORDER BY 1").fetchall()

    before = numbers()
    Project.open(older).close()
    assert numbers() == before


@pytest.mark.usefixtures("failing_upgrade")
@pytest.mark.parametrize("revision", ["0005"], indirect=True)
def test_an_upgrade_from_0005_that_is_interrupted_leaves_it_as_it_was(older):
    path = older / "project.sqlite"
    before = tables(path)
    with pytest.raises(DamagedProject, match="cannot be brought up to date"):
        Project.open(older)
    assert tables(path) == before


@pytest.mark.parametrize("revision", ["0005"], indirect=True)
def test_a_mesh_that_is_no_blob_is_brought_up_to_date_as_damaged(older):
    path = older / "project.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE annotations SET landmarks = 'text' WHERE sample_id = 1")
        connection.execute("UPDATE annotations SET revision = 'text' WHERE sample_id = 2")
        connection.commit()
    with Project.open(older) as project:
        found = [(mesh.sample_id, mesh.part) for mesh in project.samples.damaged()]
        assert found == [(1, "annotation"), (2, "annotation")]


def test_a_copy_of_the_older_database_is_kept(older, revision, expected):
    Project.open(older).close()
    (backup,) = older.glob(f"project.before-upgrade-{revision}-*.sqlite")
    assert tables(backup) == tables(original(older.parent, revision))
    shutil.move(backup, older / "project.sqlite")
    with Project.open(older) as project:
        assert len(project.samples.summaries()) == len(expected["samples"])


@pytest.mark.usefixtures("failing_upgrade")
@pytest.mark.parametrize("revision", ["0004"], indirect=True)
def test_an_upgrade_from_0004_that_is_interrupted_leaves_it_as_it_was(older, revision):
    path = older / "project.sqlite"
    before = tables(path)
    with pytest.raises(DamagedProject, match="cannot be brought up to date"):
        Project.open(older)
    assert tables(path) == before == tables(original(older.parent, revision))


def tables(database: Path) -> list[str]:
    """Return all that is in a database, as statements that make it."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("revision", ["0006"], indirect=True)
def test_what_two_models_said_in_a_project_of_0006_is_what_they_said(older, expected):
    with Project.open(older) as project:
        first = project.rounds.current()
        assert first is not None
        assert (first.number, first.model.name) == (1, "face_landmark")
        found = sorted(
            [sample.id, each.model.name, digest(each.landmarks)]
            for sample in project.samples.summaries()
            for each in project.predictions.of(sample.id).every
        )
        assert found == sorted(read[:3] for read in expected["predictions"])
        assert {sample.round_change for sample in project.samples.summaries()} == {None}
    with closing(sqlite3.connect(older / "project.sqlite")) as connection:
        digests = connection.execute("SELECT hex(digest) FROM predictions ORDER BY id").fetchall()
    assert [each.lower() for (each,) in digests] == [read[3] for read in expected["predictions"]]


@pytest.mark.usefixtures("failing_upgrade")
@pytest.mark.parametrize("revision", ["0006"], indirect=True)
def test_an_upgrade_from_0006_that_is_interrupted_leaves_it_as_it_was(older):
    path = older / "project.sqlite"
    before = tables(path)
    with pytest.raises(DamagedProject, match="cannot be brought up to date"):
        Project.open(older)
    assert tables(path) == before


@pytest.mark.parametrize("revision", ["0007"], indirect=True)
def test_what_was_rejected_in_a_project_of_0007_is_sent_back_and_all_verdicts_are_logged(
    older, expected
):
    with Project.open(older) as project:
        assert project.samples.get(3).state == "sent_back"
        assert project.settings.all()["review"] == "alone"
        assert [[r.number, r.model.name] for r in project.rounds.all()] == [
            each[:2] for each in expected["rounds"]
        ]
        entries = list(project.audit.entries())
        told = [[each.what, each.who, each.at.isoformat()] for each in entries if each.sample_id]
        shown = {sample.id for sample in project.samples.summaries()}
        given = sorted(
            [review[0], review[1], review[4]]
            for sample_id in shown
            for review in verdicts(project, sample_id)
        )
        logged = [one for one, of in zip(told, entries, strict=True) if of.sample_id in shown]
        assert sorted(logged) == given
        (rejected,) = [each for each in entries if each.sample_id == 3]
        assert rejected.detail == {
            "comment": "eyes hidden",
            "reasons": ["blurred", "other"],
            "revision": rejected.detail["revision"],
        }


@pytest.mark.parametrize("revision", ["0007"], indirect=True)
def test_revisions_of_a_project_of_0007_are_those_that_are_known_for_certain(older):
    with Project.open(older) as project:
        # Nothing but strokes ever changed sample 2; of sample 1 one was undone.
        now = project.annotations.load(2)
        assert [each.revision for each in project.annotations.made(2)] == [1, 2, 3]
        assert np.array_equal(project.annotations.at_revision(2, 0).landmarks, now.prediction)
        assert np.array_equal(project.annotations.at_revision(2, 3).landmarks, now.landmarks)
        assert project.annotations.made(1) == []
        with pytest.raises(UnknownRevision, match="edited with an earlier version"):
            project.annotations.at_revision(1, 2)
        project.annotations.undo(1, revision=5, by="Ada")
        before = project.annotations.at_revision(1, 5)
        assert np.array_equal(before.landmarks, project.annotations.redo(1, revision=6).landmarks)


@pytest.mark.parametrize("revision", ["0007"], indirect=True)
def test_ids_that_were_deleted_for_good_before_an_upgrade_do_not_come_back_after_it(older):
    with closing(sqlite3.connect(older / "project.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'samples'")
    with Project.open(older) as project:
        faces = [sample.id for sample in project.samples.summaries()]
        assert project.opinions.ask([(faces[0], "ann")]) == [1001]


@pytest.mark.usefixtures("failing_upgrade")
@pytest.mark.parametrize("revision", ["0007"], indirect=True)
def test_an_upgrade_from_0007_that_is_interrupted_leaves_it_as_it_was(older):
    path = older / "project.sqlite"
    before = tables(path)
    with pytest.raises(DamagedProject, match="cannot be brought up to date"):
        Project.open(older)
    assert tables(path) == before
