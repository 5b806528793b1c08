"""PyAV, imported when it is needed first: an extra, whose absence is said in words."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from annotator.imaging.clips.errors import ClipError

INSTALL = "pip install 'facemesh-annotator[video]'"


@cache
def pyav() -> ModuleType:
    """Return the package `av`, which prints nothing.

    PyAV drops what FFmpeg logs unless somebody asks for it; so nothing is set here, which other
    programs in the process would notice.

    Raises
    ------
    ClipError
        If it is not installed, or its libraries cannot be loaded.
    """
    try:
        return import_module("av")
    except ImportError as error:
        raise ClipError(f"videos need PyAV, which is not installed: {INSTALL}") from error


def is_installed() -> bool:
    """Return whether PyAV is there; it is not imported for it."""
    return find_spec("av") is not None
