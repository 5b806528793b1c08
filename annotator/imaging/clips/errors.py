"""What is said of clips and cameras that cannot be used."""

from annotator.imaging.errors import ImageError


class ClipError(ImageError):
    """A clip, or one frame of it, that cannot be used: one line, the reason and what to do."""


class CameraError(ClipError):
    """A camera, or what is asked to be one, that gives no frames: one line, and what to do."""
