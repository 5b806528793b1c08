"""Live windows for the tests, each with a camera that is none."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.inference import FaceMesh
from annotator.mesh.layout import FACE_468
from annotator.plugin.live.live_window import LiveWindow
from annotator.workbench.live.capture_thread import NO_LIMIT, Limit
from annotator.workbench.live.grabbing import Grabber
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.live_session import AS_IT_IS, LiveParts, LiveWishes
from annotator.workbench.live.source import Source
from tests.live import FakeCamera, FakeTracker, no_thread_left, source_of

OpenLive = Callable[..., LiveWindow]


@pytest.fixture(scope="session")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(threads=1, small_faces=False)


@pytest.fixture
def open_live(
    face_mesh: FaceMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: object
) -> Iterator[OpenLive]:
    """Opens a live window on a camera; fails if threads outlive it."""
    monkeypatch.chdir(tmp_path)
    windows: list[LiveWindow] = []

    def open_it(
        camera: FakeCamera,
        tracker: object = None,
        *,
        source: Source | None = None,
        look: LiveLook | None = None,
        limit: Limit = NO_LIMIT,
        wishes: LiveWishes = AS_IT_IS,
    ) -> LiveWindow:
        parts = LiveParts(
            source or source_of(), camera, tracker or FakeTracker(), FACE_468,
            lambda tell: Grabber(tmp_path / "kept", face_mesh, "face_landmark", "kim", tell),
            limit,
        )  # fmt: skip
        window = LiveWindow(parts, look or LiveLook(), wishes)
        windows.append(window)
        window.resize(560, 420)
        window.start()
        return window

    with no_thread_left():
        yield open_it
        for window in windows:
            window.close()
            window.deleteLater()
