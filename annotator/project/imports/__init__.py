"""Faces that come from elsewhere: what becomes of each, and how it is written."""
