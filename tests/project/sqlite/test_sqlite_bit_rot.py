"""One bit that flips in any mesh is noticed before the mesh is used, and told of by its name."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import DamagedProject, Judgement, Project, Stroke, Verdict

PLACE = r"sample 1 \(face 1 of a\.jpg\) is damaged: the bytes of its {} are not those that were"
ACCEPTED = Judgement(Verdict.ACCEPT, "Rae")


class Blob(NamedTuple):
    """A column, and what it is called where sample 1 is damaged in it."""

    table: str
    column: str
    part: str


BLOBS = (
    Blob("predictions", "landmarks", "prediction"),
    Blob("annotations", "landmarks", "annotation"),
    Blob("annotations", "marks", "annotation"),
    Blob("strokes", "vertex_indices", "stroke 1"),
    Blob("strokes", '"before"', "stroke 1"),
    Blob("strokes", '"after"', "stroke 1"),
    Blob("strokes", "marks_before", "stroke 1"),
    Blob("strokes", "marks_after", "stroke 1"),
    Blob("strokes", "anchors_added", "anchors of stroke 1"),
    Blob("strokes", "anchors_removed", "anchors of stroke 1"),
)
DIGESTS = (
    Blob("predictions", "digest", "prediction"),
    Blob("annotations", "digest", "annotation"),
    Blob("strokes", "digest", "stroke 1"),
    Blob("strokes", "anchors_digest", "anchors of stroke 1"),
)


def change(path: Path, *statements: str) -> None:
    """Change a database by hand, past the triggers and checks that guard it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        for _, made in triggers:
            connection.execute(made)


def flip(path: Path, table: str, column: str, place: str = "sample_id = 1", at: int = 0) -> None:
    """Flip the lowest bit of a byte of a blob, counted from its beginning or its end."""
    with closing(sqlite3.connect(path)) as connection:
        ((blob,),) = connection.execute(f"SELECT {column} FROM {table} WHERE {place}")
    flipped = bytearray(blob)
    flipped[at] ^= 1
    change(path, f"UPDATE {table} SET {column} = x'{flipped.hex()}' WHERE {place}")


def stroke_on(annotation, by: float, **others) -> Stroke:
    at = np.array([3, 100, 200])
    before = annotation.landmarks[at]
    return Stroke("guided", at, before, before + np.float32([by, 1, 0]), **others)


def record(project: Project, *strokes: Callable[..., Stroke], sample_id: int = 1) -> None:
    annotation = project.annotations.load(sample_id)
    for make in strokes:
        annotation = project.annotations.record_stroke(
            sample_id, make(annotation), revision=annotation.revision, annotator="Ann"
        )


def everything(annotation) -> Stroke:
    marks = annotation.marks[[3, 100, 200]]
    marked = {"marks_before": marks, "marks_after": marks | 1}
    return stroke_on(annotation, 4, **marked, anchors_added=(3, 100), anchors_removed=(7,))


@pytest.fixture
def worked_on(predicted) -> Project:
    """Sample 1 has a stroke that fills every column, and all three are accepted."""
    record(predicted, everything)
    predicted.reviews.judge_all([1, 2, 3], ACCEPTED)
    return predicted


@pytest.fixture
def database(worked_on) -> Path:
    return worked_on.home / "project.sqlite"


def damaged(project: Project) -> list[tuple[int, int, str, str]]:
    found = project.samples.damaged()
    return [(each.sample_id, each.face_index, each.image_name, each.part) for each in found]


def redo_and_undo(project: Project) -> None:
    annotation = project.annotations.load(1)
    annotation = project.annotations.redo(1, revision=annotation.revision)
    project.annotations.undo(1, revision=annotation.revision)


USES: dict[str, Callable[[Project], object]] = {
    "a release or learning": lambda project: list(project.samples.accepted()),
    "an edit": lambda project: project.annotations.load(1),
    "another stroke": lambda project: project.annotations.record_stroke(
        1, Stroke("grab", [0], np.zeros((1, 3)), np.ones((1, 3))), revision=1, annotator="Ann"
    ),
    "undo": lambda project: project.annotations.undo(1, revision=1),
    "its strokes": lambda project: project.annotations.strokes(1),
    "a table": lambda project: project.to_dataframe(),
}


def test_nothing_is_damaged_in_a_sound_project(worked_on):
    assert damaged(worked_on) == []


@pytest.mark.parametrize("blob", BLOBS, ids=str)
def test_a_flipped_bit_in_any_blob_is_found(worked_on, database, blob):
    for at in (0, 1, -1):
        flip(database, blob.table, blob.column, at=at)
        assert damaged(worked_on) == [(1, 0, "a.jpg", blob.part)]
        flip(database, blob.table, blob.column, at=at)
        assert damaged(worked_on) == []


@pytest.mark.parametrize("blob", DIGESTS, ids=str)
def test_a_digest_that_is_damaged_or_gone_is_found_too(worked_on, database, blob):
    flip(database, blob.table, blob.column)
    assert damaged(worked_on) == [(1, 0, "a.jpg", blob.part)]
    change(database, f"UPDATE {blob.table} SET {blob.column} = NULL WHERE sample_id = 1")
    assert damaged(worked_on) == [(1, 0, "a.jpg", blob.part)]


@pytest.mark.parametrize("blob", BLOBS, ids=str)
def test_what_is_no_such_blob_at_all_ends_no_search(worked_on, database, blob):
    for value in ("'text'", "1.5", "x''"):
        change(database, f"UPDATE {blob.table} SET {blob.column} = {value} WHERE sample_id = 1")
        assert damaged(worked_on) == [(1, 0, "a.jpg", blob.part)]


@pytest.mark.parametrize("blob", BLOBS[:3], ids=str)
def test_a_damaged_mesh_is_used_for_nothing(worked_on, database, blob):
    flip(database, blob.table, blob.column)
    before = worked_on.version()
    for use in USES.values():
        with pytest.raises(DamagedProject, match=PLACE.format(blob.part)) as told:
            use(worked_on)
        assert str(told.value).endswith("; restore the project from a backup, or exclude sample 1")
    assert worked_on.version() == before


def test_what_is_no_number_any_more_is_named_like_all_other_damage(worked_on, database):
    nothing = "ff" * 5616
    change(database, f"UPDATE annotations SET landmarks = x'{nothing}' WHERE sample_id = 1")
    for use in USES.values():
        with pytest.raises(DamagedProject, match=PLACE.format("annotation")):
            use(worked_on)


def test_the_other_samples_go_on(worked_on, database):
    flip(database, "predictions", "landmarks")
    record(worked_on, lambda annotation: stroke_on(annotation, 2), sample_id=2)
    assert [face.sample_id for face in worked_on.samples.faces_of(1)] == [2]
    worked_on.reviews.judge_all([2], ACCEPTED)
    worked_on.reviews.exclude(1, reviewer="Rae")  # as the message says
    assert [sample.sample_id for sample in worked_on.samples.accepted()] == [2, 3]


def test_a_damaged_stroke_is_not_undone_and_those_after_it_are(worked_on, database):
    record(worked_on, lambda annotation: stroke_on(annotation, 2))
    flip(database, "strokes", '"before"', "sequence = 1")
    annotation = worked_on.annotations.undo(1, revision=2)
    before = annotation.landmarks.tobytes()
    with pytest.raises(DamagedProject, match=PLACE.format("stroke 1")) as told:
        worked_on.annotations.undo(1, revision=3)
    assert str(told.value).endswith("or edit on from here without it")
    annotation = worked_on.annotations.load(1)
    assert (annotation.revision, annotation.landmarks.tobytes()) == (3, before)
    record(worked_on, lambda annotation: stroke_on(annotation, 5))


def test_a_damaged_stroke_is_not_made_again(worked_on, database):
    before = worked_on.annotations.undo(1, revision=1)
    flip(database, "strokes", '"after"')
    with pytest.raises(DamagedProject, match=PLACE.format("stroke 1")):
        worked_on.annotations.redo(1, revision=2)
    after = worked_on.annotations.load(1)
    assert after.landmarks.tobytes() == before.landmarks.tobytes()
    assert after.revision == 2


def test_damaged_anchors_keep_a_sample_from_being_edited(worked_on, database):
    flip(database, "strokes", "anchors_added")
    with pytest.raises(DamagedProject, match=PLACE.format("anchors of stroke 1")):
        worked_on.annotations.load(1)
    assert len(list(worked_on.samples.accepted())) == 3  # a release holds no anchors


SWAPPED = {
    "predictions": ("landmarks", "digest"),
    "annotations": ("landmarks", "marks", "digest"),
    "strokes": (*(blob.column for blob in BLOBS if blob.part == "stroke 1"), "digest"),
}


@pytest.mark.parametrize("table", SWAPPED)
def test_meshes_that_were_swapped_are_noticed_though_each_is_whole(worked_on, database, table):
    record(worked_on, everything, sample_id=2)
    for column in SWAPPED[table]:
        swap(database, table, column)
    part = "stroke 1" if table == "strokes" else table.removesuffix("s")
    assert damaged(worked_on) == [(1, 0, "a.jpg", part), (2, 1, "a.jpg", part)]


def swap(database: Path, table: str, column: str) -> None:
    """Swap a column of samples 1 and 2."""
    with closing(sqlite3.connect(database)) as connection:
        query = f"SELECT {column} FROM {table} WHERE sample_id < 3 ORDER BY sample_id"
        values = [value for (value,) in connection.execute(query)]
    for sample_id, value in zip((2, 1), values, strict=True):
        written = f"x'{value.hex()}'"
        change(database, f"UPDATE {table} SET {column} = {written} WHERE sample_id = {sample_id}")


def test_an_annotation_of_another_samples_prediction_is_noticed(worked_on, database):
    change(database, "UPDATE annotations SET prediction_id = 2 WHERE sample_id = 3")
    assert damaged(worked_on) == [(3, 0, "b.jpg", "annotation")]
    with pytest.raises(DamagedProject, match=r"sample 3 .*bytes of its annotation"):
        worked_on.annotations.load(3)


def test_a_damaged_prediction_of_another_model_keeps_nobody_from_work(
    worked_on, database, make_face
):
    model = worked_on.models.register(ModelInfo("retrained", "2" * 64, FACE_468))
    worked_on.predictions.store(model, [(1, [make_face(100, 100)])])
    flip(database, "predictions", "landmarks", "sample_id = 1 AND model_id = 2")
    assert damaged(worked_on) == [(1, 0, "a.jpg", "prediction by retrained")]
    record(worked_on, lambda annotation: stroke_on(annotation, 5))


def test_a_bit_that_flips_in_the_file_itself_is_named(worked_on, database):
    prediction = worked_on.annotations.load(3).prediction.tobytes()
    worked_on.close()
    content = bytearray(database.read_bytes())
    content[content.index(prediction[:48]) + 20] ^= 0x10
    database.write_bytes(content)
    with Project.open(database.parent) as project:  # no check of SQLite's sees it
        assert damaged(project) == [(3, 0, "b.jpg", "prediction")]
        with pytest.raises(DamagedProject, match=r"sample 3 \(face 1 of b\.jpg\)"):
            list(project.samples.accepted())
