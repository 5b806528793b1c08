from pathlib import Path

import numpy as np
import pytest

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.system.assets import asset_path
from annotator.workbench.live.grabbing import Grab, Grabber, store_grab
from annotator.workbench.live.live_frame import LiveFrame, SeenFace


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(threads=1, small_faces=False)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return read_image(asset_path("datasets", "sample", "collins.jpg"))


def grab_of(face_mesh: FaceMesh, pixels: np.ndarray, why: str = "") -> Grab:
    faces = [
        SeenFace(7, face.landmarks, face.landmarks + 5, face.presence, None, None, None)
        for face in face_mesh.predict(pixels)
    ]
    return Grab.of(LiveFrame(3, pixels, 0.1, 0.0), faces, "0", why)


def test_a_grabbed_frame_is_an_image_without_loss_with_its_raw_prediction(
    tmp_path: Path, face_mesh: FaceMesh, portrait: np.ndarray
) -> None:
    grab = grab_of(face_mesh, portrait)
    file = store_grab(tmp_path / "new", grab, face_mesh, "face_landmark", "kim")
    np.testing.assert_array_equal(read_image(file), portrait)
    with Project.open(tmp_path / "new") as project:
        (image,) = project.images.all()
        assert image.path == file.resolve()
        (sample,) = project.samples.summaries()
        stored = project.annotations.load(sample.id)
        np.testing.assert_array_equal(stored.landmarks, grab.faces[0].landmarks)
        assert sample.image_id == image.id
        model_id = project.models.register(face_mesh.info)
        assert project.images.pending(model_id) == []
        (entry,) = project.audit.entries()
        assert (entry.who, entry.what, entry.image_id) == ("kim", "grab", image.id)
        assert entry.detail == {"source": "0", "faces": 1}


def test_the_same_picture_twice_is_one_image(
    tmp_path: Path, face_mesh: FaceMesh, portrait: np.ndarray
) -> None:
    for _ in range(2):
        store_grab(tmp_path / "p", grab_of(face_mesh, portrait), face_mesh, "face_landmark", "kim")
    with Project.open(tmp_path / "p") as project:
        assert project.images.count() == 1
        assert len(project.samples.summaries()) == 1


def test_a_frame_without_a_face_is_kept_and_not_predicted_again(
    tmp_path: Path, face_mesh: FaceMesh
) -> None:
    grab = Grab.of(LiveFrame(0, np.full((40, 50, 3), 9, np.uint8), 0.0, 0.0), [], "0")
    store_grab(tmp_path / "p", grab, face_mesh, "face_landmark", "kim")
    with Project.open(tmp_path / "p") as project:
        assert project.images.pending(project.models.register(face_mesh.info)) == []
        assert project.samples.summaries() == []


def test_what_could_not_be_kept_is_held_and_kept_elsewhere(
    tmp_path: Path, face_mesh: FaceMesh, portrait: np.ndarray
) -> None:
    (tmp_path / "file").write_text("no folder")
    told: list[str] = []
    grabber = Grabber(tmp_path / "file", face_mesh, "face_landmark", "kim", told.append)
    grabber.grab(grab_of(face_mesh, portrait)).result()
    grabber.grab(grab_of(face_mesh, portrait[:400].copy(), "jitter 3.0 %")).result()
    assert [line.rpartition("(")[2] for line in told] == [
        "1 frame held until the next one is grabbed)",
        "2 frames held until the next one is grabbed)",
    ]
    grabber.move(tmp_path / "good")
    grabber.close()
    assert len(grabber.files) == 2
    assert "with 1 face in good: 1 so far" in told[2]
    assert "with 1 face (jitter 3.0 %) in good: 2 so far" in told[3]
    with Project.open(tmp_path / "good") as project:
        assert project.images.count() == 2
        assert {entry.detail.get("why") for entry in project.audit.entries()} == {
            None,
            "jitter 3.0 %",
        }
    assert (tmp_path / "file").read_text() == "no folder"
