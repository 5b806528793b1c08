"""Annotating video without a window: frames, tracks, key frames, and what lies between them."""
