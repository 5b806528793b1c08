"""What can go wrong in training, for people."""


class TrainingError(ValueError):
    """Training cannot begin, or not go on; the message says why and what to do."""
