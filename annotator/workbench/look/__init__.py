"""What is drawn of a face, computed without a window."""
