"""What the model itself is unsure of in the face under edit, found out while it is being shown.

Nobody waits for it: the tools begin with what is expected of any face, and expect more of this
one as soon as that is known.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import numpy as np
from numpy.typing import NDArray

from annotator.inference import ModelError, ProviderError
from annotator.inference.spread import answers_around
from annotator.mesh.covariance import Covariance, expected_covariance
from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.spread import deviations, with_spread
from annotator.project import EditSession
from annotator.workbench.model_thread import ModelThread
from annotator.workbench.workbench import Workbench

Photograph = NDArray[np.uint8]
Mesh = NDArray[np.float32]
Post = Callable[[Callable[[], None]], object]


class FaceSpread:
    """Lets a workbench's tools expect what the model's own spread on a photograph says.

    Parameters
    ----------
    workbench : Workbench
    photograph : callable
        Returns the photograph on screen, (H, W, 3) uint8 RGB upright, or None.
    model : ModelThread
        Whose spread it is.
    post : callable
        Has a function called on the thread that the workbench lives on; called on another one.
    """

    def __init__(
        self,
        workbench: Workbench,
        photograph: Callable[[], Photograph | None],
        model: ModelThread,
        post: Post,
    ) -> None:
        self._workbench = workbench
        self._photograph = photograph
        self._model = model
        self._post = post
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spread")
        self._cancelled = Event()
        self._base: Mesh | None = None
        self._again: dict[int, Mesh] = {}
        self._ready: Covariance | None = None
        workbench.current_changed.connect(self.forget)
        workbench.project_changed.connect(self._forget_all)
        workbench.stroke_made.connect(self._follow)

    def begin(self) -> None:
        """Find it out for the face under edit, if its photograph is on the screen."""
        self.forget()
        session, photograph = self._workbench.session, self._photograph()
        if session is None or photograph is None:
            return
        self._base = mesh = self._predicted(session)
        expected = expected_covariance(session.layout, self._workbench.tools.learned)
        blend = partial(_blended, expected, mesh=mesh, layout=session.layout)
        self._pool.submit(self._find_out, photograph, mesh, blend, self._cancelled)

    def forget(self) -> None:
        """Stop finding out, and expect no more than of any face."""
        self._cancelled.set()
        self._cancelled = Event()
        self._base = self._ready = None
        self._workbench.tools.expect(None)

    def predicted_again(self, mesh: Mesh) -> None:
        """Take a mesh that the model gave for the face under edit as what is corrected now."""
        session = self._workbench.session
        if session is not None:
            self._again[session.sample_id] = mesh
            self.begin()

    def close(self) -> None:
        """Stop, and let go of the thread."""
        self._cancelled.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _forget_all(self) -> None:
        self._again.clear()

    def _predicted(self, session: EditSession) -> Mesh:
        """Return which of the model's meshes the one under edit was made of: the nearest."""
        again = self._again.get(session.sample_id)
        if again is None or again.shape != session.prediction.shape:
            return session.prediction
        both = (again, session.prediction)
        return min(both, key=lambda mesh: float(vertex_errors(mesh, session.landmarks).mean()))

    def _follow(self) -> None:
        """After a stroke: take up what came while it was made, or another mesh as the base."""
        session = self._workbench.session
        if self._ready is not None:
            self._take(self._ready, self._cancelled)
        if session is not None and self._base is not None:
            base = self._predicted(session)
            if base is not self._base and not np.array_equal(base, self._base):
                self.begin()

    def _find_out(
        self,
        photograph: Photograph,
        mesh: Mesh,
        blend: Callable[[list[Mesh]], Covariance | None],
        cancelled: Event,
    ) -> None:
        """Work it out, on the thread, and stop between two crops where nobody wants it any more."""
        answers = []
        try:
            for answer in answers_around(self._model.get(), photograph, mesh):
                if cancelled.is_set():
                    return
                answers.append(answer)
        except (ModelError, ProviderError, OSError, ValueError):
            return  # told by whoever asks for the model itself; without it, nothing more is known
        found = blend(answers)
        if found is not None and not cancelled.is_set():
            self._post(lambda: self._take(found, cancelled))

    def _take(self, found: Covariance, cancelled: Event) -> None:
        session = self._workbench.session
        if cancelled.is_set() or session is None:
            return
        # A stroke under way ends as it began.
        self._ready = found if session.is_dragging else None
        if self._ready is None:
            self._workbench.tools.expect(found)


def _blended(
    expected: Covariance, answers: list[Mesh], *, mesh: Mesh, layout: MeshLayout
) -> Covariance | None:
    """Return what is to be expected given a model's answers, or None where they say nothing."""
    found = with_spread(expected, deviations(answers, mesh, layout))
    return None if found is expected else found
