"""Frames kept from live pictures: losslessly, as images of a project with their prediction."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Picture
from annotator.imaging.identity import pixels_sha256
from annotator.inference import FaceMesh, FacePrediction
from annotator.project import FailedImage, Project, ProjectError
from annotator.system.placing import placed_anew
from annotator.system.words import count
from annotator.workbench.foreign_text import one_line
from annotator.workbench.live.live_frame import LiveFrame, SeenFace
from annotator.workflow.copying import IMAGE_FOLDER
from annotator.workflow.image_files import inspect_picture
from annotator.workflow.round_models import keep_first_model

_MOST_WAITING = 16  # frames in memory that could not be stored
_SUFFIX = ".png"


@dataclass(frozen=True, eq=False)
class Grab:
    """A frame that somebody wants to keep.

    Attributes
    ----------
    pixels : (H, W, 3) uint8
        RGB, upright, as the camera gave it.
    faces : tuple of FacePrediction
        As the model saw it, unfiltered.
    at : datetime
    source : str
    why : str
        Empty where somebody pressed a key.
    """

    pixels: NDArray[np.uint8]
    faces: tuple[FacePrediction, ...]
    at: datetime
    source: str
    why: str = ""

    @classmethod
    def of(cls, frame: LiveFrame, faces: Sequence[SeenFace], source: str, why: str = "") -> "Grab":
        """Return the grab of a frame just seen, at this moment."""
        # Tracked regions come from the mesh before: the detector was not asked, as in a region
        # that somebody pointed out.
        raw = tuple(FacePrediction(face.landmarks, face.presence, 1.0) for face in faces)
        return cls(frame.pixels, raw, datetime.now(UTC), source, why)


def store_grab(
    folder: Path, grab: Grab, face_mesh: FaceMesh, model: str | Path, annotator: str
) -> Path:
    """Keep a frame in a project, which is made if there is none; return the file.

    Parameters
    ----------
    folder
        The project's.
    grab
    face_mesh
        What predicted.
    model
        As it was loaded by.
    annotator
        Who grabs, for the audit log.

    Raises
    ------
    ProjectError, OSError
        If that cannot be; a file that was written already then stays.
    """
    with _opened(folder) as project:
        project.check_writable()
        file = _written(project.home / IMAGE_FOLDER, grab)
        entry = inspect_picture(Picture(file))
        if isinstance(entry, FailedImage):
            raise OSError(entry.reason)
        project.images.add([entry])
        record = project.images.showing(entry)
        if record is None:
            raise OSError("it was removed from the project meanwhile")
        project.images.note_pixels([(record, pixels_sha256(grab.pixels))])
        keep_first_model(project, model, face_mesh)
        model_id = project.models.register(face_mesh.info)
        project.predictions.store(model_id, [(record.id, grab.faces)])
        project.audit.note_grab(
            record.id, annotator, source=grab.source, faces=len(grab.faces), why=grab.why
        )
    return file


def _opened(folder: Path) -> Project:
    """Open a project, or make it."""
    return Project.open(folder) if Project.is_project(folder) else Project.create(folder)


def _written(folder: Path, grab: Grab) -> Path:
    """Write a frame as PNG under a name of its own."""
    folder.mkdir(exist_ok=True)
    # Level 1 takes a fifth of the time and hardly more room: cameras' noise does not compress.
    options = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    coded = cv2.imencode(_SUFFIX, grab.pixels[..., ::-1], options)[1].tobytes()
    stem = f"live-{grab.at:%Y%m%d-%H%M%S}-{grab.at.microsecond // 1000:03d}"
    for number in range(1, 1000):
        file = folder / (f"{stem}{_SUFFIX}" if number == 1 else f"{stem}-{number}{_SUFFIX}")
        try:
            with placed_anew(file) as stream:
                stream.write(coded)
        except FileExistsError:
            continue
        return file
    raise OSError("too many frames were grabbed at this moment")


class Grabber:
    """Keeps frames on a thread of its own, one after the other; those that it could not, it holds.

    Parameters
    ----------
    folder : Path
        The project's; made with the first frame.
    face_mesh : FaceMesh
    model : str or Path
        As it was loaded by.
    annotator : str
    tell : callable
        Called with a sentence, on the thread.
    """

    def __init__(
        self,
        folder: Path,
        face_mesh: FaceMesh,
        model: str | Path,
        annotator: str,
        tell: Callable[[str], object],
    ) -> None:
        self.folder = folder
        self._face_mesh = face_mesh
        self._model = model
        self._annotator = annotator
        self._tell = tell
        self._waiting: list[Grab] = []
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-grab")
        self.files: list[Path] = []

    def grab(self, grab: Grab) -> Future[None]:
        """Have a frame kept, and those that could not be before; never waits."""
        return self._pool.submit(self._keep, grab)

    def move(self, folder: Path) -> None:
        """Keep frames in another project from now on, and those there that could not be kept."""
        self.folder = folder
        if self._waiting:
            self._pool.submit(self._keep_waiting)

    def close(self) -> None:
        """Return when all is kept that was asked for."""
        self._pool.shutdown(wait=True)

    def _keep(self, grab: Grab) -> None:
        if len(self._waiting) == _MOST_WAITING:
            self._tell(f"{_MOST_WAITING} frames wait to be kept: the oldest is dropped")
            del self._waiting[0]
        self._waiting.append(grab)
        self._keep_waiting()

    def _keep_waiting(self) -> None:
        folder = self.folder
        while self._waiting:
            grab = self._waiting[0]
            try:
                file = store_grab(folder, grab, self._face_mesh, self._model, self._annotator)
            except (ProjectError, OSError) as error:
                self._tell(
                    f"a frame could not be kept in {one_line(str(folder), 60)}: {error} "
                    f"({count(len(self._waiting), 'frame')} held until the next one is grabbed)"
                )
                return
            del self._waiting[0]
            self.files.append(file)
            self._tell(_kept_text(file, folder, grab, len(self.files)))


def _kept_text(file: Path, folder: Path, grab: Grab, total: int) -> str:
    why = f" ({grab.why})" if grab.why else ""
    faces = count(len(grab.faces), "face") if grab.faces else "no face"
    where = one_line(folder.name or str(folder), 40)
    return f"kept {file.name} with {faces}{why} in {where}: {total} so far"
