"""The project of the shipped sample images, and of the sample clip."""

from contextlib import ExitStack
from pathlib import Path

from annotator.imaging.clips.library import is_installed
from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.system.assets import asset_path
from annotator.workflow.clip_tracking import Following
from annotator.workflow.importing import import_images
from annotator.workflow.importing_clips import import_clips
from annotator.workflow.predicting import preannotate
from annotator.workflow.predicting_clips import track_clips


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


def add_sample_clip(project: Project, *, face_mesh: FaceMesh | None = None) -> None:
    """Add the shipped sample clip, and track it, where videos can be read.

    A project that has, or had, a clip keeps those; what an interrupted run left undone is made up
    for.

    Raises
    ------
    ProjectError
        If the database cannot be written.
    """
    if not is_installed():
        return
    if not (project.clips.all() or project.clips.removed()):
        import_clips(project, [asset_path("datasets", "sample_clip", "wall.webm")], copy=True)
    for _ in track_clips(project, face_mesh or FaceMesh.load(), Following(quality=True)):
        pass
