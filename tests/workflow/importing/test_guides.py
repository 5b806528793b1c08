"""Points of others are kept beside the meshes of the faces that they are of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.project import Project, SampleState
from annotator.release import export_release
from tests.imported import bring
from tests.release.conftest import mesh_at, move_vertex

Write = Callable[..., Path]


@pytest.fixture
def coco(tmp_path: Path) -> Write:
    """Writes a COCO file with one face of hopper.jpg."""

    def write(points: np.ndarray, **image: object) -> Path:
        keypoints = [n for x, y in points[:, :2].tolist() for n in (x, y, 2)]
        values = {
            "images": [
                {"id": 1, "file_name": "a/hopper.jpg", "width": 512, "height": 600, **image}
            ],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "keypoints": keypoints}],
        }
        path = tmp_path / "others.json"
        path.write_text(json.dumps(values), encoding="utf-8")
        return path

    return write


def size_of(project: Project, name: str) -> dict[str, int]:
    (image,) = [one for one in project.images.all() if one.name == name]
    return {"width": image.width, "height": image.height}


def hopper(project: Project) -> int:
    return next(one.id for one in project.samples.summaries() if one.image_name == "hopper.jpg")


def test_68_points_become_a_guide_of_the_face_that_they_are_on(
    coco: Write, project: Project
) -> None:
    points = mesh_at(200, 150)[:68]
    path = coco(points + np.float32([0.4, 0, 0]), **size_of(project, "hopper.jpg"))
    state = project.samples.get(hopper(project)).state

    _, progress = bring(project, path, purpose="guides")
    _, again = bring(project, path, purpose="guides")

    assert progress is not None
    assert again is not None
    assert (progress.counts, again.counts) == ({"matched": 1}, {"already there": 1})
    (guide,) = project.guides.of(hopper(project))
    assert (guide.scheme, guide.origin, guide.added_by) == ("ibug_68", "others.json", "Imke")
    assert guide.points[:, :2] == pytest.approx(points[:, :2] + [0.4, 0], abs=1e-4)
    assert project.samples.get(hopper(project)).state is state


def test_a_file_beside_points_says_how_large_their_photograph_is(
    project: Project, tmp_path: Path
) -> None:
    size = size_of(project, "hopper.jpg")
    lines = [f"{x + 0.5} {y + 0.5}" for x, y in mesh_at(200, 150)[:68, :2]]
    text = "\n".join(["version: 1", "n_points: 68", "{", *lines, "}", ""])
    for folder, width in (("right", size["width"]), ("wrong", size["width"] + 1)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "hopper.jpg.pts").write_text(text, encoding="utf-8")
        anew = Image.new("RGB", (width, size["height"]))
        anew.save(tmp_path / folder / "hopper.jpg.png")

    wrong, _ = bring(project, tmp_path / "wrong", purpose="guides")
    right, _ = bring(project, tmp_path / "right", purpose="guides")

    assert dict(wrong.counts) == {"image missing": 1}
    assert dict(right.counts) == {"matched": 1}


def test_68_points_are_no_annotations(coco: Write, project: Project) -> None:
    path = coco(mesh_at(200, 150)[:68], **size_of(project, "hopper.jpg"))

    plan, _ = bring(project, path)

    assert [(one.fate, one.why) for one in plan.planned] == [
        ("left out", "ibug_68 is no mesh: import it as guides")
    ]


def test_another_size_or_a_face_that_is_not_there_is_told(coco: Write, project: Project) -> None:
    other_size, _ = bring(project, coco(mesh_at(200, 150)[:68], width=17), purpose="guides")
    far = coco(mesh_at(2000, 1500)[:68], **size_of(project, "hopper.jpg"))
    elsewhere, _ = bring(project, far, purpose="guides")

    assert other_size.planned[0].fate == "image missing"
    assert "17 x 600 pixels" in other_size.planned[0].why
    assert elsewhere.planned[0].fate == "no face there"
    assert project.guides.count() == 0


def test_meshes_without_depth_keep_the_depth_that_was_predicted(coco: Write, same: Project) -> None:
    sample = hopper(same)
    predicted = same.annotations.load(sample).prediction
    path = coco(predicted + np.float32([1.5, 0, 0]), **size_of(same, "hopper.jpg"))

    _, progress = bring(same, path)

    assert progress is not None
    assert progress.counts == {"matched": 1}
    now = same.annotations.load(sample)
    assert np.array_equal(now.landmarks[:, 2], predicted[:, 2])
    assert now.landmarks[:, 0] == pytest.approx(predicted[:, 0] + 1.5, abs=1e-3)
    assert np.array_equal(now.prediction, predicted)
    summary = same.samples.get(sample)
    assert (summary.state, summary.annotator) == (SampleState.IN_PROGRESS, "Imke")


def test_a_mesh_of_the_same_release_as_coco_and_as_release_is_the_same(
    tmp_path: Path, project: Project, same: Project
) -> None:
    export_release(project, tmp_path / "release", "coco")
    bring(same, tmp_path / "release")

    plan, _ = bring(same, tmp_path / "release" / "annotations.json", dry_run=True)

    assert plan.counts == {"already there": 4}


def test_work_on_a_face_makes_meshes_of_others_a_conflict(coco: Write, same: Project) -> None:
    sample = hopper(same)
    path = coco(same.annotations.load(sample).prediction, **size_of(same, "hopper.jpg"))
    move_vertex(same, sample)

    plan, _ = bring(same, path)

    assert plan.counts == {"in conflict": 1}
