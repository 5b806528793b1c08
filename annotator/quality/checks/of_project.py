"""What checks find in the samples of a project: brought together photograph by photograph.

Nothing here reads a photograph's pixels or writes to the project, and no more than a portion of the
samples is in memory at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.perceptual import first_alike, hashes_of
from annotator.inference.regions import crop, region_around
from annotator.mesh.layout import MeshLayout
from annotator.project import Project
from annotator.project.faces_to_check import FaceToCheck, PhotographToCheck
from annotator.quality.checks import MESH_CHECKS, findings
from annotator.quality.checks.definition import (
    Check,
    Finding,
    OtherFace,
    Severity,
    Subject,
    Work,
)
from annotator.quality.shape_prior import ShapePrior
from annotator.system.portions import portions

_MOST_NAMED = 20  # look-alikes of one sample
_AT_ONCE = 100  # samples that are read together


@dataclass(frozen=True)
class Checked:
    """What was found in one sample.

    Attributes
    ----------
    revision
        Of the annotation that was looked at.
    accepted_before
        Whether somebody accepted that very revision: they knew, or were asked.
    findings
        The most severe first.
    """

    sample_id: int
    revision: int
    accepted_before: bool
    findings: tuple[Finding, ...]

    @property
    def serious(self) -> tuple[Finding, ...]:
        """The findings of high severity: whoever accepts it is asked about them."""
        return tuple(one for one in self.findings if one.severity is Severity.HIGH)

    @property
    def is_asked_about(self) -> bool:
        """Whether whoever accepts it is asked first."""
        return bool(self.serious) and not self.accepted_before


def subject_of(
    photograph: PhotographToCheck,
    face: FaceToCheck,
    *,
    prior: ShapePrior | None = None,
    pixels: NDArray[np.uint8] | None = None,
    alike: Sequence[str] = (),
) -> Subject:
    """Return what checks look at of a face as it stands, with what is known besides.

    Parameters
    ----------
    photograph, face
        As `Samples.to_check` returns them.
    prior
        What shapes are usual.
    pixels : (h, w, 3) uint8, optional
        Of the upright photograph.
    alike
        Names of others that show the same picture.
    """
    others = (other for other in photograph.faces if other.sample_id != face.sample_id)
    return Subject(
        face.landmarks,
        face.layout,
        prediction=face.prediction,
        size=photograph.size,
        photograph=pixels,
        others=tuple(
            OtherFace(f"face #{other.face_index + 1}", other.landmarks, other.added_by is not None)
            for other in others
        ),
        work=Work(face.strokes, face.marks_changed, face.changed_since_sent_back),
        prior=prior,
        alike=tuple(alike),
        is_drawn=face.added_by is not None,
    )


def findings_of_project(
    project: Project,
    sample_ids: Iterable[int] | None = None,
    *,
    checks: Iterable[Check] = MESH_CHECKS,
    prior: ShapePrior | None = None,
) -> Iterator[Checked]:
    """Yield what checks find in samples as they stand, those without any finding too.

    They come in portions, between which others have their turn; each photograph is in one of them.
    Samples that are gone, deleted or damaged are passed over.

    Parameters
    ----------
    project
        May be open for reading alone.
    sample_ids
        In any order; None for all. Samples of one photograph come together.
    checks
    prior
        What shapes are usual.

    Raises
    ------
    ProjectError
        If the project cannot be read.
    """
    every = tuple(checks)
    for (some,) in portions(list(_by_photograph(project, sample_ids)), 1):
        wanted = set(some)
        for photograph in project.samples.to_check(wanted):
            for face in photograph.faces:
                if face.sample_id in wanted:
                    found = findings(subject_of(photograph, face, prior=prior), every)
                    accepted_before = face.accepted_revision == face.revision
                    yield Checked(face.sample_id, face.revision, accepted_before, found)


def _by_photograph(project: Project, sample_ids: Iterable[int] | None) -> Iterator[list[int]]:
    """Yield samples, a hundred at a time or few more: those of a photograph together."""
    photographs: defaultdict[int, list[int]] = defaultdict(list)
    for sample_id, image_id in project.samples.images_of(sample_ids).items():
        photographs[image_id].append(sample_id)
    some: list[int] = []
    for ids in photographs.values():
        some += ids
        if len(some) >= _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def face_hashes(
    photograph: NDArray[np.uint8], landmarks: NDArray[np.floating], layout: MeshLayout
) -> tuple[int, int]:
    """Return the perceptual hashes of a face and of its mirror image, 64 bits each.

    Of the level crop that the model looks at, so that a turned copy has the same.
    """
    return hashes_of(crop(photograph, region_around(landmarks, layout)))


def look_alikes(
    hashes: Mapping[int, tuple[int, int]], files: Mapping[int, str]
) -> dict[int, tuple[int, ...]]:
    """Return for each sample others, of other files, that show the same picture.

    Frames of one video and faces of one photograph are no copies of one another. 100,000 samples
    take seconds.

    Parameters
    ----------
    hashes
        By sample, as `face_hashes` gives them.
    files
        By sample: what its photograph's file is known by.

    Returns
    -------
    dict
        Of those that have any, the first ones by id.
    """
    sample_ids = sorted(hashes)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    firsts = first_alike([hashes[sample_id] for sample_id in sample_ids]).tolist()
    for sample_id, first in zip(sample_ids, firsts, strict=True):
        groups[first].append(sample_id)
    found: dict[int, tuple[int, ...]] = {}
    for group in groups.values():
        if len(group) > 1 and len({files[sample_id] for sample_id in group}) > 1:
            found.update(_of_other_files(group, files))
    return found


def _of_other_files(
    group: Collection[int], files: Mapping[int, str]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the samples of a group with the first ones of other files, one a file."""
    one_a_file: dict[str, int] = {}
    for sample_id in group:
        one_a_file.setdefault(files[sample_id], sample_id)
    firsts = list(one_a_file.items())[: _MOST_NAMED + 1]
    for sample_id in group:
        others = tuple(one for file, one in firsts if file != files[sample_id])
        yield sample_id, others[:_MOST_NAMED]
