"""The annotator's tools: from a mesh and a pointer to an edit, free of windows and stores."""
