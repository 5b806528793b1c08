"""Sparse landmarks: which schemes there are, and where their points lie on a mesh."""
