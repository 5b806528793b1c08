"""The photograph and the mesh on napari's canvas, and the mouse over it."""
