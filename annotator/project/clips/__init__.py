"""Clips and the faces tracked through them, and the frames of them that became samples."""

from annotator.project.clips.records import (
    ClipRecord,
    NewClip,
    TrackPiece,
    TrackRecord,
    TrackStates,
)
from annotator.project.clips.store import Clips

__all__ = ["ClipRecord", "Clips", "NewClip", "TrackPiece", "TrackRecord", "TrackStates"]
