"""One face through time: filters for what is shown, corrections between key frames, storage.

Everything is a pure function or a frozen value, but for a `MeshFilter`, which remembers the frame
before: that is what a filter is. ``docs/temporal.md`` has the mathematics and what was measured.
"""

from annotator.mesh.temporal.filters import FILTERS, MeshFilter, NoFilter
from annotator.mesh.temporal.jitter import jitter
from annotator.mesh.temporal.keys import KeyCorrection, corrected
from annotator.mesh.temporal.mediapipe_filter import MediaPipeFilter
from annotator.mesh.temporal.offline import smoothed
from annotator.mesh.temporal.packing import PackedMeshesError, pack_meshes, unpack_meshes
from annotator.mesh.temporal.pose_shape import PoseShapeFilter
from annotator.mesh.temporal.stabilised import Unwrapped, stabilised, unwrapped

__all__ = [
    "FILTERS",
    "KeyCorrection",
    "MediaPipeFilter",
    "MeshFilter",
    "NoFilter",
    "PackedMeshesError",
    "PoseShapeFilter",
    "Unwrapped",
    "corrected",
    "jitter",
    "pack_meshes",
    "smoothed",
    "stabilised",
    "unpack_meshes",
    "unwrapped",
]
