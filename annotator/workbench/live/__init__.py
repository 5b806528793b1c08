"""Faces in moving pictures as they come: captured, tracked, drawn and grabbed, without a window."""
