"""Frames of clips as files: what one is as an image, if it is still what was added.

A mesh belongs to the pixels that it was made on. So a frame becomes an image only while its file
holds what the clip held when it was added: whoever looks later whether the file has changed
compares it with what is noted here.
"""

from __future__ import annotations

from pathlib import Path

from annotator.imaging.clips import ClipError
from annotator.imaging.clips.content import frame_sha256s, video_sha256
from annotator.project.clips.errors import ClipHasChanged
from annotator.project.clips.records import ClipRecord
from annotator.project.errors import ProjectError
from annotator.project.image_records import NewImage
from annotator.project.image_rows import stamp_of

Stamp = tuple[int | None, int | None]


def frame_image(clip: ClipRecord, frame: int, known: Stamp) -> NewImage:
    """Return what a frame is as an image.

    Parameters
    ----------
    clip
    frame
    known
        The stamp that a video had when it was added: with another one it is read for it. So are
        all files of a folder, once, and then that of the frame.

    Raises
    ------
    ClipHasChanged
        If it is no longer what was added.
    ProjectError
        If the file cannot be read. A video that is gone is none: its frames are those that were.
    """
    picture = clip.picture(frame)
    try:
        if not clip.is_folder:
            stamp = _stamp_of_same(clip, known)
            return NewImage(clip.path, clip.sha256, clip.width, clip.height, *stamp, frame=frame)
        was = frame_sha256s(clip.path, clip.files, clip.sha256)[frame]
        size, modified = picture.stamp()
        coded = picture.coded_hash()
        if picture.content_hash() != was:
            raise _changed(clip, picture.path)
    except ClipError as error:
        raise _changed(clip, clip.path) from error
    except OSError as error:
        raise ProjectError(
            f"frame {frame} of {clip.name} cannot be read ({error}): put its file back"
        ) from error
    return NewImage(picture.path, was, clip.width, clip.height, size, modified, coded_sha256=coded)


def _stamp_of_same(clip: ClipRecord, known: Stamp) -> Stamp:
    """Return the stamp of a video that is the one that was added; none of one that is gone."""
    stamp = stamp_of(clip.path)
    if None not in stamp and stamp != known and video_sha256(clip.path) != clip.sha256:
        raise _changed(clip, clip.path)
    return stamp


def _changed(clip: ClipRecord, path: Path) -> ClipHasChanged:
    return ClipHasChanged(
        f"{path} has changed since {clip.name} was added, so that its meshes belong to other "
        "pixels: put the original back, or add it as another clip"
    )
