"""The model of the round under way, kept beside the database to be there when asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from annotator.inference import FaceMesh, ModelError
from annotator.inference.fast_decoding import Decode
from annotator.inference.mesh_net import SHIPPED, model_path
from annotator.project import KnownModel, Project
from annotator.system.durable import sync_folder
from annotator.system.hashing import file_sha256
from annotator.system.placing import placed
from annotator.system.regular import open_regular

MODELS = "models"
"""The folder in a project's home, with each model as SHA-256.onnx."""

_CHUNK = 1 << 20


def kept_model(project: Project, sha256: str) -> Path:
    """Return where a model lies that a project keeps, whether or not it does."""
    return project.home / MODELS / f"{sha256}.onnx"


def keep_model(project: Project, path: Path, sha256: str) -> None:
    """Copy a model file into a project, unless it is there.

    Raises
    ------
    ModelError
        If the file is not the one that has this hash.
    OSError
        If it cannot be read or copied.
    """
    kept = kept_model(project, sha256)
    if _is(kept, sha256):
        return
    kept.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    with open_regular(path) as source, placed(kept) as copy:
        while chunk := source.read(_CHUNK):
            copy.write(chunk)
            digest.update(chunk)
        if digest.hexdigest() != sha256:
            raise ModelError(f"{path} was changed while it was read: try again")
    sync_folder(kept.parent)


def keep_first_model(project: Project, model: str | Path, face_mesh: FaceMesh) -> None:
    """Keep a model that is about to begin round 1, unless it is one that ships."""
    path = model_path(model)
    if project.rounds.current() is None and path not in map(model_path, SHIPPED):
        keep_model(project, path, face_mesh.info.sha256)


def kept_round_model(project: Project) -> Path | None:
    """Return where the model lies that predicts now, if the project keeps it."""
    model = _ahead(project)
    kept = None if model is None else kept_model(project, model.sha256)
    return kept if kept is not None and kept.exists() else None


def load_round_model(
    project: Project,
    *,
    providers: Sequence[str] = ("cpu",),
    small_faces: bool = True,
    decode: Decode = "exact",
) -> FaceMesh:
    """Load the model that predicts in the round under way; the shipped one before there is any.

    Raises
    ------
    ModelError
        If the project does not keep it, or keeps another file in its place.
    ProviderError
        If a provider is not available.
    """
    model, path = _ahead(project), kept_round_model(project)
    if path is None or model is None:
        shipped = FaceMesh.load(providers=providers, small_faces=small_faces, decode=decode)
        if model is None or shipped.info.sha256 == model.sha256:
            return shipped
        raise ModelError(
            f"the project does not keep the model {model.name}, which predicts in this round: "
            f"copy it to {kept_model(project, model.sha256)}, or name a model yourself"
        )
    face_mesh = FaceMesh.load(path, providers=providers, small_faces=small_faces, decode=decode)
    if face_mesh.info.sha256 != model.sha256:
        raise ModelError(
            f"{path} is not the model {model.name} that it was: put a copy of that in its place"
        )
    return face_mesh.named(model.name)


def _ahead(project: Project) -> KnownModel | None:
    """Return the model that new photographs are predicted by: the next one where it has begun."""
    current = project.rounds.current()
    if current is None:
        return None
    return current.next_model or current.model


def _is(path: Path, sha256: str) -> bool:
    try:
        return file_sha256(path) == sha256
    except OSError:
        return False
