"""How far crops lie apart in the frames of a clip, found out where tracking did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips import Clip
from annotator.inference import FaceMesh
from annotator.inference.regions import region_around
from annotator.inference.tracking import mean_of_crops
from annotator.mesh.layout import layout_of_size
from annotator.project import ClipRecord, Project, TrackRecord
from annotator.workflow.clip_files import open_project_clip

# Frames whose doubts are stored together: so many are lost when a run is killed.
_AT_ONCE = 128


def faces_in_doubt(project: Project, tracks: Sequence[TrackRecord]) -> int:
    """Return in how many frames of these tracks nobody knows how far crops lie apart."""
    return sum(len(_unknown(project, track)) for track in tracks)


def find_doubts(
    project: Project, clip: ClipRecord, tracks: Sequence[TrackRecord], face_mesh: FaceMesh
) -> Iterator[int]:
    """Find out how far crops lie apart where that is not known, yielding how many faces are done.

    The model sees each face in four slightly different crops about its mesh, as
    `annotator.inference.tracking.Tracker` does in its quality mode; the mesh stays as it is stored.
    Doubts are stored some frames at a time: closing the iterator keeps those, and a later run goes
    on. In frames that cannot be decoded they stay unknown.

    Raises
    ------
    ClipError
        If the clip is gone, cannot be read, or holds another content by now.
    ProjectError
        If the database cannot be written, or a mesh is not what was stored.
    """
    project.check_writable()
    wanted = {track.id: _unknown(project, track) for track in tracks}
    done, every = 0, sorted(set().union(*(frames.tolist() for frames in wanted.values())))
    with open_project_clip(clip) as opened:
        for start in range(0, len(every), _AT_ONCE):
            some = every[start : start + _AT_ONCE]
            for track_id, frames in wanted.items():
                inside = frames[(frames >= some[0]) & (frames <= some[-1])]
                if len(inside):
                    doubts = _doubts_of(project, opened, track_id, inside, face_mesh)
                    project.clips.set_doubt(track_id, inside, doubts)
                    done += len(inside)
                    yield done


def _unknown(project: Project, track: TrackRecord) -> NDArray[np.int64]:
    seen = project.clips.seen(track.id)
    return np.asarray(seen.frames[~np.isfinite(seen.doubt)], np.int64)


def _doubts_of(
    project: Project,
    clip: Clip,
    track_id: int,
    frames: NDArray[np.int64],
    face_mesh: FaceMesh,
) -> NDArray[np.float64]:
    """Return the doubts in some frames of a track, (k,); NaN where they cannot be decoded."""
    piece = project.clips.meshes(track_id, int(frames[0]), int(frames[-1]) + 1)
    meshes = dict(zip(piece.frames.tolist(), piece.landmarks, strict=True))
    layout = layout_of_size(piece.landmarks.shape[1])
    found = {}
    for frame, image in clip.frames(int(frames[0]), int(frames[-1]) + 1):
        if frame in meshes:
            region = region_around(meshes[frame], layout)
            found[frame] = mean_of_crops(face_mesh, image, region).doubt
    doubts = [found.get(frame) for frame in frames.tolist()]
    return np.array([np.nan if doubt is None else doubt for doubt in doubts])
