"""What can go wrong with clips; every message is one line that says what to do."""

from __future__ import annotations

from annotator.project.errors import ProjectError


class UnknownClip(ProjectError):  # noqa: N818 - reads as the condition it names
    """No clip has this id, or it was removed."""


class UnknownTrack(ProjectError):  # noqa: N818
    """No track has this id."""


class NoFaceThere(ProjectError):  # noqa: N818
    """A track has no mesh in a frame; nothing was written."""


class OtherTracking(ProjectError):  # noqa: N818
    """Another program tracks the clip with the same model; nothing was written."""


class TracksOverlap(ProjectError):  # noqa: N818
    """Tracks cannot be one face's, or be cut there; nothing was written."""


class ClipHasChanged(ProjectError):  # noqa: N818
    """A clip's file holds other pixels than its meshes were made on; nothing was written."""


class SamePicture(ProjectError):  # noqa: N818
    """A frame of a folder is, byte by byte, another frame that is an image; nothing was written."""
