"""The live window: plain Qt, without napari."""
