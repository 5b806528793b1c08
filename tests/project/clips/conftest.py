"""A project with a clip of two faces, tracked by a model, without any file of it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import ClipRecord, NewClip, Project
from tests.tracks import FRAMES, two


@pytest.fixture
def new_clip() -> Callable[..., NewClip]:
    """Describe a clip whose content is its name."""

    def describe(path: Path, *, frames: int = FRAMES, content: str | None = None) -> NewClip:
        digest = sha256((content or path.name).encode()).hexdigest()
        return NewClip(path, digest, 640, 480, np.arange(frames) / 25)

    return describe


@pytest.fixture
def clip(project: Project, new_clip: Callable[..., NewClip]) -> ClipRecord:
    return project.clips.add(new_clip(project.home / "clip.mp4"))


@pytest.fixture
def model(project: Project) -> int:
    return project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))


@pytest.fixture
def retrained(project: Project) -> int:
    return project.models.register(ModelInfo("retrained", "2" * 64, FACE_468))


@pytest.fixture
def tracked(project: Project, clip: ClipRecord, model: int) -> list[int]:
    """Track two faces through the whole clip and return the ids of their tracks."""
    for start in range(0, FRAMES, 150):
        stop = min(start + 150, FRAMES)
        project.clips.store_tracked(clip.id, model, two(start, stop), stop)
    return [track.id for track in project.clips.tracks(clip.id)]
