"""Where the files that ship with the package lie: model weights and the sample data set."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def asset_path(*parts: str) -> Path:
    """Return the path of a shipped file or folder.

    An installed wheel carries the files inside the package; a source checkout keeps them
    in the top-level ``models/`` and ``datasets/``.

    Parameters
    ----------
    *parts
        Path components below the asset root, e.g. ``"models", "face_landmark.onnx"``.

    Raises
    ------
    FileNotFoundError
        If the installation is incomplete.
    """
    for root in (_PACKAGE / "_assets", _PACKAGE.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(
        f"{'/'.join(parts)} is missing from this installation: reinstall facemesh-annotator"
    )
