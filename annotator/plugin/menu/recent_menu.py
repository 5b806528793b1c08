"""The projects opened last, as a menu."""

from collections.abc import Callable
from functools import partial

from qtpy.QtWidgets import QMenu, QWidget

from annotator.plugin.canvas.plain_text import add_entry, explain
from annotator.plugin.preferences.recent_projects import Recent, RecentProjects


class RecentMenu(QMenu):
    """Lists the projects opened last; those that are gone cannot be chosen, and say why.

    Parameters
    ----------
    projects : RecentProjects
    open_ : callable
        Takes the address of the one chosen.
    """

    def __init__(
        self,
        projects: RecentProjects,
        open_: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Recent projects", parent)
        self._projects = projects
        self._open = open_
        self.setToolTipsVisible(True)
        # They may be gone by the time that the menu is opened.
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List them as they are now."""
        self.clear()
        entries = self._projects.entries()
        for recent in entries:
            self._add(recent)
        if not entries:
            add_entry(self, "None yet").setEnabled(False)

    def _add(self, recent: Recent) -> None:
        shown = f"{recent.title}: {recent.missing}" if recent.missing else recent.title
        entry = add_entry(self, shown, partial(self._choose, recent.address))
        explain(entry, recent.address)
        entry.setEnabled(not recent.missing)

    def _choose(self, address: str, _checked: bool = False) -> None:
        self._open(address)
