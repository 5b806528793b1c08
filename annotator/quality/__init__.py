"""Which samples are worth work, who says that they are right, and how sure one can be of it."""
