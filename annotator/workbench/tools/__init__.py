"""The tools as the annotator meets them: one card each."""
