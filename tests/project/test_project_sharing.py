"""Programs that are killed, and programs and threads that work at the same time."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from annotator.project.errors import StaleAnnotation
from annotator.project.project import Project
from annotator.project.records import Verdict

DRAW_FOREVER = """
import sys
import numpy as np
from annotator.project.project import Project
from annotator.project.strokes import Stroke
project = Project.open(sys.argv[1])
annotation = project.annotations.load(1)
while True:
    indices = np.arange(annotation.revision % 400, annotation.revision % 400 + 50)
    before = annotation.landmarks[indices]
    stroke = Stroke("grab", indices, before, before + np.float32(0.1))
    annotation = project.annotations.record_stroke(
        1, stroke, revision=annotation.revision, annotator="Ann"
    )
    print(annotation.revision, flush=True)
"""

# Told to "wait", programs stay before their last batch until they are killed, however late.
PREDICT = """
import os
import sys
import threading
import time
import numpy as np
from types import SimpleNamespace
from annotator.mesh.layout import FACE_468
from annotator.project.project import Project
project = Project.open(sys.argv[1])
model = project.models.register(SimpleNamespace(name="m", sha256="3" * 64, layout=FACE_468))
pending = project.images.pending(model)
rng = np.random.default_rng(0)
while pending:
    batch, pending = pending[:4], pending[4:]
    if not pending and sys.argv[2:] == ["wait"]:
        os.close(1)
        threading.Event().wait()
    faces = [
        SimpleNamespace(
            landmarks=rng.uniform(0, 50, (468, 3)).astype("f4") + np.float32([1000 * face, 0, 0]),
            presence=1.0,
            detection_score=1.0,
        )
        for face in range(2)
    ]
    project.predictions.store(model, [(image.id, faces) for image in batch])
    print(len(pending), flush=True)
    time.sleep(0.005)  # leave time to be killed
"""

IMPORT = """
import os
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path
from annotator.project.project import Project
from annotator.project.image_records import NewImage
project = Project.open(sys.argv[1])
for start in range(0, 400, 4):
    names = [f"new{index}.jpg" for index in range(start, start + 4)]
    if start == 396 and sys.argv[2:] == ["wait"]:
        os.close(1)
        threading.Event().wait()
    project.images.add(
        NewImage(Path(name), sha256(name.encode()).hexdigest(), 10, 10) for name in names
    )
    print(start, flush=True)
    time.sleep(0.005)  # leave time to be killed
"""


def kill_after(process, lines: int) -> str:
    """Let a program print some lines, kill it, and return the last line it printed."""
    for _ in range(lines):
        process.stdout.readline()
    process.kill()  # SIGKILL: no handler, no clean-up
    rest = process.stdout.read().split()
    process.wait()
    return rest[-1] if rest else ""


def replayed(project, sample_id):
    """Apply the strokes in effect to the prediction."""
    landmarks = project.annotations.load(sample_id).prediction.copy()
    for record in project.annotations.strokes(sample_id):
        assert landmarks[record.vertex_indices].tobytes() == record.before.tobytes()
        landmarks[record.vertex_indices] = record.after
    return landmarks


def test_a_killed_program_loses_no_stroke_that_was_recorded(predicted, start_program):
    predicted.close()
    random_source = random.Random(5)
    for _ in range(5):
        process = start_program(DRAW_FOREVER, predicted.address)
        last = kill_after(process, random_source.randint(1, 40))
        with Project.open(predicted.address) as project:
            annotation = project.annotations.load(1)
            if last:  # at most the stroke whose number was not printed any more comes on top
                assert annotation.revision - int(last) in (0, 1)
            records = project.annotations.strokes(1)
            assert len(records) == annotation.revision == project.samples.get(1).stroke_count
            assert annotation.landmarks.tobytes() == replayed(project, 1).tobytes()


def test_a_killed_prediction_resumes_with_nothing_twice(project, new_image, start_program):
    project.images.add(new_image(project.home / f"{i}.jpg") for i in range(200))
    for lines in (1, 7):
        kill_after(start_program(PREDICT, project.address, "wait"), lines)
    interrupted = len(project.samples.summaries())
    assert 0 < interrupted < 400
    assert start_program(PREDICT, project.address).wait() == 0
    faces = Counter(summary.image_id for summary in project.samples.summaries())
    assert faces == dict.fromkeys(range(1, 201), 2)


def test_a_killed_import_resumes_with_nothing_twice(project, start_program):
    kill_after(start_program(IMPORT, project.address, "wait"), 5)
    assert 0 < project.images.count() < 400
    process = start_program(IMPORT, project.address)
    process.communicate()
    assert project.images.count() == 400


def test_two_windows_never_overwrite_each_other_silently(predicted, draw):
    with Project.open(predicted.address) as other:
        mine, theirs = predicted.annotations.load(1), other.annotations.load(1)
        other.annotations.record_stroke(1, draw(theirs), revision=0, annotator="Bob")
        with pytest.raises(StaleAnnotation):
            predicted.annotations.record_stroke(1, draw(mine), revision=0, annotator="Ann")
        mine = predicted.annotations.load(1)
        predicted.annotations.record_stroke(1, draw(mine), revision=1, annotator="Ann")
        assert [record.annotator for record in other.annotations.strokes(1)] == ["Bob", "Ann"]


def test_many_threads_and_two_windows_racing_for_a_sample_lose_no_stroke(predicted, draw):
    with Project.open(predicted.address) as other:

        def work(worker: int) -> int:
            project = (predicted, other)[worker % 2]
            written = 0
            while written < 10:
                annotation = project.annotations.load(1)
                stroke = draw(annotation, indices=[worker, 100 + written])
                try:
                    project.annotations.record_stroke(
                        1, stroke, revision=annotation.revision, annotator=str(worker)
                    )
                except StaleAnnotation:
                    continue
                written += 1
            return written

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(work, range(4))) == 40
    records = predicted.annotations.strokes(1)
    assert Counter(record.annotator for record in records) == dict.fromkeys("0123", 10)
    assert [record.sequence for record in records] == list(range(1, 41))
    assert predicted.annotations.load(1).landmarks.tobytes() == replayed(predicted, 1).tobytes()


def test_a_worker_thread_predicts_while_the_main_thread_annotates(
    predicted, new_image, make_face, edit
):
    predicted.images.add(new_image(predicted.home / f"{i}.jpg") for i in range(100))
    pending = [image.id for image in predicted.images.pending(1)]

    def predict() -> None:
        for start in range(0, len(pending), 5):
            faces = [make_face(100 * face, seed=face) for face in range(1, 6)]
            batch = pending[start : start + 5]
            predicted.predictions.store(1, [(image_id, faces) for image_id in batch])

    worker = threading.Thread(target=predict)
    worker.start()
    edit(predicted, 1, 30)
    worker.join()
    assert predicted.images.pending(1) == []
    assert len(predicted.annotations.strokes(1)) == 30
    assert len(predicted.samples.summaries()) == 503


def test_the_version_tells_that_any_program_changed_anything(predicted, edit):
    with Project.open(predicted.address) as other:
        before = predicted.version()
        other.samples.summaries()
        assert predicted.version() == before
        edit(other, 1)
        after = predicted.version()
        assert after != before
        edit(predicted, 1)
        assert predicted.version() != after


def test_changed_samples_are_found_by_a_counter_of_the_database(predicted, edit):
    edit(predicted, 2)
    counter = predicted.samples.last_change()
    assert predicted.samples.changed_since(0)[2] == counter
    assert predicted.samples.changed_since(counter) == {}
    predicted.reviews.give(Verdict.ACCEPT, [3], reviewer="Rae")
    assert predicted.samples.changed_since(counter) == {3: predicted.samples.last_change()}
