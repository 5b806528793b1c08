"""The detector net: where faces are in images of one shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotator.inference.detection import DETECTOR_SIZE, THRESHOLD, Detections, decode
from annotator.inference.runtime import open_session, run
from annotator.inference.sampling import Image, letterboxed, stacked
from annotator.system.assets import asset_path

_BATCH = 16  # inputs a run: bounds memory, and more is no faster


@dataclass(frozen=True, eq=False)
class Detector:
    """MediaPipe's short-range detector, for inputs of any size."""

    _session: Any

    @classmethod
    def load(cls, providers: Sequence[str], threads: int | None) -> "Detector":
        """Load the shipped net.

        Raises
        ------
        ProviderError
            If a provider is not available.
        """
        path = asset_path("models", "face_detection_short_range.onnx")
        return cls(open_session(path, providers, threads))

    def __call__(
        self, inputs: Sequence[Image], *, threshold: float = THRESHOLD
    ) -> list[Detections]:
        """Return what each input shows, in pixels of the input.

        Parameters
        ----------
        inputs
            (height, width, 3) uint8, all of one shape, sides multiples of 16.
        threshold
            Of the detector's probability.
        """
        found: list[Detections] = []
        for at in range(0, len(inputs), _BATCH):
            part = stacked(inputs[at : at + _BATCH])
            values = np.multiply(part, np.float32(2 / 255), dtype=np.float32)
            values -= 1
            boxes, scores = run(self._session, {"image": values}, "the face detector")
            shape = part.shape[1:3]
            found += [decode(*raw, shape, threshold) for raw in zip(boxes, scores, strict=True)]
        return found

    def whole_images(self, images: Sequence[Image]) -> list[Detections]:
        """Return what MediaPipe's detector finds in each image, in its pixels."""
        found = self([letterboxed(image, DETECTOR_SIZE) for image in images])
        return [
            detections.placed((width - side) / 2, (height - side) / 2, side / DETECTOR_SIZE)
            for detections, (height, width) in zip(
                found, (image.shape[:2] for image in images), strict=True
            )
            for side in [max(height, width)]
        ]
