"""The project of the shipped sample images."""

from contextlib import ExitStack
from pathlib import Path

from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.system.assets import asset_path
from annotator.workflow.importing import import_images
from annotator.workflow.predicting import preannotate


def create_sample_project(address: str | Path, *, face_mesh: FaceMesh | None = None) -> Project:
    """Make a project of the shipped sample images, predicted and ready to be annotated.

    A project that is already there is opened as it is; only what an interrupted
    creation left undone is made up for. The caller closes the project.

    Raises
    ------
    ProjectError
        If none can be made there, or the one that is there cannot be opened.
    """
    project = Project.open(address) if Project.is_project(address) else Project.create(address)
    with ExitStack() as on_error:
        on_error.callback(project.close)
        import_images(project, [asset_path("datasets", "sample")], copy=True)
        for _ in preannotate(project, face_mesh or FaceMesh.load()):
            pass
        on_error.pop_all()
    return project
