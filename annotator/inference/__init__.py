"""ONNX Runtime: find faces and predict their meshes."""
