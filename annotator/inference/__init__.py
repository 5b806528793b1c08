"""ONNX Runtime: find faces and predict their meshes, as MediaPipe does and where it does not."""

from annotator.inference.face_mesh import FaceMesh
from annotator.inference.results import FacePrediction, FileResult, ModelInfo
from annotator.inference.runtime import ModelError, ProviderError, available_providers

__all__ = [
    "FaceMesh",
    "FacePrediction",
    "FileResult",
    "ModelError",
    "ModelInfo",
    "ProviderError",
    "available_providers",
]
