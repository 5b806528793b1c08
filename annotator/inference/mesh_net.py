"""The net that turns the crop of a face into a mesh: the shipped one or a user's own."""

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
from annotator.mesh.layout import LAYOUTS, MeshLayout, known_layouts
from annotator.system.assets import asset_path
from annotator.system.foreign_text import path_text
from annotator.system.hashing import file_sha256

Floats = NDArray[np.float32]

SHIPPED = ("face_landmark",)
METADATA_KEY = "facemesh_annotator"
"""Under which a model file may say how it was made."""

# Crops a run. On a processor the tensors of one crop just fit its caches, those of two do not.
# Elsewhere the number bounds the memory, and more is no faster.
_BATCH_ON_CPU, _BATCH = 1, 16
_AXES = {
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
        Its name, its hash and the layout of its meshes.
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
        0 to 1; N symbolic or 1 - and floating-point outputs of 3 n numbers a face (x, y, z of
        each vertex in pixels of the crop; n of one of the layouts, which it thereby has) and of
        one number a face (presence, before the sigmoid). Further outputs are ignored.

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
        landmarks, layout = _find_landmarks(path, outputs, len(trial))
        presence = _find_output(path, outputs, len(trial), 1, "presence")
        info = ModelInfo(path_text(path.stem), file_sha256(path), layout)
        batch = 1 if one_by_one else _BATCH_ON_CPU if providers[0] == "cpu" else _BATCH
        return cls(info, session, name, channels_first, batch, landmarks, presence)

    @property
    def facts(self) -> str | None:
        """What the file says of its making, as JSON, or whatever else it holds in that place."""
        said: str | None = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        return said

    def __call__(self, crops: Sequence[Image]) -> tuple[Floats, Floats]:
        """Return landmarks (k, 3 n) in pixels of the crops and presences (k,) from 0 to 1.

        Parameters
        ----------
        crops
            (192, 192, 3) uint8 each.
        """
        step = self._batch
        parts = [self._run(stacked(crops[at : at + step])) for at in range(0, len(crops), step)]
        landmarks = [part for part, _ in parts] or [np.empty((0, self._values), np.float32)]
        logits = np.concatenate([part for _, part in parts] or [np.empty(0, np.float32)])
        points = np.concatenate(landmarks)
        self._check(points, logits)
        return points, 1 / (1 + np.exp(-np.clip(logits, -80, 80)))

    @property
    def _values(self) -> int:
        return 3 * self.info.layout.count

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
        landmarks = np.asarray(outputs[self._landmarks], np.float32).reshape(
            len(crops), self._values
        )
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
    for layout, sides in _AXES.items():
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


def _find_landmarks(path: Path, outputs: Sequence[Any], batch: int) -> tuple[int, MeshLayout]:
    """Return which output holds the landmarks, and of which layout they are."""
    sizes = {np.size(output) / batch for output in outputs}
    found = [layout for layout in LAYOUTS.values() if 3 * layout.count in sizes]
    if len(found) != 1:
        raise ModelError(
            f"{path}: expected one output of 3 numbers a vertex, the landmarks, but got "
            f"{_shapes(outputs, batch)}; it must have one of these layouts: {known_layouts()}"
        )
    (layout,) = found
    return _find_output(path, outputs, batch, 3 * layout.count, "landmarks"), layout


def _find_output(path: Path, outputs: Sequence[Any], batch: int, size: int, what: str) -> int:
    """Return which output holds ``size`` floating-point numbers a face."""
    found = [at for at, output in enumerate(outputs) if np.size(output) == size * batch]
    if len(found) != 1:
        raise ModelError(
            f"{path}: expected one output of {size} numbers a face, the {what}, but got "
            f"{_shapes(outputs, batch)}"
        )
    kind = np.asarray(outputs[found[0]]).dtype
    if not np.issubdtype(kind, np.floating):
        raise ModelError(
            f"{path}: the {what} come as {kind}, which rounds them to whole pixels; "
            "export the model with float32 outputs"
        )
    return found[0]


def _shapes(outputs: Sequence[Any], batch: int) -> str:
    shapes = ", ".join(str(np.shape(output)) for output in outputs)
    return f"outputs of shapes {shapes} for {batch} crops"
