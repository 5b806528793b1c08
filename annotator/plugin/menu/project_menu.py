"""Opening, filling, predicting, exporting and backing up a project from the dock."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from qtpy.QtGui import QAction
from qtpy.QtWidgets import QFileDialog, QMenu, QPushButton

from annotator.plugin.canvas.plain_text import add_entry
from annotator.plugin.menu.closing import may_close
from annotator.plugin.menu.export_dialog import ExportDialog
from annotator.plugin.menu.faceless_dialog import FacelessDialog
from annotator.plugin.menu.failed_box import failed_box
from annotator.plugin.menu.import_dialog import ImportRun
from annotator.plugin.menu.progress_row import ProgressRow
from annotator.plugin.menu.project_forms import (
    BackupDialog,
    PredictDialog,
    free_folder,
)
from annotator.plugin.menu.recent_menu import RecentMenu
from annotator.plugin.menu.sample_project import sample_project_folder
from annotator.plugin.panels.parts import MENU_BUTTON_STYLE, refuse_entry
from annotator.plugin.preferences.preferences import remember_reader
from annotator.plugin.preferences.recent_projects import RecentProjects
from annotator.project import Project, ProjectError, SampleState
from annotator.release import ExportError
from annotator.workbench.backing_up import backing_up, backup_name
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.steps import (
    adding,
    assessing,
    exporting,
    learning,
    making_samples,
    patiently,
    predicting,
)
from annotator.workbench.workbench import Workbench
from annotator.workflow.looking_after import clear_gone

# Seconds that the window waits for another program to release the database: longer would stop
# the annotator's hand.
_BUSY_TIMEOUT = 0.1

_Answer = TypeVar("_Answer")


class ProjectMenu(QPushButton):
    """The button with the project's actions.

    Parameters
    ----------
    workbench : Workbench
    progress : ProgressRow
        Where long work runs.
    tell : callable
        Shows a sentence to the annotator.
    recent : RecentProjects
        Where it is noted which projects were opened.
    others : mapping
        Entries of the menu that are about something else, and what they do.
    """

    def __init__(
        self,
        workbench: Workbench,
        progress: ProgressRow,
        tell: Callable[[str], None],
        recent: RecentProjects,
        others: Mapping[str, Callable[[], object]],
    ) -> None:
        super().__init__("Project")
        self.setStyleSheet(MENU_BUTTON_STYLE)
        self._workbench = workbench
        self._progress = progress
        self._tell = tell
        self.recent = recent
        self._recent_menu = RecentMenu(recent, self._open_recent, self)
        self._needs_project: list[QAction | None] = []
        self._changes: list[QAction | None] = []
        self.setMenu(self._filled_menu(others))
        workbench.project_changed.connect(self._enable)
        self._enable()

    def _filled_menu(self, others: Mapping[str, Callable[[], object]]) -> QMenu:
        menu = QMenu(self)
        menu.addAction("Open project…", self.ask_open)
        menu.addMenu(self._recent_menu)
        menu.addAction("New project…", self.ask_new)
        menu.addAction("Open the sample project", self.open_sample)
        for text, callback in others.items():
            add_entry(menu, text, callback)
        menu.addSeparator()
        self._changes += [
            menu.addAction("Add photographs or videos…", self.ask_photographs),
            menu.addAction("Add a folder…", self.ask_folder),
            menu.addAction("Import annotations…", self.ask_import),
            menu.addAction("Predict…", self.ask_predict),
        ]
        faceless = menu.addAction("Photographs without a face…", self.ask_faceless)
        self._changes += [
            menu.addAction("Assess predictions", self.assess),
            menu.addAction("Learn from corrections", self.learn),
        ]
        self._needs_project += [
            *self._changes,
            faceless,
            menu.addAction("Export accepted samples…", self.ask_export),
            menu.addAction("Back up…", self.ask_backup),
            menu.addAction("Files that failed…", self.show_failed),
        ]
        return menu

    def open_folder(self, address: str | Path) -> bool:
        """Open a project, to look at it if it may not be written; tells why not if that fails."""
        if self._busy():
            return False
        try:
            project = Project.open(address, busy_timeout=_BUSY_TIMEOUT, read_only=None)
        except ProjectError as error:
            self._tell(str(error))
            return False
        return self._take_over(project)

    def ask_open(self) -> None:
        """Ask for a project folder and open it."""
        folder = QFileDialog.getExistingDirectory(self, "Open a project folder")
        if folder and self.open_folder(folder):
            remember_reader(Path(folder))

    def reopen_last(self) -> None:
        """Open the project again that was opened last, of those that are there."""
        last = self.recent.last()
        if last is None:
            self._tell("There is no project that was opened before.")
        else:
            self._open_recent(last.address)

    def ask_new(self) -> None:
        """Ask for a folder and make a project there."""
        name, _ = QFileDialog.getSaveFileName(self, "Name the new project's folder", "faces")
        if not name or self._busy():
            return
        try:
            project = Project.create(name, busy_timeout=_BUSY_TIMEOUT)
        except (ProjectError, OSError) as error:
            self._tell(str(error))
            return
        if self._take_over(project):
            remember_reader(project.home)

    def open_sample(self) -> None:
        """Open the sample project, after making what is missing of it."""
        if self._progress.run(making_samples(sample_project_folder())):
            self._progress.finished.connect(self._open_made_sample)

    def ask_photographs(self) -> None:
        """Ask for photographs and videos and add them."""
        names, _ = QFileDialog.getOpenFileNames(self, "Add photographs or videos")
        self.add([Path(name) for name in names])

    def ask_folder(self) -> None:
        """Ask for a folder and add the photographs and videos in it."""
        folder = QFileDialog.getExistingDirectory(
            self, "Add the photographs and videos of a folder"
        )
        self.add([Path(folder)] if folder else [])

    def add(
        self,
        paths: list[Path],
        *,
        predicts: bool = True,
        after: Callable[[], None] | None = None,
    ) -> None:
        """Add photographs, predict them if wanted, and call something after it."""
        project = self._workbench.project
        if project is not None and paths and not self._busy():
            work = adding(project, paths, copy=False, predicts=predicts)
            self._progress.run(patiently(project, work), after)

    def ask_import(self) -> None:
        """Ask what annotations of others to import, show what will become of them, and do it."""
        project = self._workbench.project
        if project is not None and not self._busy():
            by = self._workbench.annotator
            ImportRun(self._progress, self._tell).ask(project, by, self)

    def ask_predict(self) -> None:
        """Ask how, then predict what has no prediction yet."""
        project = self._workbench.project
        if project is None or self._busy():
            return
        count = self._asked(project.images.count)
        if count is None:
            return
        dialog = PredictDialog(count, self)
        if dialog.exec():
            work = predicting(project, small_faces=dialog.small_faces)
            self._progress.run(patiently(project, work))

    def assess(self) -> None:
        """Find out how good predictions probably are, so that the list can be sorted by it."""
        project = self._workbench.project
        if project is not None and not self._busy():
            self._progress.run(patiently(project, assessing(project)))

    def learn(self) -> None:
        """Teach Guided drag what was corrected in this project, then use it."""
        project = self._workbench.project
        if project is not None and not self._busy() and self._progress.run(learning(project)):
            self._progress.finished.connect(self._use_what_was_learned)

    def ask_faceless(self) -> None:
        """Ask for a photograph in which no face was found, and show it."""
        project = self._workbench.project
        if project is None:
            return
        images = self._asked(project.images.without_faces)
        if images is None:
            return
        if not images:
            self._tell("Every photograph that was predicted has a face.")
            return
        dialog = FacelessDialog(images, self)
        if dialog.exec():
            self._workbench.look_at_photograph(dialog.image)

    def ask_export(self) -> None:
        """Ask how and where to, show what that will write, then export the accepted samples."""
        project = self._workbench.project
        if project is None or self._busy():
            return
        counts = self._asked(project.samples.counts)
        if counts is None:
            return
        accepted = counts[SampleState.ACCEPTED]
        if not accepted:
            self._tell("Nothing is accepted yet: accept a sample (Enter) before exporting.")
            return
        # A release goes beside the project, but for one that lies on a medium, say.
        beside = Path.home() / project.home.name if project.is_read_only else project.home
        dialog = ExportDialog(project, free_folder(beside), accepted, self)
        if not dialog.exec():
            return
        try:
            work = exporting(project, dialog.wish)
        except ExportError as error:
            self._tell(str(error))
            return
        self._progress.run(patiently(project, work))

    def ask_backup(self) -> None:
        """Ask where to, then back the project up."""
        project = self._workbench.project
        if project is None or self._busy():
            return
        dialog = BackupDialog(project.home.parent / backup_name(project.home, datetime.now()), self)
        if dialog.exec():
            self._progress.run(backing_up(project, dialog.file))

    def show_failed(self) -> None:
        """List the files that could not be used, with their reasons."""
        project = self._workbench.project
        if project is None:
            return
        clear_gone(project)
        failed = self._asked(project.images.failed)
        if failed is not None:
            failed_box(failed, self).exec()

    def _open_recent(self, address: str) -> None:
        if self.open_folder(address):
            remember_reader(Path(address))

    def _take_over(self, project: Project) -> bool:
        # Strokes of the project before may be waiting where it can no longer be written.
        if may_close(self._workbench, self) and self._workbench.open(project):
            self.recent.add(project.address)
            return True
        project.close()
        return False

    def _use_what_was_learned(self) -> None:
        self._progress.finished.disconnect(self._use_what_was_learned)
        self._workbench.learn_anew()

    def _open_made_sample(self) -> None:
        self._progress.finished.disconnect(self._open_made_sample)
        if Project.is_project(sample_project_folder()):
            self.open_folder(sample_project_folder())

    def _asked(self, ask: Callable[[], _Answer]) -> _Answer | None:
        """Return what the project answers, or None after telling why it cannot."""
        try:
            return ask()
        except ProjectError as error:
            self._tell(str(error))
            return None

    def _busy(self) -> bool:
        if self._progress.is_running:
            self._tell("Wait for the work under way, or cancel it.")
        return self._progress.is_running

    def _enable(self) -> None:
        for action in self._needs_project:
            if action is not None:
                action.setEnabled(self._workbench.project is not None)
                action.setToolTip("")
        if (menu := self.menu()) is not None:
            menu.setToolTipsVisible(self._workbench.is_read_only)
        for action in self._changes if self._workbench.is_read_only else ():
            refuse_entry(action, READ_ONLY)
