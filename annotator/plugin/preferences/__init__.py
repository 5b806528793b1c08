"""The settings in napari's preferences."""
