"""How a layout's predictions tend to be wrong: the modes along which a model's answers vary.

They are an asset of the layout, found by showing the shipped model slightly different crops of
faces; ``models/`` has the script and the card, ``docs/mesh-tools.md`` the mathematics.
"""

from functools import cache

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex
from annotator.system.assets import asset_path


@cache
def usual_errors(layout: MeshLayout) -> Complex | None:
    """Return E[error_i * conjugate(error_j)] of a layout's predictions, (n, n), or None.

    Errors are as in `annotator.mesh.covariance`. Only the proportions mean something: the mean
    variance is 1. None if the layout has no such asset. Read-only; read once a process.

    Raises
    ------
    FileNotFoundError
        If the installation is incomplete.
    ValueError
        If the file is that of another layout.
    """
    if layout.error_modes is None:
        return None
    with np.load(asset_path("models", layout.error_modes)) as arrays:
        modes: Complex = arrays["modes"].astype(np.complex128)
    if modes.ndim != 2 or modes.shape[1] != layout.count:
        raise ValueError(
            f"expected modes of {layout.count} vertices in {layout.error_modes}, "
            f"but got {modes.shape}"
        )
    moments: Complex = modes.T @ modes.conj()
    moments /= moments.diagonal().real.mean()
    moments.flags.writeable = False
    return moments
