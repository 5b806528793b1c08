"""Photographs in, the meshes of all their faces out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Picture
from annotator.inference.detection import Detections, areas
from annotator.inference.detector import Detector
from annotator.inference.fast_decoding import Decode, Seen, decode_fast, predict_seen
from annotator.inference.mesh_net import MeshNet
from annotator.inference.pipeline import predict_files
from annotator.inference.regions import Region, crop, mirror_image, regions_of, to_image
from annotator.inference.results import FacePrediction, FileResult, ModelInfo
from annotator.inference.runtime import NotFiniteError
from annotator.inference.sampling import Image, checked_image
from annotator.inference.search import distinct, find_small_faces, mesh_boxes, unknown
from annotator.inference.second_look import find_turned_faces, is_sure

_PRESENT = 0.5
# Of the detector: a small face as probable as that is not doubted. Of those below, some are faces
# that stand on their heads, with meshes that do not.
_CERTAIN = 0.7
# Images predicted together. A processor gains nothing from batches, and loses much when several
# decoded photographs at a time drive each other out of its caches; an accelerator gains.
_TOGETHER_ON_CPU, _TOGETHER = 1, 8


@dataclass(frozen=True, eq=False)
class FaceMesh:
    """Finds every face of a photograph and predicts its mesh.

    Make one with `FaceMesh.load`. It may be used by several threads at once.
    """

    _detector: Detector
    _net: MeshNet
    small_faces: bool
    _together: int
    decode: Decode = "exact"

    @classmethod
    def load(
        cls,
        model: str | Path = "face_landmark",
        *,
        providers: Sequence[str] = ("cpu",),
        small_faces: bool = True,
        threads: int | None = None,
        decode: Decode = "exact",
    ) -> "FaceMesh":
        """Load the detector and a mesh model.

        Parameters
        ----------
        model
            The name of a shipped model or the path of an ONNX file, which is checked (see
            ``docs/inference.md`` for what it must look like).
        providers
            Execution providers by short name, most wanted first; see `available_providers`.
        small_faces
            Whether to also search for the faces that MediaPipe's detector is too coarse to
            see. What it does see is the same either way.
        threads
            How many threads work on one run of a net. One, the default, is best for many
            images, because several of them are predicted at once.
        decode
            How `predict_files` decodes: ``"fast"`` looks at large JPEG files at half their size
            where every face keeps 192 pixels of its region then (see ``docs/inference.md``).

        Raises
        ------
        ModelError
            If the model is missing or cannot be used.
        ProviderError
            If a provider is not available.
        """
        net = MeshNet.load(model, providers, threads)
        together = _TOGETHER_ON_CPU if providers[0] == "cpu" else _TOGETHER
        return cls(Detector.load(providers, threads), net, small_faces, together, decode)

    @property
    def info(self) -> ModelInfo:
        """Which mesh model this is."""
        return self._net.info

    def named(self, name: str) -> "FaceMesh":
        """Return the same model under a name that people know it by better than its file's."""
        info = replace(self._net.info, name=name)
        return replace(self, _net=replace(self._net, info=info))

    @property
    def facts(self) -> str | None:
        """What the model file says of its making under ``facemesh_annotator``; None if nothing."""
        return self._net.facts

    def predict(self, image: NDArray[np.uint8]) -> list[FacePrediction]:
        """Return the faces of one image, largest first.

        Parameters
        ----------
        image : (height, width, 3) uint8
            RGB, upright.

        Raises
        ------
        ValueError
            If it is of another shape or type.
        """
        return self.predict_batch([image])[0]

    def predict_batch(self, images: Sequence[NDArray[np.uint8]]) -> list[list[FacePrediction]]:
        """Return the faces of each image, largest first.

        Parameters
        ----------
        images
            Each (height, width, 3) uint8, RGB, upright; sizes may differ.

        Raises
        ------
        ValueError
            If one is of another shape or type.
        """
        return self._predict(images, [1] * len(images))

    def _predict(
        self, images: Sequence[NDArray[np.uint8]], shrunk_by: Sequence[int]
    ) -> list[list[FacePrediction]]:
        """Return the faces of each image, in its pixels, as of a photograph so much larger."""
        checked = [checked_image(image) for image in images]
        if not checked:
            return []
        faces = self._meshes(checked, self._detector.whole_images(checked))
        if not self.small_faces:
            return [_ordered(mine, []) for mine in faces]
        known = [_boxes(mine) for mine in faces]
        tiles = find_small_faces(self._detector, checked, known, shrunk_by)
        small = self._meshes(checked, tiles)
        # A shrunken photograph that seems to hold no face is looked at once more as it is.
        return [
            _ordered(near, more)
            if near or factor > 1 or not self._deserves_second_look(image, more)
            # What the second look is sure of comes before what only might be one.
            else _ordered([], [*self._turned_faces(image), *more])
            for image, near, more, factor in zip(checked, faces, small, shrunk_by, strict=True)
        ]

    def predict_others(
        self,
        image: NDArray[np.uint8],
        known: Sequence[NDArray[np.floating]],
        *,
        small_faces: bool = False,
        found: Detections | None = None,
    ) -> list[FacePrediction]:
        """Return the faces of an image that are not among those known, surest first.

        Parameters
        ----------
        image : (height, width, 3) uint8
            RGB, upright.
        known : sequence of (n, 3)
            Their meshes.
        small_faces
            Whether also to search for those that MediaPipe's detector is too coarse to see.
        found
            The image's `detections`, if they were looked for before.

        Raises
        ------
        ValueError
            If the image is of another shape or type.
        """
        checked, boxes = checked_image(image), mesh_boxes(known)
        found = self.detections(checked) if found is None else found
        (faces,) = self._meshes([checked], [unknown(found, boxes)])
        if small_faces:
            every = np.concatenate([boxes, _boxes(faces)])
            faces += self._meshes([checked], find_small_faces(self._detector, [checked], [every]))[
                0
            ]
        kept = distinct(np.concatenate([boxes, _boxes(faces)]), len(known))
        return [faces[at - len(known)] for at in kept[len(known) :]]

    def detections(self, image: NDArray[np.uint8]) -> Detections:
        """Return what MediaPipe's detector finds in an image, in its pixels.

        Parameters
        ----------
        image : (height, width, 3) uint8
            RGB, upright.

        Raises
        ------
        ValueError
            If it is of another shape or type.
        """
        (found,) = self._detector.whole_images([checked_image(image)])
        return found

    def _deserves_second_look(self, image: Image, found: Sequence[FacePrediction]) -> bool:
        """Return whether none of the small faces found is a face for sure."""
        if any(face.detection_score >= _CERTAIN for face in found):
            return False
        return not any(is_sure(self.predict_regions, self.info.layout, image, f) for f in found)

    def _turned_faces(self, image: Image) -> list[FacePrediction]:
        """Look again, slower, at an image in which nothing was found."""
        return find_turned_faces(self._detector, self.predict_regions, self.info.layout, image)

    def predict_region(
        self, image: NDArray[np.uint8], region: Region, *, mirrored: bool = False
    ) -> FacePrediction:
        """Return the mesh of a face that somebody pointed out, see `predict_regions`."""
        return self.predict_regions(image, [region], mirrored=mirrored)[0]

    def predict_regions(
        self, image: NDArray[np.uint8], regions: Sequence[Region], *, mirrored: bool = False
    ) -> list[FacePrediction]:
        """Return the mesh that the net sees in each region, whatever the presence.

        The detector is not asked: ``detection_score`` is 1, for somebody said that there is a
        face. A region may reach beyond the image.

        Parameters
        ----------
        image : (height, width, 3) uint8
            RGB, upright.
        regions
            See `annotator.inference.regions` for those of meshes and boxes.
        mirrored
            Whether the net is shown the crops' mirror images, and its answers are mirrored back.

        Raises
        ------
        ValueError
            If the image is of another shape or type.
        ModelError
            If the model's numbers are not finite.
        """
        checked = checked_image(image)
        crops = [crop(checked, region) for region in regions]
        if mirrored:
            crops = [np.ascontiguousarray(one[:, ::-1]) for one in crops]
        meshes, presences = self._net(crops)
        if not np.isfinite(meshes).all():
            raise NotFiniteError(
                f"the model {self.info.name} gave numbers that are not finite (NaN, infinite)"
            )
        faces = []
        for mesh, presence, region in zip(meshes, presences.tolist(), regions, strict=True):
            back = mirror_image(mesh, self.info.layout) if mirrored else mesh
            points = to_image(back, region)
            points.setflags(write=False)
            faces.append(FacePrediction(points, presence, 1.0))
        return faces

    def predict_files(
        self, paths: Iterable[Path | Picture], *, workers: int | None = None
    ) -> Iterator[FileResult]:
        """Predict photographs from files, or from frames of files, in the order given.

        Threads decode and predict a few photographs ahead of the one asked for; memory does
        not grow with the number of files. A file that cannot be read yields a result with its
        reason. Closing the iterator stops the threads after the photograph they are at.

        Parameters
        ----------
        paths
            Of files, or pictures; consumed as needed.
        workers
            Threads; by default one for each core.
        """
        if self.decode == "exact":
            return predict_files(self.predict_batch, paths, workers, self._together)
        return predict_files(self._predict_seen, paths, workers, self._together, decode_fast)

    def _predict_seen(self, seen: Sequence[Seen]) -> list[list[FacePrediction]]:
        return predict_seen(self._predict, seen, self.info.layout)

    def _meshes(
        self, images: Sequence[Image], found: Sequence[Detections]
    ) -> list[list[FacePrediction]]:
        """Return the meshes of detected faces, those left out that the mesh net denies."""
        places = [(at, region) for at, faces in enumerate(found) for region in regions_of(faces)]
        scores = np.concatenate([faces.scores for faces in found]).tolist()
        faces: list[list[FacePrediction]] = [[] for _ in images]
        if places:
            crops = [crop(images[at], region) for at, region in places]
            results = zip(places, scores, *self._net(crops), strict=True)
            for (at, region), score, landmarks, presence in results:
                if presence > _PRESENT:
                    points = to_image(landmarks, region)
                    points.setflags(write=False)
                    faces[at].append(FacePrediction(points, float(presence), score))
        return faces


def _ordered(faces: list[FacePrediction], more: list[FacePrediction]) -> list[FacePrediction]:
    """Return the faces, and of the others those that show another face; largest first."""
    every = faces + more
    if len(every) < 2:
        return every
    boxes = _boxes(every)
    kept = distinct(boxes, len(faces))
    return [every[at] for at in sorted(kept, key=lambda at: (-areas(boxes[at]), *boxes[at]))]


def _boxes(faces: Sequence[FacePrediction]) -> NDArray[np.float32]:
    return mesh_boxes([face.landmarks for face in faces])
