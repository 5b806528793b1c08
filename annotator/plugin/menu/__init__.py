"""The project menu: opening, adding, predicting, exporting, and how far that is."""
