"""What napari's window knows of the dock while the dock is closed: who works here, and on what."""

from typing import NamedTuple
from weakref import ref

from qtpy.QtWidgets import QWidget

_ANNOTATOR = "facemesh_annotator_name"
_PROJECT = "facemesh_annotator_project"
_SAMPLE = "facemesh_annotator_sample"


class Place(NamedTuple):
    """Where somebody was: a project's address and a sample's id, if one was on the screen."""

    address: str
    sample_id: int | None


class WindowMemory:
    """Keeps with a window what a dock in it knew; another dock in it finds it there.

    Parameters
    ----------
    part : QWidget
        Of napari's main window, which outlives its docks.
    """

    def __init__(self, part: QWidget) -> None:
        # Weakly: napari fails whoever keeps its window from going.
        self._window = ref(part.window() or part)

    @property
    def annotator(self) -> str:
        """Who works here, as the command line or somebody in this window said; or empty."""
        return str(self._get(_ANNOTATOR) or "")

    @annotator.setter
    def annotator(self, name: str) -> None:
        self._set(_ANNOTATOR, name)

    @property
    def place(self) -> Place | None:
        """Where the dock was when it was closed."""
        address, sample_id = self._get(_PROJECT), self._get(_SAMPLE)
        if not address:
            return None
        return Place(str(address), sample_id if isinstance(sample_id, int) else None)

    @place.setter
    def place(self, place: Place | None) -> None:
        self._set(_PROJECT, None if place is None else place.address)
        self._set(_SAMPLE, None if place is None else place.sample_id)

    def forget(self) -> None:
        """Forget all of it."""
        self.annotator, self.place = "", None

    def _get(self, name: str) -> object:
        window = self._window()
        return None if window is None else window.property(name)

    def _set(self, name: str, value: object) -> None:
        window = self._window()
        if window is not None:
            window.setProperty(name, value)
