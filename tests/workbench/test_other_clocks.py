"""Windows on machines whose clocks differ see what each other did all the same."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import NewImage, Project, SampleState, giving
from annotator.workbench.other_windows import OtherWindows
from annotator.workbench.workbench import Workbench


class SlowClock(datetime):
    """The clock of a machine that is five seconds behind."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(seconds=5)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Two faces on one photograph."""
    face = FACE_468.topology.vertices * np.float32([10, -10, 10]) + np.float32([300, 400, 0])
    with Project.create(tmp_path / "project") as made:
        made.images.add([NewImage(tmp_path / "face.jpg", "0" * 64, 800, 800)])
        model = made.models.register(ModelInfo("test", "1" * 64, FACE_468))
        faces = [FacePrediction(face + np.float32([x, 0, 0]), 0.9, 0.9) for x in (0, 300)]
        made.predictions.store(model, [(1, faces)])
        yield made


def test_a_verdict_by_a_machine_whose_clock_is_behind_shows(project, monkeypatch):
    bench = Workbench("kim")
    others = OtherWindows(bench, lambda: 0.0)
    assert bench.open(Project.open(project.address))
    other_id = next(sample.id for sample in project.samples.summaries() if sample != bench.current)
    project.reviews.accept(bench.current.id, reviewer="robin")  # now, by this machine's clock
    others.look()
    assert bench.current.state is SampleState.ACCEPTED
    monkeypatch.setattr(giving, "datetime", SlowClock)
    project.reviews.accept(other_id, reviewer="robin")
    others.look()
    assert bench.samples.get(other_id).state is SampleState.ACCEPTED
    assert bench.samples.get(other_id).reviewer == "robin"
    bench.close()


def test_what_others_do_shows_after_an_older_database_was_put_back(project):
    bench = Workbench("kim")
    others = OtherWindows(bench, lambda: 0.0)
    assert bench.open(Project.open(project.address))
    first, second = (sample.id for sample in project.samples.summaries())
    with (
        closing(sqlite3.connect(project.home / "project.sqlite")) as live,
        closing(sqlite3.connect(":memory:")) as older,
    ):
        live.backup(older)
        for _ in range(3):
            project.reviews.accept(first, reviewer="robin")
        others.look()
        assert bench.samples.get(first).state is SampleState.ACCEPTED
        older.backup(live)
    others.look()
    assert bench.samples.get(first).state is SampleState.PREDICTED
    project.reviews.accept(second, reviewer="robin")
    others.look()
    assert bench.samples.get(second).state is SampleState.ACCEPTED
    bench.close()
