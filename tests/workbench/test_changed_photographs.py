"""Verdicts on meshes whose photograph's file holds another content than when it was added."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import Picture
from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project, SampleState, Verdict
from annotator.workbench.batch import Batch, checked, give, planned, to_read
from annotator.workbench.steps import comparing
from annotator.workbench.workbench import Workbench
from annotator.workflow import import_images


def photograph(path: Path, colour: str) -> Path:
    """Write a file; all of them have the same size in bytes, and each time another time."""
    before = Picture(path).stamp_if_there()
    Image.new("RGB", (40, 30), colour).save(path)
    if before is not None and Picture(path).stamp() == before:  # a file system with a coarse clock
        later = path.stat().st_mtime_ns + 10**9
        os.utime(path, ns=(later, later))
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    colours = ("teal", "plum", "gold")
    return [photograph(tmp_path / f"{colour}.bmp", colour) for colour in colours]


@pytest.fixture
def bench(
    photographs: list[Path], tmp_path: Path, new_project: Callable[[Path], Project]
) -> Iterator[Workbench]:
    """Three photographs, the first with two faces."""
    face = FACE_468.topology.vertices + np.float32([20, 15, 0])
    faces = [FacePrediction(face + np.float32([x, 0, 0]), 0.9, 0.9) for x in (0, 5)]
    project = new_project(tmp_path / "project")
    import_images(project, photographs)
    model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
    project.predictions.store(model, [(1, faces), (2, faces[:1]), (3, faces[:1])])
    opened = Workbench("kim")
    assert opened.open(project)
    yield opened
    opened.close()


@pytest.fixture
def said(bench: Workbench) -> list[str]:
    sentences: list[str] = []
    bench.failed.connect(sentences.append)
    bench.told.connect(sentences.append)
    return sentences


def states(bench: Workbench) -> list[SampleState]:
    return [sample.state for sample in bench.project.samples.summaries()]


def all_to_accept(bench: Workbench) -> Batch:
    ids = [sample.id for sample in bench.project.samples.summaries()]
    for sample_id in ids:
        bench.samples.mark_seen(sample_id, 0)
    return planned(bench.samples, Verdict.ACCEPT, ids)


def accept_all(bench: Workbench) -> bool:
    return give(bench, all_to_accept(bench))


def test_a_mesh_whose_photograph_has_changed_is_not_accepted_until_it_is_back(
    bench: Workbench, photographs: list[Path], said: list[str]
) -> None:
    photograph(photographs[0], "navy")
    bench.verdicts.accept()
    assert states(bench)[0] is SampleState.PREDICTED
    assert "teal.bmp has changed since it was added" in said[-1]
    photograph(photographs[0], "teal")
    bench.verdicts.accept(despite_checks=True)  # it lies outside of the small picture
    assert states(bench)[0] is SampleState.ACCEPTED


@pytest.mark.parametrize("verdict", ["exclude", "delete"])
def test_it_can_be_kept_out_of_the_data_set(
    bench: Workbench, photographs: list[Path], verdict: str
) -> None:
    photograph(photographs[0], "navy")
    getattr(bench.verdicts, verdict)()
    assert states(bench)[0] in (SampleState.EXCLUDED, SampleState.DELETED)


def test_a_batch_accepts_all_but_those_whose_photograph_has_changed(
    bench: Workbench, photographs: list[Path], said: list[str]
) -> None:
    photograph(photographs[0], "navy")
    os.utime(photographs[1], (1, 1))
    assert accept_all(bench)
    assert states(bench) == [SampleState.PREDICTED] * 2 + [SampleState.ACCEPTED] * 2
    assert said == [
        "2 samples stay as they are: teal.bmp has changed since it was added.",
        "2 samples accepted.",
    ]


def test_a_batch_of_changed_photographs_accepts_nothing(
    bench: Workbench, photographs: list[Path], said: list[str]
) -> None:
    for path in photographs:
        photograph(path, "navy")
    assert not accept_all(bench)
    assert set(states(bench)) == {SampleState.PREDICTED}
    (sentence,) = said
    assert sentence.startswith("4 samples stay as they are: teal.bmp and 2 more have changed")


def test_a_batch_excludes_whatever_the_files_hold(
    bench: Workbench, photographs: list[Path]
) -> None:
    photograph(photographs[0], "navy")
    ids = [sample.id for sample in bench.project.samples.summaries()]
    assert give(bench, planned(bench.samples, Verdict.EXCLUDE, ids))
    assert set(states(bench)) == {SampleState.EXCLUDED}


def test_the_question_counts_only_what_will_be_accepted(
    bench: Workbench, photographs: list[Path], said: list[str]
) -> None:
    photograph(photographs[0], "navy")
    batch = checked(bench, all_to_accept(bench))
    assert batch.question == (
        "Accept 2 samples as ground truth, as they stand? "
        "2 samples stay as they are: teal.bmp has changed since it was added."
    )
    assert give(bench, batch)
    assert said == ["2 samples accepted."], "of the others it was told before"


def test_where_every_photograph_has_changed_that_is_told_instead_of_asking(
    bench: Workbench, photographs: list[Path]
) -> None:
    for path in photographs:
        photograph(path, "navy")
    batch = checked(bench, all_to_accept(bench))
    assert not batch.sample_ids
    assert batch.refusal == (
        "4 samples stay as they are: teal.bmp and 2 more have changed since they were added."
    )


def test_a_photograph_that_changes_after_the_question_is_not_accepted(
    bench: Workbench, photographs: list[Path], said: list[str]
) -> None:
    batch = checked(bench, all_to_accept(bench))
    photograph(photographs[2], "navy")
    assert give(bench, batch)
    assert states(bench)[-1] is SampleState.PREDICTED
    assert said == [
        "1 sample stays as it is: gold.bmp has changed since it was added.",
        "3 samples accepted.",
    ]


def test_files_that_their_time_tells_nothing_about_are_read_once_and_before_the_verdict(
    bench: Workbench, photographs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = all_to_accept(bench)
    assert to_read(bench, batch) == []
    for path in photographs[:2]:
        os.utime(path, (1, 1))  # as of a project that was copied
    images = to_read(bench, batch)
    assert [image.path.name for image in images] == ["teal.bmp", "plum.bmp"]
    steps = list(comparing(bench.originals, images))
    assert [(step.done, step.total) for step in steps] == [(0, 2), (1, 2), (2, 2)]
    assert to_read(bench, batch) == []
    monkeypatch.setattr(Picture, "content_hash", lambda _: pytest.fail("read again"))
    assert give(bench, checked(bench, batch))
    assert set(states(bench)) == {SampleState.ACCEPTED}


def test_no_file_is_looked_at_where_nothing_is_accepted(
    bench: Workbench, photographs: list[Path]
) -> None:
    photograph(photographs[0], "navy")
    ids = [sample.id for sample in bench.project.samples.summaries()]
    assert to_read(bench, planned(bench.samples, Verdict.DELETE, ids)) == []
    assert to_read(bench, planned(bench.samples, Verdict.ACCEPT, ids)) == [], "nobody saw them"
