"""The one error of this room."""


class ImageError(ValueError):
    """An image that cannot be used.

    The message is one line: the reason, as a person would say it, without the path.
    """
