"""The annotator at work, without a window: what is open, the tool in hand, strokes, verdicts."""
