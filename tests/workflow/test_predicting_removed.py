"""A prediction run during which somebody takes photographs out of the project."""

import shutil

from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.system.assets import asset_path
from annotator.workflow import import_images, preannotate

SAMPLES = asset_path("datasets", "sample")


def test_what_is_deleted_for_good_meanwhile_does_not_end_a_run(new_project, tmp_path):
    for name in ("collins.jpg", "hopper.jpg", "coffee.jpg"):
        shutil.copy(SAMPLES / name, tmp_path)
    with new_project(tmp_path / "project") as project:
        import_images(project, [tmp_path / name for name in ("collins.jpg", "hopper.jpg")])
        run = preannotate(project, FaceMesh.load(small_faces=False))
        next(run)
        with Project.open(project.home) as other:
            other.removals.remove([1])
            other.removals.delete([1])
        *_, last = run
        assert last.done == 2
        assert [sample.image_name for sample in project.samples.summaries()] == ["hopper.jpg"]
