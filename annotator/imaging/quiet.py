"""Libraries that print what they think of a file: here an exception says it, or nothing needs to.

They write to the process's stderr, past Python. Sending that elsewhere for a moment would take
along what other threads print, so each is asked to be silent in its own way. On Windows libtiff
cannot be reached, and libpng within OpenCV nowhere: they may print of a damaged file.
"""

import ctypes
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType

_SILENT = 0
_LEVEL_LOCK = threading.Lock()


@cache
def silence_pillow() -> None:
    """Have Pillow's libtiff print nothing, and Pillow log nothing where nobody listens."""
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    try:
        # Whatever this module was linked with is found through it.
        library = ctypes.CDLL(import_module("PIL._imaging").__file__)
        setters = [library.TIFFSetErrorHandler, library.TIFFSetWarningHandler]
    except (AttributeError, OSError):  # it is part of the module, and not to be reached
        return
    for setter in setters:
        setter.argtypes, setter.restype = (ctypes.c_void_p,), ctypes.c_void_p
        setter(None)


@contextmanager
def silent(cv2: ModuleType) -> Iterator[None]:
    """Have OpenCV log nothing in the block."""
    with _LEVEL_LOCK:
        before = cv2.utils.logging.setLogLevel(_SILENT)
        try:
            yield
        finally:
            cv2.utils.logging.setLogLevel(before)
