"""The search for new faces in a frame, while those that are known are followed."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from annotator.inference.detection import Detections
from annotator.inference.face_mesh import FaceMesh
from annotator.inference.sampling import Image

Found = Callable[[], Detections]
"""Gives what the detector found, once somebody wants it."""


class Lookout:
    """Looks at whole frames with the detector, on a thread of its own if there is a core for it.

    What it finds is the same. The thread ends when nobody holds this any more.
    """

    def __init__(self, model: FaceMesh) -> None:
        self._look = model.detections
        several = (os.cpu_count() or 1) > 1
        self._thread = ThreadPoolExecutor(1, "look out for faces") if several else None

    def meanwhile(self, image: Image) -> Found:
        """Begin to look, and return what gives the answer or raises why there is none."""
        if self._thread is None:
            return self.later(image)
        return self._thread.submit(self._look, image).result

    def later(self, image: Image) -> Found:
        """Return what looks when it is asked, and not at all if it is not."""
        return partial(self._look, image)
