"""The loop, once round: a model that was trained on a release ends a round and begins the next."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.inference import FaceMesh
from annotator.inference.mesh_net import SHIPPED, model_path
from annotator.project import (
    Project,
    Round,
    RoundError,
    RoundOutcome,
    RoundRelease,
    SampleState,
)
from annotator.project.paths import absolute
from annotator.project.rounds import refuse_model
from annotator.release.load import load_release
from annotator.system.hashing import file_sha256
from annotator.system.people import LONGEST_NAME
from annotator.workflow.clip_tracking import AS_USUAL, Following
from annotator.workflow.predicting import PredictionProgress, preannotate
from annotator.workflow.predicting_clips import TrackingProgress, track_clips
from annotator.workflow.round_models import keep_model, kept_model
from annotator.workflow.training_facts import (
    RUN,
    parent_of,
    parsed,
    read_facts,
    releases_of,
    validation_of,
)

_MODEL = "model.onnx"


@dataclass(frozen=True)
class Ending:
    """How somebody wants the round under way to end.

    Attributes
    ----------
    model
        A file, or a shipped model's name; None for the run's, or, where somebody began to finish
        the round before, for the one that was named then.
    release
        The folder of the release that was made of the accepted samples.
    run
        The folder of the training run; None for the model's own, if it is one.
    metrics
        A JSON file that says how good the model is.
    name
        What people call the model; by default what its file or its run's folder is called.
    providers, small_faces
        How it predicts, see `FaceMesh.load`.
    """

    model: str | Path | None = None
    release: Path | None = None
    run: Path | None = None
    metrics: Path | None = None
    name: str | None = None
    providers: tuple[str, ...] = ("cpu",)
    small_faces: bool = True


@dataclass(frozen=True, eq=False)
class Finishing:
    """A round whose new model is about to predict.

    Attributes
    ----------
    round
        As it is noted.
    face_mesh
        The new model.
    remarks
        What does not keep the round from being finished, and should be known.
    """

    round: Round
    face_mesh: FaceMesh
    remarks: tuple[str, ...]


def start_round(project: Project, model: str | Path | None = None) -> Round:
    """Begin round 1 with a model, or note that it began with the one that predicted.

    Raises
    ------
    RoundError
        If another model predicts in the round under way.
    ModelError
        If it cannot be used.
    """
    project.check_writable()
    current = project.rounds.current()
    if model is None and current is not None:
        return project.rounds.start(current.model.id)
    path = model_path(model or "face_landmark")
    face_mesh = FaceMesh.load(path).named(_name(path, None))
    if current is not None and current.model.sha256 != face_mesh.info.sha256:
        return project.rounds.start(project.models.register(face_mesh.info))  # which it refuses
    model_id = project.models.register(face_mesh.info)
    _keep(project, path, face_mesh)
    return project.rounds.start(model_id)


def begin_to_finish(project: Project, ending: Ending) -> Finishing:
    """Check all that a round is to end with, keep its model and note what came of the round.

    Until all is checked nothing is written. Said again after an interruption, it goes on.

    Raises
    ------
    RoundError
        If there is no round, nothing was accepted or released, the model cannot follow, or a file
        about its making cannot be read.
    ModelError
        If the model cannot be used.
    DamagedRelease
        If the folder is no release, or not what it was.
    """
    project.check_writable()
    current = project.rounds.current()
    if current is None:
        raise RoundError("no model has predicted yet: there is no round to finish")
    path = _model_file(project, current, ending)
    small = ending.small_faces
    face_mesh = FaceMesh.load(path, providers=ending.providers, small_faces=small)
    if path != kept_model(project, face_mesh.info.sha256):
        face_mesh = face_mesh.named(_name(path, ending.name))
    elif current.next_model is not None:
        face_mesh = face_mesh.named(current.next_model.name)
    info = face_mesh.info
    refuse_model(current, info.name, info.sha256, info.layout.name)
    release = _release(ending.release, face_mesh)
    _refuse_idle(project, current, release)
    said, run = _said_by(face_mesh), _run(path, ending.run)
    metrics: dict[str, Any] = {"validation": validation_of(said)} if validation_of(said) else {}
    if ending.metrics is not None:
        metrics["evaluation"] = read_facts(ending.metrics, "the JSON of an evaluation")
    training = {key: facts for key, facts in (("run", run), ("model", said)) if facts}
    remarks = (
        *_remarks_on_parent(project, current, said),
        *_remarks(said, release, ending.run, info.sha256),
    )
    model_id = project.models.register(info)
    _keep(project, path, face_mesh)
    noted = project.rounds.end_with(
        RoundOutcome(model_id, release, training or None, metrics or None)
    )
    return Finishing(noted, face_mesh, remarks)


def predict_and_finish(
    project: Project,
    finishing: Finishing,
    *,
    workers: int | None = None,
    following: Following = AS_USUAL,
) -> Generator[PredictionProgress | TrackingProgress, None, None]:
    """Predict and track with the new model, yielding as it goes on, then begin the next round.

    First come the photographs, then the clips. Closing the generator keeps what was done; the round
    is finished when all of it is. Images and clips that fail do not keep it from that: the next
    prediction tries them again.
    """
    yield from preannotate(project, finishing.face_mesh, workers=workers)
    yield from track_clips(project, finishing.face_mesh, following)
    project.rounds.finish(finishing.round.number)


def _model_file(project: Project, current: Round, ending: Ending) -> Path:
    if ending.model is not None:
        return model_path(ending.model)
    if ending.run is not None:
        return ending.run / _MODEL
    if current.next_model is not None:
        return kept_model(project, current.next_model.sha256)
    raise RoundError(f"name the model that round {current.number} ends with: --model FILE")


def _name(path: Path, given: str | None) -> str:
    """Return what people call a model; each run calls its file the same, so its folder tells."""
    name = given or (absolute(path).parent.name if path.name == _MODEL else path.stem)
    shown = name.encode("utf-8", "replace").decode("utf-8").strip()
    return shown[:LONGEST_NAME] or "model"


def _release(folder: Path | None, face_mesh: FaceMesh) -> RoundRelease | None:
    if folder is None:
        return None
    release, layout = load_release(folder), face_mesh.info.layout
    if release.layout is not layout:
        raise RoundError(
            f"{folder} holds meshes of {release.layout.name}, but {face_mesh.info.name} predicts "
            f"{layout.name}: name the release that it was trained on"
        )
    return RoundRelease(release.content_sha256, absolute(folder), len(release.samples))


def _refuse_idle(project: Project, current: Round, release: RoundRelease | None) -> None:
    """Raise RoundError where nothing can have been learned in a round."""
    accepted = project.samples.counts()[SampleState.ACCEPTED]
    has_released = accepted if release is None else release.samples
    if not has_released and not current.is_finishing:
        what = "the release holds no sample" if release else "no sample is accepted"
        raise RoundError(
            f"{what}: review some, export them and train on them before round {current.number} "
            "is finished"
        )


def _said_by(face_mesh: FaceMesh) -> dict[str, Any]:
    """Return what a model says of its making; nothing where it says nothing."""
    if not face_mesh.facts:
        return {}
    name = face_mesh.info.name
    return parsed(face_mesh.facts, f"what the model {name} says of its making is damaged")


def _run(model: Path, folder: Path | None) -> dict[str, Any]:
    """Return the facts of a training run: of the folder named, or of that with the model."""
    if folder is None and (model.name != _MODEL or not (model.parent / RUN).exists()):
        return {}
    return read_facts((folder or model.parent) / RUN, "the run.json of a training run")


def _remarks_on_parent(project: Project, current: Round, said: dict[str, Any]) -> tuple[str, ...]:
    parent = parent_of(said)
    if parent is None:
        return ("the model does not say what it was trained from",)
    name, sha256 = parent
    if sha256 not in {model.sha256 for model in project.models.all()}:
        return (f"the model was trained from {name}, which never predicted here",)
    if sha256 != current.model.sha256:
        return (f"the model was trained from {name}: that is what its figures compare it with",)
    return ()


def _remarks(
    said: dict[str, Any], release: RoundRelease | None, run: Path | None, sha256: str
) -> tuple[str, ...]:
    remarks = []
    if release is not None and said and release.content_sha256 not in releases_of(said):
        remarks.append("the model does not say that it was trained on this release")
    if run is not None and (run / _MODEL).is_file() and file_sha256(run / _MODEL) != sha256:
        remarks.append(f"the run in {run} made another model")
    return tuple(remarks)


def _keep(project: Project, path: Path, face_mesh: FaceMesh) -> None:
    if path not in map(model_path, SHIPPED):
        keep_model(project, path, face_mesh.info.sha256)
