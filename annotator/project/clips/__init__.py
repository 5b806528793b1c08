"""Clips and the faces tracked through them, and the frames of them that became samples."""
