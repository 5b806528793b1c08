"""The same picture twice, found among all faces of a project once they were assessed."""

import shutil

import pytest
from PIL import Image, ImageOps

from annotator.inference import FaceMesh
from annotator.project.strokes import Stroke
from annotator.system.assets import asset_path
from annotator.workflow import assess, assessor_for, import_images, preannotate

SAMPLES = asset_path("datasets", "sample")


@pytest.fixture(scope="module")
def face_mesh():
    return FaceMesh.load(small_faces=False)


@pytest.fixture
def project(tmp_path, new_project, face_mesh):
    """Two portraits, and one of them once more: smaller, and as a mirror image."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("collins.jpg", "hopper.jpg"):
        shutil.copy(SAMPLES / name, photos)
    with Image.open(photos / "collins.jpg") as image:
        width, height = image.size
        small = ImageOps.mirror(image).resize((width * 2 // 3, height * 2 // 3))
        small.save(photos / "small.jpg", quality=70)
    with new_project(tmp_path / "project") as created:
        import_images(created, [photos])
        list(preannotate(created, face_mesh))
        yield created


def alike(project):
    """Return what is said of each photograph's face, by the photograph's name."""
    told = {}
    for sample in project.samples.summaries():
        known = project.assessments.of(sample.id)
        told[sample.image_name] = [
            (one.sentence, one.of_mesh.value)
            for one in (known.findings if known else ())
            if one.name == "look_alikes"
        ]
    return told


def number(project, name):
    (found,) = (one.id for one in project.samples.summaries() if one.image_name == name)
    return found


def see(project, name):
    return f"The same picture again: see {name} (sample {number(project, name)})."


def run(project, face_mesh):
    list(assess(project, assessor_for(project, face_mesh)))


def test_the_same_picture_again_is_told_of_both(project, face_mesh):
    run(project, face_mesh)
    assert alike(project) == {
        "collins.jpg": [(see(project, "small.jpg"), "prediction")],
        "hopper.jpg": [],
        "small.jpg": [(see(project, "collins.jpg"), "prediction")],
    }


def test_it_is_told_of_an_annotation_too_and_kept_when_that_is_looked_at_again(project, face_mesh):
    run(project, face_mesh)
    sample_id = number(project, "collins.jpg")
    mesh = project.annotations.load(sample_id)
    moved = Stroke("grab", [1], mesh.landmarks[[1]], mesh.landmarks[[1]] + 2)
    project.annotations.record_stroke(sample_id, moved, revision=0, annotator="Ann")
    run(project, face_mesh)
    assert [of_mesh for _, of_mesh in alike(project)["collins.jpg"]] == ["prediction", "annotation"]
    ids, severity = project.assessments.columns().sample_ids, project.assessments.columns().severity
    assert severity[ids.tolist().index(sample_id)] == 2


@pytest.mark.parametrize("way", ["excluded", "deleted", "removed", "deleted for good"])
def test_it_is_taken_back_once_the_other_is_gone(project, face_mesh, way):
    run(project, face_mesh)
    partner = number(project, "small.jpg")
    image_id = project.samples.image_of(partner)
    if way == "excluded":
        project.reviews.exclude(partner, reviewer="Rae")
    elif way == "deleted":
        project.reviews.delete(partner, reviewer="Rae")
    else:
        project.removals.remove([image_id])
    if way == "deleted for good":
        project.removals.delete([image_id])
    run(project, face_mesh)
    assert alike(project)["collins.jpg"] == []


def test_a_run_that_was_stopped_finds_them_when_it_goes_on(project, face_mesh):
    steps = assess(project, assessor_for(project, face_mesh), workers=1)
    next(steps)
    steps.close()
    assert not any(alike(project).values())
    run(project, face_mesh)
    assert alike(project)["small.jpg"]


def test_an_annotation_that_came_back_as_it_was_is_told_in_bulk(project, face_mesh):
    run(project, face_mesh)
    sample_id = number(project, "hopper.jpg")
    project.reviews.send_back(sample_id, reviewer="Rae", reasons=["blurred"])
    project.reviews.submit(sample_id, reviewer="Ann")
    *_, last = assess(project, assessor_for(project, face_mesh))
    assert last.faces == 1
    told = [one.sentence for one in project.assessments.of(sample_id).findings]
    assert told == ["It was sent back, and nothing was changed since."]
    mesh = project.annotations.load(sample_id)
    moved = Stroke("grab", [1], mesh.landmarks[[1]], mesh.landmarks[[1]] + 2)
    project.annotations.record_stroke(sample_id, moved, revision=mesh.revision, annotator="Ann")
    run(project, face_mesh)
    assert project.assessments.of(sample_id).findings == ()
