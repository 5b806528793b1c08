"""One face through time: filters for what is shown, corrections between key frames, storage.

Everything is a pure function or a frozen value, but for a `MeshFilter`, which remembers the frame
before: that is what a filter is.
"""

from annotator.mesh.temporal.jitter import jitter
from annotator.mesh.temporal.keys import KeyCorrection, corrected
from annotator.mesh.temporal.packing import PackedMeshesError, pack_meshes, unpack_meshes

__all__ = [
    "KeyCorrection",
    "PackedMeshesError",
    "corrected",
    "jitter",
    "pack_meshes",
    "unpack_meshes",
]
