"""The way back to where a dock in this window was closed."""

from collections.abc import Callable

from qtpy.QtCore import QObject, QTimer

from annotator.plugin.preferences.window_memory import Place, WindowMemory
from annotator.workbench.workbench import Workbench


class WayBack(QObject):
    """Remembers the project and the sample for the next dock in the window, and goes there.

    Parameters
    ----------
    workbench : Workbench
    memory : WindowMemory
    open_ : callable
        Opens the project at an address; returns whether it is open.
    """

    def __init__(
        self,
        workbench: Workbench,
        memory: WindowMemory,
        open_: Callable[[str], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._memory = memory
        self._open = open_
        # Once whoever opened the dock had their turn: they may open a project in it themselves.
        QTimer.singleShot(0, self.come_back)

    def remember(self) -> None:
        """Note where the annotator is; call it while the project is still open."""
        project = self._workbench.project
        here = None if project is None else Place(project.address, self._workbench.sample_id)
        self._memory.place = here

    def come_back(self) -> None:
        """Go where the dock before was, unless a project is open already."""
        place = self._memory.place
        if place is None or self._workbench.project is not None:
            return
        if self._open(place.address) and place.sample_id is not None:
            self._workbench.go_to(place.sample_id)
