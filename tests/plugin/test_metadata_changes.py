"""Photographs whose metadata changes while a window works on their faces."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt

from annotator.imaging import Picture
from annotator.imaging.identity import pixels_sha256
from annotator.plugin.canvas import picture_keeper
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu import project_menu
from annotator.project import Project, SampleState
from annotator.system.hashing import file_sha256
from tests.plugin.conftest import OpenDock

Workplace = tuple[AnnotatorDock, Pointer]


def comment(path: Path) -> None:
    """Put a comment into a JPEG file and change no pixel."""
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xfe\x00\x08remark" + data[2:])


def jpegs(dock: AnnotatorDock) -> list[int]:
    shown = dock.workbench.samples
    every = (shown.at(row) for row in range(len(shown)))
    first = {sample.image_id: sample.id for sample in every if sample.image_path.suffix == ".jpg"}
    return list(first.values())


def test_a_photograph_that_gets_a_comment_is_shown_and_accepted_and_that_is_told(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    bench, project = dock.workbench, dock.workbench.project
    target, other = jpegs(dock)[:2]
    bench.go_to(other)
    path = bench.samples.get(target).image_path
    comment(path)
    told: list[str] = []
    bench.told.connect(told.append)
    bench.go_to(target)
    assert dock.view.is_shown
    assert f"{path.name} changed in metadata only; its faces were kept." in told
    record = project.images.get(bench.samples.get(target).image_id)
    assert record.sha256 == file_sha256(path)
    pointer.key(Qt.Key.Key_Return, "\r")
    assert project.samples.get(target).state is SampleState.ACCEPTED


def test_a_copy_of_a_photograph_is_read_once_to_be_known(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    dock, _ = workplace
    target, other = jpegs(dock)[:2]
    dock.workbench.go_to(other)
    path = dock.workbench.samples.get(target).image_path
    os.utime(path, (1, 1))
    read: list[str] = []
    for name in ("content_hash", "coded_hash"):
        plain = getattr(Picture, name)

        def noted(picture: Picture, name: str = name, plain: Any = plain) -> Any:
            read.append(f"{name} of {picture.name}")
            return plain(picture)

        monkeypatch.setattr(Picture, name, noted)
    for sample_id in (target, other, target):
        dock.workbench.go_to(sample_id)
    assert dock.view.is_shown
    assert read == [f"content_hash of {path.name}"]


def test_the_pixels_of_a_photograph_on_screen_are_known_from_then_on(
    open_dock: OpenDock,
    project_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait_for: Callable[..., None],
) -> None:
    monkeypatch.setattr(picture_keeper, "_NOTE_MS", 10)
    _, dock = open_dock(project_folder)
    project, image_id = dock.workbench.project, dock.workbench.image_id
    wait_for(lambda: project.images.get(image_id).pixels_sha256 is not None)
    record = project.images.get(image_id)
    assert record.pixels_sha256 == pixels_sha256(record.picture.read())


class HeldNote:
    """Holds the thread that notes pixels in the middle of its write."""

    def __init__(self, project: Project) -> None:
        self.is_writing, self._goes_on = threading.Event(), threading.Event()
        self._writing = project._engine.writing

    @contextmanager
    def writing(self, **options: bool) -> Iterator[Any]:
        with self._writing(**options) as session:
            yield session
            if threading.current_thread().name.startswith("picture"):
                self.is_writing.set()
                self._goes_on.wait()

    def end(self) -> None:
        self._goes_on.set()

    def end_later(self) -> None:
        """Let it write on when whoever waits for it would have lost patience thrice."""
        threading.Timer(3 * project_menu._BUSY_TIMEOUT, self.end).start()


@pytest.fixture
def held_note(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> Iterator[HeldNote]:
    dock, _ = workplace
    held = HeldNote(dock.workbench.project)
    monkeypatch.setattr(dock.workbench.project._engine, "writing", held.writing)
    dock._pictures._note()
    wait_for(held.is_writing.is_set)
    yield held
    held.end()


def test_a_verdict_waits_for_the_window_s_own_note_and_is_stored(
    workplace: Workplace, held_note: HeldNote
) -> None:
    dock, pointer = workplace
    project, sample_id = dock.workbench.project, dock.workbench.session.sample_id
    refused: list[str] = []
    dock.workbench.failed.connect(refused.append)
    held_note.end_later()
    pointer.key(Qt.Key.Key_Return, "\r")
    assert not refused
    assert project.samples.get(sample_id).state is SampleState.ACCEPTED


def test_a_stroke_waits_for_the_window_s_own_note_and_is_stored(
    workplace: Workplace, held_note: HeldNote
) -> None:
    dock, pointer = workplace
    session, refused = dock.workbench.session, []
    dock.workbench.failed.connect(refused.append)
    x, y, _ = session.landmarks[152].tolist()
    held_note.end_later()
    pointer.drag((x, y), (x + 5, y), steps=3)
    assert not refused
    assert session.revision == 1
    assert not session.unsaved_count
