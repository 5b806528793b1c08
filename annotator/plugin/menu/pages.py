"""What the dock shows of a project: its name, and the page for where the work is."""

from collections.abc import Sequence

from qtpy.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import explain
from annotator.plugin.menu.project_menu import ProjectMenu
from annotator.plugin.menu.welcome import nothing_predicted, nothing_to_see, welcome
from annotator.plugin.panels.status_line import StatusLine
from annotator.workbench.workbench import Workbench


class ProjectTitle(StatusLine):
    """The name of the open project; the tooltip has its folder.

    Parameters
    ----------
    workbench : Workbench
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        workbench.project_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        project = self._workbench.project
        if project is None:
            self.say("", "No project")
        else:
            self.say(project.home.name, "")
            explain(self, str(project.home))


class Pages(QStackedWidget):
    """The first page, the one of a project without faces, and the one to work on.

    Parameters
    ----------
    workbench : Workbench
    menu : ProjectMenu
        What the first two offer.
    work : sequence of QWidget
        The parts of the third, from above; the first one takes the room that there is.
    """

    def __init__(
        self,
        workbench: Workbench,
        menu: ProjectMenu,
        work: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        # napari puts a stretch below docks of which no part asks for the room itself.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        pages = (welcome(menu), nothing_predicted(menu), _page_of(work), nothing_to_see(menu))
        for page in pages:
            self.addWidget(page)
        workbench.project_changed.connect(self._show)
        workbench.samples_changed.connect(self._show)
        workbench.clips.opened.connect(self._show)
        self._show()

    def _show(self) -> None:
        bench = self._workbench
        without = 3 if bench.is_read_only else 1
        has_work = bench.samples.total or bench.clips.open_clip is not None
        self.setCurrentIndex(0 if bench.project is None else 2 if has_work else without)


def _page_of(parts: Sequence[QWidget]) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    for number, part in enumerate(parts):
        layout.addWidget(part, stretch=int(number == 0))
    return page
