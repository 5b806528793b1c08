"""The net that turns the crop of a face into 468 vertices: the shipped one or a user's own."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import CROP_SIZE
from annotator.inference.results import ModelInfo
from annotator.inference.runtime import ModelError, NotFiniteError, open_session, run
from annotator.inference.sampling import Image, stacked
from annotator.mesh.landmarks import LANDMARK_COUNT
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256

Floats = NDArray[np.float32]

SHIPPED = ("face_landmark",)
_VALUES = 3 * LANDMARK_COUNT
# Crops a run. On a processor the tensors of one crop just fit its caches, those of two do not.
# Elsewhere the number bounds the memory, and more is no faster.
_BATCH_ON_CPU, _BATCH = 1, 16
_LAYOUTS = {
    "channels_last": [CROP_SIZE, CROP_SIZE, 3],
    "channels_first": [3, CROP_SIZE, CROP_SIZE],
}
_EXPECTED = f"(N, {CROP_SIZE}, {CROP_SIZE}, 3) or (N, 3, {CROP_SIZE}, {CROP_SIZE})"


@dataclass(frozen=True, eq=False)
class MeshNet:
    """A loaded and checked mesh model.

    Attributes
    ----------
    info
        Its name and hash.
    """

    info: ModelInfo
    _session: Any
    _input: str
    _channels_first: bool
    _batch: int
    _landmarks: int  # which output
    _presence: int

    @classmethod
    def load(cls, model: str | Path, providers: Sequence[str], threads: int | None) -> "MeshNet":
        """Load a model by the name of a shipped one or by path, and check it.

        A mesh model has one float32 input of shape (N, 192, 192, 3) or (N, 3, 192, 192) - RGB,
        0 to 1; N symbolic or 1 - and floating-point outputs of 1404 numbers a face (468 x (x,
        y, z) in pixels of the crop) and of one number a face (presence, before the sigmoid).
        Further outputs are ignored.

        Raises
        ------
        ModelError
            If it is missing, no ONNX file, or of other inputs or outputs.
        ProviderError
            If a provider is not available.
        """
        path = model_path(model)
        session = open_session(path, providers, threads)
        name, channels_first, one_by_one = _checked_input(path, session.get_inputs())
        trial = np.zeros((1 if one_by_one else 2, CROP_SIZE, CROP_SIZE, 3), np.float32)
        if channels_first:
            trial = trial.transpose(0, 3, 1, 2)
        outputs = run(session, {name: np.ascontiguousarray(trial)}, str(path))
        info = ModelInfo(path.stem, file_sha256(path))
        landmarks, presence = (
            _find_output(path, outputs, len(trial), size) for size in (_VALUES, 1)
        )
        batch = 1 if one_by_one else _BATCH_ON_CPU if providers[0] == "cpu" else _BATCH
        return cls(info, session, name, channels_first, batch, landmarks, presence)

    def __call__(self, crops: Sequence[Image]) -> tuple[Floats, Floats]:
        """Return landmarks (n, 1404) in pixels of the crops and presences (n,) from 0 to 1.

        Parameters
        ----------
        crops
            (192, 192, 3) uint8 each.
        """
        step = self._batch
        parts = [self._run(stacked(crops[at : at + step])) for at in range(0, len(crops), step)]
        landmarks = [part for part, _ in parts] or [np.empty((0, _VALUES), np.float32)]
        logits = np.concatenate([part for _, part in parts] or [np.empty(0, np.float32)])
        points = np.concatenate(landmarks)
        self._check(points, logits)
        return points, 1 / (1 + np.exp(-np.clip(logits, -80, 80)))

    def _check(self, landmarks: Floats, logits: Floats) -> None:
        """Refuse numbers that cannot be a mesh, but for crops that the net takes for no face."""
        finite = np.isfinite(landmarks).all(axis=1) & ~np.isnan(logits)
        wrong = np.count_nonzero(~finite & ~(logits <= 0))
        if wrong:
            raise NotFiniteError(
                f"the model {self.info.name} gave numbers that are not finite (NaN, infinite) "
                f"for {wrong} of {len(logits)} faces"
            )

    def _run(self, crops: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        values = np.multiply(crops, np.float32(1 / 255), dtype=np.float32)
        if self._channels_first:
            values = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
        outputs = run(self._session, {self._input: values}, self.info.name)
        landmarks = np.asarray(outputs[self._landmarks], np.float32).reshape(len(crops), _VALUES)
        return landmarks, np.asarray(outputs[self._presence], np.float32).reshape(len(crops))


def model_path(model: str | Path) -> Path:
    """Return the file of a shipped model's name, or the path as it is.

    Raises
    ------
    ModelError
        If a plain name is neither a shipped model nor a file.
    """
    if str(model) in SHIPPED:
        return asset_path("models", f"{model}.onnx")
    path = Path(model)
    with suppress(RuntimeError):  # "~name" of nobody: a file that is missing, like any other
        path = path.expanduser()
    if not path.suffix and len(path.parts) == 1 and not path.exists():
        raise ModelError(
            f"no model is called {str(model)!r}; shipped: {', '.join(SHIPPED)}; "
            "for one of your own give the path of its .onnx file"
        )
    return path


def _checked_input(path: Path, inputs: Sequence[Any]) -> tuple[str, bool, bool]:
    """Return the input's name, whether channels come first, whether N is fixed to 1."""
    if len(inputs) != 1:
        names = ", ".join(i.name for i in inputs)
        raise ModelError(f"{path}: expected one input, but got {len(inputs)} ({names})")
    (only,) = inputs
    if only.type != "tensor(float)":
        raise ModelError(
            f"{path}: expected a float32 input with values from 0 to 1, but {only.name!r} is "
            f"{only.type}; export the model with a float32 input"
        )
    for layout, sides in _LAYOUTS.items():
        if _fits(only.shape, sides):
            return only.name, layout == "channels_first", only.shape[0] == 1
    raise ModelError(f"{path}: expected an input of shape {_EXPECTED}, but got {only.shape}")


def _fits(shape: Sequence[int | str | None], sides: Sequence[int]) -> bool:
    """Return whether an input shape accepts crops of these sides, in a batch of any size or 1."""
    if len(shape) != 4 or (isinstance(shape[0], int) and shape[0] != 1):
        return False
    fixed = [(have, want) for have, want in zip(shape[1:], sides, strict=True)]
    # Symbolic sides are welcome, but the channels must tell which layout it is.
    return all(have == want or (want != 3 and not isinstance(have, int)) for have, want in fixed)


def _find_output(path: Path, outputs: Sequence[Any], batch: int, size: int) -> int:
    """Return which output holds ``size`` floating-point numbers a face."""
    sizes = [np.size(output) / batch for output in outputs]
    found = [at for at, have in enumerate(sizes) if have == size]
    what = f"landmarks ({LANDMARK_COUNT} x 3)" if size > 1 else "presence"
    if len(found) != 1:
        shapes = ", ".join(str(np.shape(output)) for output in outputs)
        raise ModelError(
            f"{path}: expected one output of {size} numbers a face, the {what}, but got outputs "
            f"of shapes {shapes} for {batch} crops; a model of another topology cannot be used"
        )
    kind = np.asarray(outputs[found[0]]).dtype
    if not np.issubdtype(kind, np.floating):
        raise ModelError(
            f"{path}: the {what} come as {kind}, which rounds them to whole pixels; "
            "export the model with float32 outputs"
        )
    return found[0]
