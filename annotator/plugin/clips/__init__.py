"""Annotating video in the window: the frame bar below the photograph, and what belongs to it."""
