"""How good all predictions of a project probably are, found out in bulk, kept in batches."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Picture
from annotator.inference import FaceMesh, ModelInfo
from annotator.inference.pipeline import look_at_files
from annotator.project import (
    Assessment,
    DamagedProject,
    FaceToAssess,
    FailedImage,
    ImageRecord,
    Project,
)
from annotator.quality.assessor import QualityAssessor
from annotator.quality.shape_prior import fitted_prior
from annotator.system.hashing import FileStamp
from annotator.system.portions import rest_after
from annotator.workflow.comparing_faces import find_look_alikes
from annotator.workflow.faces_of_clips import FacesOfClips
from annotator.workflow.image_files import ADD_AGAIN, HAS_CHANGED, was_original

# Photographs that one transaction holds, as where they are predicted.
_BATCH = 64
_MESHES = 2000  # accepted ones that usual shapes are told by: more change nothing
_CHANGED = f"the file {HAS_CHANGED}: {ADD_AGAIN}"


class Assessor(Protocol):
    """What assesses; `annotator.quality.assessor.QualityAssessor` is the one in use.

    Attributes
    ----------
    info
        The model whose predictions it can look at.
    version, signals
        As for `Assessments.register`.
    """

    @property
    def info(self) -> ModelInfo: ...  # noqa: D102

    @property
    def version(self) -> int: ...  # noqa: D102

    @property
    def signals(self) -> tuple[str, ...]: ...  # noqa: D102

    def assess(
        self, faces: Sequence[FaceToAssess], photograph: NDArray[np.uint8]
    ) -> list[Assessment]:
        """Return what is to be said of the faces of a photograph that are due.

        Called on several threads at once.

        Parameters
        ----------
        faces
            All of the photograph's.
        photograph : (height, width, 3) uint8
            RGB, upright.
        """


def assessor_for(project: Project, face_mesh: FaceMesh) -> QualityAssessor:
    """Return what assesses a project's faces: what shapes are usual is told by its accepted ones.

    A damaged one ends the search: those before it do, or the default.
    """
    layout = face_mesh.info.layout
    meshes = []
    with suppress(DamagedProject):
        for sample in islice(project.samples.accepted(), _MESHES):  # in an order of hashes: any
            if sample.layout is layout:
                meshes.append(sample.landmarks)  # noqa: PERF401 - kept when it ends early
    return QualityAssessor(face_mesh, fitted_prior(meshes, layout))


@dataclass(frozen=True)
class AssessmentProgress:
    """How far a run is.

    Attributes
    ----------
    done, total
        Photographs dealt with, failures included, and photographs to deal with.
    faces, failed
        Faces assessed and photographs failed so far.
    failure
        The photograph just dealt with, where it failed, or a face of it that is damaged.
    """

    done: int
    total: int
    faces: int = 0
    failed: int = 0
    failure: FailedImage | None = None


class _Ahead(NamedTuple):
    """A photograph that is about to be read: its place among those due, and its stamp before."""

    done: int
    record: ImageRecord
    stamp: FileStamp | None


def assess(
    project: Project, assessor: Assessor, *, again: bool = False, workers: int | None = None
) -> Generator[AssessmentProgress, None, None]:
    """Assess every face of which nothing is known yet, or no longer; yield after each photograph.

    A photograph is decoded once for all its faces. Results are committed in batches: closing the
    generator stops the run and keeps what was done, and whatever ends it, a later run goes on from
    there. A photograph that cannot be decoded, has vanished or has changed is told, and the rest
    goes on; it stays due. So does a face whose stored mesh is damaged. At the end all faces are
    compared with one another, also where none was due: see `find_look_alikes`.

    Parameters
    ----------
    project
        Where faces come from and assessments go.
    assessor
        What assesses.
    again
        Whether faces are assessed that were before. A run of it that was stopped goes on with
        ``again=False``.
    workers
        Threads that decode and look; by default one for each core.

    Raises
    ------
    ReadOnlyProject
        If nothing can be changed, before any photograph is read.
    """
    project.check_writable()
    model_id = project.models.register(assessor.info)
    assessor_id = project.assessments.register(model_id, assessor.version, assessor.signals)
    if again:
        project.assessments.want_again()
    due = project.assessments.due_images(assessor_id)
    run = _Run(project, assessor_id, len(due))
    results = look_at_files(assessor.assess, run.looked_at(due), workers)
    try:
        for result in results:
            yield run.take(result)
            yield from run.told_of_damage()
    finally:
        results.close()  # stop decoding ahead
        run.commit()
    yield from run.rest()
    find_look_alikes(project)


class _Run:
    """What a run did so far; the last faces wait to be committed together."""

    def __init__(self, project: Project, assessor_id: int, total: int) -> None:
        self._project = project
        self._assessor_id = assessor_id
        self._ahead: deque[_Ahead] = deque()
        self._damaged: deque[FailedImage] = deque()
        self._batch: list[Assessment] = []
        self._tracks = FacesOfClips(project)
        self._photographs = 0  # whose faces wait
        self._progress = AssessmentProgress(0, total)

    def looked_at(self, due: Sequence[int]) -> Iterator[tuple[Picture, list[FaceToAssess]]]:
        """Yield photographs with their faces, noting what each file is known by before it is read.

        Faces are read from the project a few photographs at a time: memory does not grow with it.
        """
        for start in range(0, len(due), _BATCH):
            some = due[start : start + _BATCH]
            faces, damaged = self._project.assessments.faces(self._assessor_id, some)
            records = self._project.images.records(some)
            self._damaged += [FailedImage(Path(each.image_name), str(each)) for each in damaged]
            for done, image_id in enumerate(some, start=start + 1):
                if image_id in faces and image_id in records:  # still there, and still due
                    record = records[image_id]
                    self._ahead.append(_Ahead(done, record, record.picture.stamp_if_there()))
                    yield record.picture, self._tracks.with_neighbours(record, faces[image_id])

    def take(self, result: list[Assessment] | str) -> AssessmentProgress:
        """Deal with a photograph: with what was found, or the reason why nothing was."""
        ahead = self._ahead.popleft()
        if not isinstance(result, str) and not was_original(ahead.record, ahead.stamp):
            result = _CHANGED
        if isinstance(result, str):
            return self._failed(FailedImage(ahead.record.path, result), ahead.done)
        self._batch += result
        self._photographs += 1
        if self._photographs == _BATCH:
            self.commit()
        faces = self._progress.faces + len(result)
        self._progress = replace(self._progress, done=ahead.done, faces=faces, failure=None)
        return self._progress

    def told_of_damage(self) -> Iterator[AssessmentProgress]:
        """Yield what was found damaged since the last time."""
        while self._damaged:
            yield self._failed(self._damaged.popleft(), self._progress.done)

    def rest(self) -> Iterator[AssessmentProgress]:
        """Yield what is left to tell once all photographs were read."""
        yield from self.told_of_damage()
        if self._progress.done < self._progress.total:  # what is no longer there, or due
            done = self._progress.total
            self._progress = replace(self._progress, done=done, failure=None)
            yield self._progress

    def commit(self) -> None:
        """Store what waits, and let others have the database for as long as that took."""
        assessments, began = self._batch.copy(), monotonic()
        self._batch.clear()  # first, so that what the store refused is not offered again
        self._photographs = 0
        if assessments:
            self._project.assessments.store(self._assessor_id, assessments)
            rest_after(began)

    def _failed(self, failure: FailedImage, done: int) -> AssessmentProgress:
        failed = self._progress.failed + 1
        self._progress = replace(self._progress, done=done, failed=failed, failure=failure)
        return self._progress
