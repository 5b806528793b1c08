"""Fitting meshes to their guides: a stroke each, that can be undone like any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Covariance
from annotator.mesh.guide_fitting import GuideError, GuideFit, fit_to_guide
from annotator.mesh.sparse.scheme import UnknownScheme, scheme_named
from annotator.mesh.tools.base import Edit, MeshState
from annotator.project import UNDECIDED, EditSession, Project, SampleState
from annotator.project.covariance_file import load_guided_covariance
from annotator.project.guide_records import Guide

FIT_TO_GUIDE = "fit_to_guide"
"""The name of the tool of such strokes."""

_OPEN = (*UNDECIDED, SampleState.SENT_BACK)
_LEAST_MOVE = 0.01  # px: less is how numbers are rounded
_ALL_HELD = "all of its vertices are pinned, hidden or placed with Guided"
_LIES_THERE = "it lies on the guide already"
_FREE_LIES_THERE = (
    "what of it is not pinned, hidden or placed with Guided lies on the guide already"
)


@dataclass(frozen=True, slots=True)
class FittedSample:
    """What became of a sample with a guide.

    Attributes
    ----------
    sample_id
    guide_id
        The guide, None where there is none.
    used
        How many of its points the mesh was fitted to.
    left_out
        Points that all others contradict.
    moved
        How far the vertices moved on the mean, in px.
    folded
        How many triangles turned over.
    why_not
        Why the mesh is as it was; empty where it was fitted.
    """

    sample_id: int
    guide_id: int | None = None
    used: int = 0
    left_out: tuple[int, ...] = ()
    moved: float = 0.0
    folded: int = 0
    why_not: str = ""


def fitted_edit(
    state: MeshState, guide: Guide, covariance: Covariance | None = None
) -> tuple[Edit, GuideFit]:
    """Return what a guide makes of a mesh, as an edit, and what there is to tell of it.

    Raises
    ------
    GuideError
        If the guide is of a scheme that is not known, or says too little of this mesh; or if no
        vertex may move, which nothing needs to be computed for.
    """
    if _held(state).all():
        raise GuideError(_ALL_HELD)
    try:
        scheme = scheme_named(guide.scheme)
    except UnknownScheme as error:
        raise GuideError(str(error)) from error
    fit = fit_to_guide(state, scheme, guide.points, covariance)
    return Edit(fit.landmarks), fit


def why_unmoved(state: MeshState, fit: GuideFit) -> str:
    """Return why a fit moves nothing of a mesh, as a phrase; empty where it moves something."""
    moves = np.abs(fit.landmarks[:, :2] - state.landmarks[:, :2])
    if moves.max() >= _LEAST_MOVE:
        return ""
    return _FREE_LIES_THERE if _held(state).any() else _LIES_THERE


def _held(state: MeshState) -> NDArray[np.bool_]:
    """Return which vertices stay, (n,): the pinned, the hidden and the anchors."""
    held = state.still.copy()
    held[list(state.anchors)] = True
    return held


def fit_samples(
    project: Project, samples: Iterable[int], annotator: str, *, decided: bool = False
) -> Iterator[FittedSample]:
    """Fit samples to their newest guides, one at a time, and yield what became of each.

    Pinned vertices and anchors stay. A sample whose last stroke is such a fit, to a guide that was
    there then, is left as it is.

    Parameters
    ----------
    project
        Open for writing.
    samples
    annotator
        Whose strokes these are.
    decided
        Whether samples that were submitted, accepted, excluded or deleted are fitted, too: the
        verdict is withdrawn by it, as by any stroke.

    Raises
    ------
    ProjectError
        If there is no such sample, the database cannot be written, or a mesh is not what was
        stored.
    """
    project.check_writable()
    covariance = load_guided_covariance(project.home)
    for sample_id in samples:
        session = EditSession(project, sample_id, annotator=annotator)
        guides = project.guides.of(sample_id)
        if not guides:
            yield FittedSample(sample_id, why_not="it has no guide")
        elif why := _why_left(project, session, guides[-1], decided=decided):
            yield FittedSample(sample_id, guides[-1].id, why_not=why)
        else:
            yield _fit(session, guides[-1], covariance)


def _why_left(project: Project, session: EditSession, guide: Guide, *, decided: bool) -> str:
    state = project.samples.get(session.sample_id).state
    if state not in _OPEN and not decided:
        return f"it is {state.value}"
    last = session.last_stroke
    if last is None or last.created_at < guide.added_at:
        return ""
    (tool,) = (
        stroke.tool
        for stroke in project.annotations.strokes(session.sample_id)
        if stroke.id == last.id
    )
    return "it is fitted already" if tool == FIT_TO_GUIDE else ""


def _fit(session: EditSession, guide: Guide, covariance: Covariance | None) -> FittedSample:
    before = session.landmarks
    try:
        edit, fit = fitted_edit(session.state, guide, covariance)
    except GuideError as error:
        return FittedSample(session.sample_id, guide.id, why_not=str(error))
    if why := why_unmoved(session.state, fit):
        return FittedSample(session.sample_id, guide.id, why_not=why)
    session.apply(FIT_TO_GUIDE, edit)
    moved = np.linalg.norm((fit.landmarks - before)[:, :2], axis=1)
    folds = int(np.count_nonzero(fit.folded))
    return FittedSample(
        session.sample_id, guide.id, fit.used, fit.left_out, float(moved.mean()), folds
    )
