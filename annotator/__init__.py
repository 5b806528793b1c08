"""Refine FaceMesh predictions into ground truth."""

__version__ = "0.1.0"
