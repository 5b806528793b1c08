"""What a net is shown lies where its targets say."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from annotator.inference import FaceMesh
from annotator.inference.mesh_net import MeshNet
from annotator.inference.regions import CROP_SIZE, Jitter, Region, crop, to_crop, to_image
from annotator.mesh.metrics import nme
from annotator.release import export_release
from annotator.training.batches import Examples
from annotator.training.crops import (
    View,
    background_view,
    crop_iod,
    drawn_view,
    in_crop,
    looked_at,
    plain_view,
)
from annotator.training.data import RunData
from annotator.training.errors import TrainingError
from annotator.training.faces import load_faces
from annotator.training.photographs import Cutouts, read_photograph
from annotator.training.settings import Settings
from annotator.training.splits import Split

JITTER = Jitter(0.05, 0.08, 0.12)


def test_into_a_crop_and_back_is_where_it_was():
    region = Region(311.5, 207.25, 151.0, 0.7)
    points = np.random.default_rng(0).random((468, 3), np.float32) * 192
    there = to_image(points.reshape(-1), region)
    assert np.abs(to_crop(there, region) - points).max() < 1e-3


def test_a_drawn_view_shows_the_face_where_its_targets_are(faces, cutouts):
    net = FaceMesh.load(threads=1)
    rng = np.random.default_rng(1)
    for face in faces.faces[:6]:
        view = drawn_view(rng, face.landmarks, faces.layout, JITTER)
        seen = looked_at(cutouts.of(face).pixels, cutouts.of(face).seen(view))
        whole = np.asarray(seen)
        said = net.predict_region(whole, Region(96, 96, CROP_SIZE, 0)).landmarks
        assert nme(said, in_crop(face.landmarks, view, faces.layout), faces.layout) < 0.06


def test_a_mirrored_view_has_the_partners_at_the_other_side(faces):
    face = faces.faces[0]
    region = plain_view(face.landmarks, faces.layout).region
    plain, mirrored = (
        in_crop(face.landmarks, View(region, mirrored), faces.layout) for mirrored in (False, True)
    )
    partners = plain[faces.layout.mirror]
    assert np.allclose(mirrored[:, 0], 191.7 - partners[:, 0], atol=1e-3)
    assert np.array_equal(mirrored[:, 1:], partners[:, 1:])
    assert crop_iod(plain, faces.layout) == pytest.approx(
        crop_iod(mirrored, faces.layout), abs=1e-2
    )


def test_a_cutout_shows_what_the_photograph_shows(faces, cutouts):
    rng = np.random.default_rng(2)
    for face in faces.faces[:4]:
        photograph = read_photograph(face.photograph, face.name, face.image_sha256)
        for _ in range(4):
            view = drawn_view(rng, face.landmarks, faces.layout, JITTER)
            of_whole = crop(photograph, view.region).astype(int)
            seen = looked_at(cutouts.of(face).pixels, cutouts.of(face).seen(view)).astype(int)
            seen = seen[:, ::-1] if view.mirrored else seen
            # positions are rounded to 1/32 pixel, perhaps to the other side
            assert np.mean(np.abs(seen - of_whole)) < 0.5


def test_a_background_lies_in_the_photograph():
    rng = np.random.default_rng(3)
    for _ in range(200):
        region = background_view(rng, 300, 200).region
        assert region.x - region.side / 2 + 8 >= 0
        assert region.x + region.side / 2 - 8 <= 300
        assert region.side <= 200


def test_a_photograph_that_changed_since_it_was_labelled_is_no_truth(faces, tmp_path):
    face = faces.faces[0]
    changed = tmp_path / "changed.png"
    cv2.imwrite(str(changed), read_photograph(face.photograph, face.name, None)[::-1])
    with pytest.raises(TrainingError, match="not the one that was labelled"):
        Cutouts(faces.layout, 10**9).of(replace(face, photograph=changed))
    with pytest.raises(TrainingError, match="cannot be read"):
        Cutouts(faces.layout, 10**9).of(replace(face, photograph=tmp_path / "gone.jpg"))


def test_a_profile_whose_eyes_hide_one_another_counts_as_a_face_and_not_as_many(faces, cutouts):
    face, eyes = faces.faces[0], faces.layout.eye_corners
    landmarks = face.landmarks.copy()
    landmarks[eyes.left_outer] = landmarks[eyes.right_outer]
    profile = replace(face, landmarks=landmarks)
    net = MeshNet.load("face_landmark", ("cpu",), 1)
    none = Settings(background=0)
    data = RunData(
        faces.layout, (profile,), ("a",), (Split.TRAIN,), (profile,), (), (), cutouts, ()
    )
    example = Examples(data, net, none, seed=1)[0]
    assert np.isfinite(example.points).all()
    assert example.iod == pytest.approx(0.1 * CROP_SIZE)


@pytest.mark.parametrize(("form", "images"), [("webdataset", "copy"), ("npz", "none")])
def test_a_release_without_image_files_says_how_to_export_one_with_them(
    form, images, project, tmp_path
):
    export_release(project, tmp_path / "release", form, images=images)
    face = load_faces([tmp_path / "release"]).faces[0]
    with pytest.raises(TrainingError, match="with image files, by `--format npz --images copy`"):
        read_photograph(face.photograph, face.name, face.content_sha256)
