"""A live session made of what somebody wants, and of the parts that do it."""

from dataclasses import dataclass
from pathlib import Path

from annotator.imaging.clips.capture import Camera
from annotator.inference import FaceMesh
from annotator.inference.tracking import Tracker
from annotator.project import Project
from annotator.workbench.live.capture_thread import Limit
from annotator.workbench.live.grabbing import Grabber
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.live_session import LiveParts
from annotator.workbench.live.source import Source
from annotator.workflow.round_models import load_round_model

SHIPPED_MODEL = "face_landmark"


@dataclass(frozen=True)
class LiveOptions:
    """What somebody wants of a live session.

    Attributes
    ----------
    model : str or None
        A shipped model's name or a file; None for that of the project's round.
    quality : bool
        Whether each face is looked at four times.
    faces : int
        How many are tracked at most.
    project : Path
        Where grabbed frames go; made with the first one if need be.
    annotator : str
    limit : Limit
    """

    model: str | None
    quality: bool
    faces: int
    project: Path
    annotator: str
    limit: Limit


def assemble(source: Source, camera: Camera, options: LiveOptions) -> LiveParts:
    """Return the parts of a session on a camera that is open.

    Raises
    ------
    ModelError
        If the model cannot be used.
    ProjectError
        If there is a project that cannot be opened.
    """
    face_mesh = _loaded(options)
    tracker = Tracker(face_mesh, max_faces=options.faces, quality=options.quality)
    model = options.model or SHIPPED_MODEL
    return LiveParts(
        source,
        camera,
        tracker,
        face_mesh.info.layout,
        lambda tell: Grabber(options.project, face_mesh, model, options.annotator, tell),
        options.limit,
    )


def first_look(source: Source, *, name: str, split: bool, mirror: bool | None) -> LiveLook:
    """Return how it is drawn at first: only cameras are mirrors, unless somebody says."""
    return LiveLook(filter=name, split=split, mirror=source.is_camera if mirror is None else mirror)


def _loaded(options: LiveOptions) -> FaceMesh:
    if options.model is not None or not Project.is_project(options.project):
        return FaceMesh.load(options.model or SHIPPED_MODEL)
    with Project.open(options.project, read_only=None) as project:
        return load_round_model(project)
