"""Clips tracked by commands that predict: how far that is, and what came of it."""

from contextlib import closing
from typing import TYPE_CHECKING, Any

from annotator.cli.terminal import count, progress_bar

if TYPE_CHECKING:
    from annotator.inference import FaceMesh
    from annotator.project import FailedImage, Project
    from annotator.workflow.clip_tracking import Following
    from annotator.workflow.predicting_clips import TrackingProgress


def track_all(
    project: "Project",
    face_mesh: "FaceMesh",
    failed: "list[FailedImage]",
    following: "Following",
) -> "TrackingProgress":
    """Track the clips that a model has not tracked, showing how far that is; note what failed."""
    from annotator.workflow.predicting_clips import TrackingProgress, track_clips

    last = TrackingProgress(0, 0)
    with (
        progress_bar("tracking") as show,
        closing(track_clips(project, face_mesh, following)) as run,
    ):
        for last in run:
            show(last.done, last.total)
            failed += [last.failure] if last.failure else []
    return last


def tracked_lines(last: "TrackingProgress") -> list[str]:
    """Return what a run did, for people; nothing where no clip waited."""
    if not last.total:
        return []
    found = f"{count(last.meshes, 'face')} in {count(last.done, 'frame')}"
    lines = [f"tracked {count(last.clips, 'clip')}: {found}, failed {last.failed}"]
    if last.damaged:
        lines.append(f"damaged and left out: {count(last.damaged, 'frame')}")
    return lines


def tracked_values(last: "TrackingProgress") -> dict[str, Any]:
    """Return the same for programs."""
    return {"clips": last.clips, "frames": last.done, "meshes": last.meshes}
