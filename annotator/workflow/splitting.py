"""Deciding what a project's images are for: training, validation or the test."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from annotator.imaging import ImageError
from annotator.project import ImageRecord, Project
from annotator.project.faces_to_check import PhotographToCheck
from annotator.quality.checks.of_project import face_hashes
from annotator.release import ExportError
from annotator.release.clusters import Looks
from annotator.release.splits import USUAL, Decision, Shares, SplitImage, decided
from annotator.system.portions import portions
from annotator.workflow.image_files import READERS

_LOG = logging.getLogger(__name__)

_AT_ONCE = 64  # photographs whose faces are in memory at once

OnProgress = Callable[[int, int], None]


def decide_splits(
    project: Project,
    samples: Mapping[int, int],
    shares: Shares,
    *,
    on_progress: OnProgress | None = None,
) -> Decision:
    """Decide where the images of samples are, and write nothing.

    Parameters
    ----------
    project
    samples
        The image of each sample that is to be released.
    shares
        Of new clusters, each side's.
    on_progress
        Called with how many photographs were looked at of those that must be: faces that were
        never assessed are compared by their pixels.

    Raises
    ------
    ExportError
        If such a photograph cannot be read.
    ReadOnlyProject
        If the project has no key yet and can only be read.
    """
    before = project.splits.decided()
    images = images_to_split(project, samples, {*samples.values(), *before}, on_progress)
    wanted = set(samples.values())
    former = project.splits.former()
    made = decided(images, before, key=project.secret(), shares=shares, former=former)
    return Decision(
        {at: side for at, side in made.sides.items() if at in wanted},
        {at: one for at, one in made.new.items() if at in wanted},
        tuple(at for at in made.tied if at in wanted),
    )


def tied_images(project: Project) -> tuple[int, ...]:
    """Return the images that are left out of releases, as something ties them to another side.

    By what is known of faces: no photograph is read, and nothing is written.
    """
    before = project.splits.decided()
    images, former = images_to_split(project, {}, before), project.splits.former()
    return decided(images, before, key=b"", shares=USUAL, former=former).tied


def images_to_split(
    project: Project,
    samples: Mapping[int, int],
    image_ids: Collection[int],
    on_progress: OnProgress | None = None,
) -> list[SplitImage]:
    """Return images with all that ties them to others, removed ones too.

    Parameters
    ----------
    project
    samples
        The image of each sample whose face is to be known, if need be by reading its photograph.
    image_ids
    on_progress
        As `decide_splits` has it.
    """
    looks = _looks(project, samples, set(image_ids), on_progress)
    records, facts = project.images.records(image_ids, removed=True), project.facts.of(image_ids)
    return [
        SplitImage(
            record.id,
            record.picture_sha256,
            facts[record.id].subject if record.id in facts else None,
            facts[record.id].group if record.id in facts else None,
            record.clip_sha256,
            looks.get(record.id, ()),
        )
        for record in records.values()
    ]


def _looks(
    project: Project,
    samples: Mapping[int, int],
    image_ids: Collection[int],
    on_progress: OnProgress | None,
) -> dict[int, list[Looks]]:
    """Return what the faces of each image look like; without those of which nobody knows it."""
    hashed = project.assessments.hashed_faces()
    looks: defaultdict[int, list[Looks]] = defaultdict(list)
    for sample_id, image_id in project.samples.images_of(hashed).items():
        if image_id in image_ids:
            looks[image_id].append(hashed[sample_id].hashes)
    wanted = {**samples, **(_earlier(project, image_ids) if samples else {})}
    unknown = {sample: image for sample, image in wanted.items() if sample not in hashed}
    for image_id, one in _computed(project, unknown, set(samples.values()), on_progress):
        looks[image_id].append(one)
    return looks


def _earlier(project: Project, image_ids: Collection[int]) -> dict[int, int]:
    """Return the image of each sample of some images, whatever people think of it by now.

    A photograph that a release had still ties others to its side when it is accepted no more.
    """
    every = project.samples.images_of()
    return {sample: image for sample, image in every.items() if image in image_ids}


def _computed(
    project: Project,
    samples: Mapping[int, int],
    needed: Collection[int],
    on_progress: OnProgress | None,
) -> Iterator[tuple[int, Looks]]:
    """Yield the images of samples with the hashes of each one's face, from its photograph.

    Photographs that are not needed, as no release is to hold them now, may be gone.
    """
    of_image: defaultdict[int, set[int]] = defaultdict(set)
    for sample_id, image_id in samples.items():
        of_image[image_id].add(sample_id)
    done = 0
    with ThreadPoolExecutor(READERS, thread_name_prefix="compare") as executor:
        for some in portions(sorted(of_image), _AT_ONCE):
            records = project.images.records(some)
            faces = [sample_id for image_id in some for sample_id in of_image[image_id]]
            photographs = project.samples.to_check(faces)
            of_each = [records[one.image_id] for one in photographs]
            wanted = [of_image[one.image_id] for one in photographs]
            must = [one.image_id in needed for one in photographs]
            found = executor.map(_hashes_in, photographs, of_each, wanted, must)
            for photograph, hashes in zip(photographs, found, strict=True):
                yield from ((photograph.image_id, one) for one in hashes)
                done += 1
                if on_progress is not None:
                    on_progress(done, len(of_image))


def _hashes_in(
    photograph: PhotographToCheck,
    record: ImageRecord,
    sample_ids: Collection[int],
    is_needed: bool,
) -> list[Looks]:
    try:
        pixels = record.picture.read()
    except (ImageError, OSError) as error:
        if not is_needed:
            _LOG.warning("%s cannot be compared with newer ones: %s", record.path, error)
            return []
        raise _unreadable(record, error) from error
    return [
        face_hashes(pixels, face.prediction, face.layout)
        for face in photograph.faces
        if face.sample_id in sample_ids
    ]


def _unreadable(record: ImageRecord, error: ImageError | OSError) -> ExportError:
    if isinstance(error, ImageError):
        return ExportError(f"{record.path} cannot be read any more: {error}")
    return ExportError(
        f"{record.path} cannot be read any more ({error.strerror or error}):"
        " put it back, say with 'relocate' where it is now, or exclude its samples"
    )
