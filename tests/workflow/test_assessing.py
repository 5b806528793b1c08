"""Assessing in bulk: each photograph once, what was done kept whatever ends it, the rest told."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import Picture
from annotator.inference import FaceMesh, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Assessment, Project, ReadOnlyProject
from annotator.project.strokes import Stroke
from annotator.quality.shape_prior import LEAST_MESHES
from annotator.quality.signals import SIGNALS
from annotator.system.assets import asset_path
from annotator.workflow import assess, assessor_for, import_images, preannotate
from annotator.workflow.image_files import inspect_picture

SAMPLES = asset_path("datasets", "sample")
INFO = ModelInfo("face_landmark", "1" * 64, FACE_468)


class Counting:
    """An assessor that costs nothing, and notes what it was shown."""

    info, version, signals = INFO, 1, ("blur",)

    def __init__(self):
        self.seen = []

    def assess(self, faces, photograph):
        self.seen.append((tuple(face.sample_id for face in faces), photograph.shape))
        return [
            Assessment(f.sample_id, f.prediction_id, f.revision, 0.05, {"blur": 0.5})
            for f in faces
            if f.is_due
        ]


@pytest.fixture
def project(tmp_path, new_project):
    with new_project(tmp_path / "project") as created:
        yield created


def crowd(project: Project, count: int, *, faces: int = 2) -> list[Path]:
    """Fill a project with photographs of so many faces each, all files being small ones."""
    folder = project.home.parent / "photos"
    folder.mkdir()
    mesh = FACE_468.topology.vertices * [1, -1, 1] + [20, 15, 0]
    paths = [folder / f"{number:04}.png" for number in range(count)]
    for number, path in enumerate(paths):
        Image.new("RGB", (40, 30), (number % 256, number // 256, 9)).save(path)
    project.images.add([inspect_picture(Picture(path)) for path in paths])
    model = project.models.register(INFO)
    found = [Face(mesh + np.float32([30 * at, 0, 0])) for at in range(faces)]
    project.predictions.store(model, [(number, found) for number in range(1, count + 1)])
    return paths


class Face:
    presence, detection_score = 0.9, 0.8

    def __init__(self, landmarks):
        self.landmarks = landmarks.astype(np.float32)


def test_a_photograph_is_decoded_once_for_all_its_faces(project):
    crowd(project, 3)
    counting = Counting()
    *_, last = assess(project, counting, workers=1)
    assert counting.seen == [((at, at + 1), (30, 40, 3)) for at in (1, 3, 5)]
    assert (last.done, last.total, last.faces, last.failed) == (3, 3, 6, 0)
    assert project.assessments.columns().doubt.tolist() == [0.05] * 6


def test_nothing_is_left_to_do_once_it_was_done(project):
    crowd(project, 2)
    list(assess(project, Counting()))
    counting = Counting()
    assert list(assess(project, counting)) == []
    assert counting.seen == []


def test_again_does_it_again(project):
    crowd(project, 2)
    list(assess(project, Counting()))
    counting = Counting()
    list(assess(project, counting, again=True))
    assert len(counting.seen) == 2


def test_a_run_that_is_closed_keeps_what_it_did(project):
    crowd(project, 5, faces=1)
    run = assess(project, Counting(), workers=1)
    for _ in range(3):
        next(run)
    run.close()
    assert project.assessments.columns().sample_ids.tolist() == [1, 2, 3]
    counting = Counting()
    *_, last = assess(project, counting)
    assert [ids for ids, _ in counting.seen] == [(4,), (5,)]
    assert last.total == 2


def test_photographs_that_fail_are_told_and_the_rest_goes_on(project):
    gone, broken, other, sound = crowd(project, 4, faces=1)
    gone.unlink()
    broken.write_bytes(broken.read_bytes()[:40])
    Image.new("RGB", (40, 30), "white").save(other)
    told = [step.failure for step in assess(project, Counting()) if step.failure]
    assert [failure.path for failure in told] == [gone, broken, other]
    assert "changed since it was added" in told[2].reason
    assert project.assessments.columns().sample_ids.tolist() == [4]
    assert sound.exists()
    assert project.images.failed() == []  # of the photographs, nothing is changed
    *_, last = assess(project, Counting())
    assert (last.total, last.failed) == (3, 3)  # they stay due


def test_a_damaged_mesh_is_told_and_the_rest_goes_on(project):
    crowd(project, 2, faces=1)
    project.close()
    with closing(sqlite3.connect(project.home / "project.sqlite")) as connection:
        (trigger,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'predictions_refuse_update'"
        ).fetchone()
        connection.execute("DROP TRIGGER predictions_refuse_update")
        connection.execute("UPDATE predictions SET digest = zeroblob(8) WHERE id = 1")
        connection.execute(trigger)
        connection.commit()
    with Project.open(project.home) as opened:
        steps = list(assess(opened, Counting()))
        assert [step.failure.reason for step in steps if step.failure] == [
            "sample 1 (face 1 of 0000.png) is damaged: the bytes of its prediction are not those "
            "that were stored"
        ]
        assert (steps[-1].done, steps[-1].faces) == (2, 1)


def test_a_photograph_deleted_for_good_meanwhile_does_not_end_a_run(project):
    crowd(project, 3, faces=1)
    run = assess(project, Counting(), workers=1)
    next(run)
    with Project.open(project.home) as other:
        other.removals.remove([1, 2])
        other.removals.delete([1, 2])
    *_, last = run
    assert last.done == 3
    assert project.assessments.columns().sample_ids.tolist() == [3]


def test_nothing_can_be_assessed_where_nothing_may_be_written(project):
    crowd(project, 1)
    project.close()
    with Project.open(project.home, read_only=True) as opened, pytest.raises(ReadOnlyProject):
        next(assess(opened, Counting()))


def test_a_stroke_is_stored_while_assessing_goes_on(project):
    crowd(project, 200, faces=1)
    went, stop = [], threading.Event()

    def annotate():
        with Project.open(project.home) as other:
            while not stop.is_set():
                mesh = other.annotations.load(200)
                moved = Stroke("grab", [1], mesh.landmarks[[1]], mesh.landmarks[[1]] + 1)
                other.annotations.record_stroke(200, moved, revision=mesh.revision, annotator="Ann")
                went.append(mesh.revision)

    annotator = threading.Thread(target=annotate)
    annotator.start()
    try:
        while not went:
            time.sleep(0.01)
        for step in assess(project, Counting()):
            before = len(went)
            while len(went) == before and step.done < 5:  # or the test ends by its limit
                time.sleep(0.01)
    finally:
        stop.set()
        annotator.join()
    assert len(project.assessments.columns().sample_ids) == 200


KILLED = """
import sys
from annotator.project import Project
from annotator.workflow import assess
from tests.workflow.test_assessing import Counting

with Project.open(sys.argv[1]) as project:
    for step in assess(project, Counting(), workers=2):
        print(step.done, flush=True)
        if step.done == 150:
            sys.stdin.read()  # until it is killed
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_run_that_is_killed_goes_on_where_it_was(project):
    crowd(project, 300, faces=1)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(project.home)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        for line in child.stdout:
            if int(line) == 150:
                break
        child.send_signal(signal.SIGKILL)
    done = project.assessments.columns().sample_ids.tolist()
    assert 128 <= len(done) < 300
    counting = Counting()
    list(assess(project, counting, workers=1))
    again = [sample_id for ids, _ in counting.seen for sample_id in ids]
    assert sorted([*done, *again]) == list(range(1, 301))


# --- with the real signals -------------------------------------------------------------------


@pytest.fixture(scope="module")
def face_mesh():
    return FaceMesh.load(small_faces=False)


@pytest.fixture
def portraits(project, face_mesh, tmp_path):
    """A project with two portraits."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("collins.jpg", "hopper.jpg"):
        shutil.copy(SAMPLES / name, photos)
    import_images(project, [photos])
    list(preannotate(project, face_mesh))
    return project


def test_the_signals_of_all_faces_are_stored(portraits, face_mesh):
    assessor = assessor_for(portraits, face_mesh)
    *_, last = assess(portraits, assessor)
    assert last.faces == len(portraits.samples.summaries()) == 2
    for sample in portraits.samples.summaries():
        found = portraits.assessments.of(sample.id)
        assert tuple(found.signals) == SIGNALS
        assert 0 < found.doubt < 1
        assert found.signals["presence"] == pytest.approx(sample.presence)
        assert found.spread.shape == (468,)
        assert np.mean(found.spread) == pytest.approx(found.signals["spread"], rel=1e-2)


def test_what_is_known_of_a_prediction_is_kept_after_an_edit(portraits, face_mesh):
    list(assess(portraits, assessor_for(portraits, face_mesh)))
    before = portraits.assessments.of(1)
    mesh = portraits.annotations.load(1)
    moved = Stroke("grab", [1], mesh.landmarks[[1]], mesh.landmarks[[1]] + 9)
    portraits.annotations.record_stroke(1, moved, revision=0, annotator="Ann")
    *_, last = assess(portraits, assessor_for(portraits, face_mesh))
    after = portraits.assessments.of(1)
    assert last.faces == 1
    assert (before.revision, after.revision) == (0, 1)
    assert after.doubt == before.doubt
    assert after.spread.tobytes() == before.spread.tobytes()


def test_usual_shapes_are_told_by_the_accepted_samples(project, face_mesh):
    crowd(project, LEAST_MESHES, faces=1)
    assert assessor_for(project, face_mesh).prior.count == 0
    project.reviews.give("accept", range(1, LEAST_MESHES + 1), reviewer="Rae")
    assert assessor_for(project, face_mesh).prior.count == LEAST_MESHES
