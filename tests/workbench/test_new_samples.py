"""Samples that come to the list while somebody works: from other windows, and on the way to one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.project import Project
from annotator.workbench import other_windows
from annotator.workbench.other_windows import OtherWindows
from annotator.workbench.shown_samples import ShownSamples
from annotator.workbench.steps import adding
from annotator.workbench.workbench import Workbench


def add_faces(bench: Workbench, count: int) -> list[int]:
    """Another program adds faces to the photograph on the screen."""
    assert bench.project is not None
    assert bench.session is not None
    mesh = bench.session.landmarks
    with Project.open(bench.project.home) as theirs:
        return [
            theirs.samples.add(
                bench.image_id, mesh + np.float32([number, 0, 0]), model_id=1, presence=1.0,
                detection_score=1.0, added_by="robin",
            ).id
            for number in range(count)
        ]  # fmt: skip


def test_many_new_samples_arrange_the_list_once(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = OtherWindows(bench, lambda: 0.0)
    others._begin()
    added = add_faces(bench, 12)
    arranged: list[int] = []
    plain = ShownSamples._arrange

    def arrange(samples: ShownSamples) -> None:
        arranged.append(samples.total)
        plain(samples)

    monkeypatch.setattr(ShownSamples, "_arrange", arrange)
    others.look()
    assert all(bench.samples.knows(sample_id) for sample_id in added)
    assert len(arranged) == 1


def test_that_the_project_was_written_is_told_once_while_its_list_waits(bench: Workbench) -> None:
    now = [0.0]
    others = OtherWindows(bench, lambda: now[0])
    others._begin()
    told: list[bool] = []
    bench.project_written.connect(lambda: told.append(True))
    added = add_faces(bench, other_windows._MANY + 1)
    for _ in range(3):
        others.look()
    assert not bench.samples.knows(added[-1])
    assert len(told) == 1
    now[0] = 2 * other_windows._SECONDS_BETWEEN_REFRESHES
    others.look()
    assert bench.samples.knows(added[-1])
    assert len(told) == 1
    add_faces(bench, 1)
    others.look()
    assert len(told) == 2


def test_going_to_a_sample_that_is_new_shows_it_in_the_list(bench: Workbench) -> None:
    (added,) = add_faces(bench, 1)
    counts: list[int] = []
    bench.samples_changed.connect(lambda: counts.append(len(bench.samples)))
    before = len(bench.samples)
    bench.go_to(added)
    assert bench.sample_id == added
    assert counts == [before + 1]


def test_photographs_chosen_in_a_dialog_come_as_people_count(
    tmp_path: Path, new_project: Callable[[Path], Project]
) -> None:
    chosen = [tmp_path / f"img{number}.png" for number in (1, 10, 2)]
    for shade, path in enumerate(chosen):
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(path)
    with new_project(tmp_path / "project") as project:
        for _ in adding(project, chosen, copy=False, predicts=False):
            pass
        names = [image.name for image in project.images.all()]
    assert names == ["img1.png", "img2.png", "img10.png"]
