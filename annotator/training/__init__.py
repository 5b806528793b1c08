"""Training: fit a mesh net to releases, evaluate and compare nets (PyTorch, an optional extra)."""
