"""A model that is loaded on a thread, to be there when it is asked."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from annotator.inference import FaceMesh


class ModelThread:
    """Loads a model once, ahead of its first use.

    Parameters
    ----------
    load : callable
        Loads it; called on the thread.
    """

    def __init__(self, load: Callable[[], FaceMesh]) -> None:
        self._load = load
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        self._model: Future[FaceMesh] | None = None

    def prepare(self) -> None:
        """Begin to load it, unless that has begun."""
        if self._model is None:
            self._model = self._pool.submit(self._load)

    def get(self) -> FaceMesh:
        """Return the model, waiting until it is loaded; from any thread.

        Raises
        ------
        ModelError, ProviderError, OSError
            If it cannot be loaded; it is tried again the next time, as the file may be back.
        """
        self.prepare()
        model = self._model
        assert model is not None
        if model.exception() is not None and self._model is model:
            self._model = None
        return model.result()

    def forget(self) -> None:
        """Load it again when it is asked for next: it is another one now."""
        self._model = None

    def close(self) -> None:
        """Let go of the thread."""
        self._pool.shutdown(wait=False, cancel_futures=True)
