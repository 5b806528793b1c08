"""The store: images, samples, predictions, annotations, strokes, reviews."""
