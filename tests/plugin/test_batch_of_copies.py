"""Many samples accepted where every photograph must be read first, as in a project copied."""

import os
from collections.abc import Callable
from threading import Event

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.imaging import Picture
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.project import SampleState, Verdict
from annotator.workbench.batch import Batch, planned

Workplace = tuple[AnnotatorDock, Pointer]


@pytest.fixture
def batch(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """All samples, each seen, of photographs with other times than when they were added."""
    monkeypatch.setattr("annotator.plugin.samples.batch_asking._FEW", 0)
    samples = workplace[0].workbench.samples
    ids = samples.ids(0, len(samples) - 1)
    for sample_id in ids:
        samples.mark_seen(sample_id, 0)
        os.utime(samples.get(sample_id).image_path, (1, 1))
    return planned(samples, Verdict.ACCEPT, ids)


def states(dock: AnnotatorDock) -> set[SampleState]:
    return {sample.state for sample in dock.workbench.project.samples.summaries()}


def test_the_photographs_are_read_on_a_thread_and_the_question_comes_after_it(
    workplace: Workplace, batch: Batch, qtbot: QtBot, when_asked: Callable[..., object]
) -> None:
    dock, _ = workplace
    first = dock.workbench.samples.get(batch.sample_ids[0])
    of_first = sum(
        dock.workbench.samples.get(i).image_id == first.image_id for i in batch.sample_ids
    )
    Image.new("RGB", (64, 64)).save(first.image_path)
    questions: list[str] = []

    def answer(box: QWidget) -> None:
        assert isinstance(box, QMessageBox)
        questions.append(box.text())
        QTest.mouseClick(box.button(QMessageBox.StandardButton.Yes), Qt.MouseButton.LeftButton)

    when_asked(answer)
    dock.samples.batch.run(batch)
    assert dock.progress.is_running
    assert states(dock) == {SampleState.PREDICTED}
    qtbot.waitUntil(lambda: SampleState.ACCEPTED in states(dock), timeout=240_000)
    (question,) = questions
    left = len(batch.sample_ids) - of_first
    assert f"Accept {left} sample" in question
    assert f"{first.image_name} has changed since it was added" in question
    assert dock.workbench.project.samples.get(first.id).state is SampleState.PREDICTED
    assert dock.workbench.project.samples.counts()[SampleState.ACCEPTED] == left


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> Event:
    """No photograph has been read before this is set."""
    go_on, read = Event(), Picture.content_hash

    def content_hash(picture: Picture) -> str:
        assert go_on.wait(60)
        return read(picture)

    monkeypatch.setattr(Picture, "content_hash", content_hash)
    return go_on


def test_meanwhile_other_work_waits_and_once_cancelled_nothing_is_asked(
    workplace: Workplace, batch: Batch, qtbot: QtBot, held_back: Event
) -> None:
    dock, _ = workplace
    failed: list[str] = []
    dock.workbench.failed.connect(failed.append)
    dock.samples.batch.run(batch)
    dock.samples.batch.run(batch)
    assert failed == ["Wait for the work under way, or cancel it."]
    dock.progress.cancel()
    held_back.set()
    qtbot.waitUntil(lambda: not dock.progress.is_running, timeout=240_000)
    assert states(dock) == {SampleState.PREDICTED}
