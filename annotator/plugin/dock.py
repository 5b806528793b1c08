"""The dock: it puts the parts together and decides nothing itself."""

from html import escape
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from napari.utils.notifications import show_warning
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.guard import Guard
from annotator.plugin.canvas.other_faces import OtherFaces
from annotator.plugin.canvas.picture_keeper import PictureKeeper
from annotator.plugin.canvas.pointer_note import PointerNote
from annotator.plugin.canvas.private import canvas_widget, open_preferences
from annotator.plugin.canvas.sample_display import SampleDisplay
from annotator.plugin.canvas.spread_ahead import SpreadAhead
from annotator.plugin.canvas.tool_mouse import ToolMouse
from annotator.plugin.canvas.visit_recorder import VisitRecorder
from annotator.plugin.dock_life import DockLife
from annotator.plugin.keyboard.actions import Action, Hands, key_actions
from annotator.plugin.keyboard.bound_keys import BoundKeys
from annotator.plugin.keyboard.key_help import KeyHelp
from annotator.plugin.keyboard.space_bar import SpaceBar
from annotator.plugin.menu.closing import Closing
from annotator.plugin.menu.name_row import NameButton, NameRow
from annotator.plugin.menu.opened_files import OpenedFiles
from annotator.plugin.menu.progress_row import ProgressRow
from annotator.plugin.menu.project_menu import ProjectMenu
from annotator.plugin.menu.way_back import WayBack
from annotator.plugin.menu.welcome import nothing_predicted, welcome
from annotator.plugin.panels.edit_panel import EditPanel
from annotator.plugin.panels.parts import KeyButton, PassingMessage, key_button
from annotator.plugin.panels.quiet_wheel import QuietWheel
from annotator.plugin.panels.region_panel import RegionPanel
from annotator.plugin.panels.tool_panel import ToolPanel
from annotator.plugin.panels.view_panel import ViewPanel
from annotator.plugin.preferences.annotator_name import AnnotatorName
from annotator.plugin.preferences.preferences import DISPLAY_NAME
from annotator.plugin.preferences.recent_projects import RecentProjects, settings_file
from annotator.plugin.preferences.settings_link import SettingsLink
from annotator.plugin.preferences.settings_store import SettingsStore
from annotator.plugin.preferences.window_memory import WindowMemory
from annotator.plugin.samples.face_question import FaceQuestion
from annotator.plugin.samples.find_sample import SampleFinder
from annotator.plugin.samples.reject_dialog import RejectDialog
from annotator.plugin.samples.remark_line import RemarkLine
from annotator.plugin.samples.sample_panel import SamplePanel
from annotator.project import RejectReason
from annotator.system.people import login_name
from annotator.workbench.faces import Faces
from annotator.workbench.keys import KeyBindings
from annotator.workbench.look.view_settings import Colours
from annotator.workbench.other_windows import OtherWindows
from annotator.workbench.region_marks import RegionMarks
from annotator.workbench.remarks import Remarks
from annotator.workbench.workbench import Workbench

if TYPE_CHECKING:
    from napari import Viewer

# How often strokes that the database refused are offered again.
_RETRY_MS = 500
# How often the dock looks for what other windows, and prediction runs, changed.
_LOOK_MS = 500
# Also the width that leaves the photograph most of a 1280-pixel screen.
_MIN_WIDTH = 340


class AnnotatorDock(QWidget):
    """Annotate faces: samples, brush and review in one dock.

    Parameters
    ----------
    napari_viewer : napari.Viewer
        The name by which napari knows what to pass.
    """

    def __init__(self, napari_viewer: "Viewer") -> None:
        super().__init__()
        self.workbench = Workbench(login_name())
        self._viewer = napari_viewer
        # Rejections that were refused, by sample: nobody writes their reasons twice.
        self._unwritten: dict[int, tuple[tuple[RejectReason, ...], str]] = {}
        self._memory = WindowMemory(canvas_widget(napari_viewer))
        self._store = SettingsStore(self)
        self.name = AnnotatorName(self.workbench, self._store, self._memory, self)
        self._make_parts(napari_viewer)
        actions = self._actions()
        self._arrange(actions)
        self._connect()
        self._follow_the_annotator(actions)
        self._show_page()
        closing = Closing(napari_viewer, self.view)
        self.life = DockLife(self, self.workbench, closing, self._end, self.view.clear)
        self._way_back = WayBack(self.workbench, self._memory, self.project_menu.open_folder, self)

    def _make_parts(self, napari_viewer: "Viewer") -> None:
        self.view = FaceView(napari_viewer)
        self._guard = Guard(napari_viewer, self.view, self.workbench, self.tell)
        self.progress = ProgressRow()
        self.project_menu = ProjectMenu(
            self.workbench,
            self.progress,
            self.warn,
            RecentProjects(settings_file()),
            {"Annotator's name…": self.ask_annotator, "Settings and keys…": self.open_settings},
        )
        self._opened_files = OpenedFiles(
            napari_viewer, self.workbench, self.view, self.project_menu
        )
        self.faces = Faces(self.workbench, lambda: self._display.photograph)
        self.regions = RegionMarks(self.workbench, self.workbench.edits)
        # Kept here: signals hold on to nobody who follows them.
        self._others = OtherWindows(self.workbench, monotonic)
        self._display = SampleDisplay(self.workbench, self.view, self)
        self._pictures = PictureKeeper(self.workbench, self._display)
        self._spread = SpreadAhead(self.workbench, self._display, self.faces, self)
        self._mouse = ToolMouse(napari_viewer, self.workbench, self.view)
        canvas = canvas_widget(napari_viewer)
        # After the mouse: a press that no tool takes may be a click on another face.
        self.others = OtherFaces(napari_viewer, self.workbench, self.view, PointerNote(canvas))
        self.question = FaceQuestion(canvas, self.focus_canvas)
        self.faces.asked.connect(self.question.ask)
        self.workbench.current_changed.connect(self.question.leave)
        self._help = KeyHelp(canvas)
        self.remarks = Remarks(self.workbench)
        self.remark = RemarkLine(self.remarks)
        self.samples = SamplePanel(self.workbench, self.progress.run, self.remarks)
        self._finder = SampleFinder(
            self.workbench, canvas, self.samples.show_all, self.focus_canvas
        )

    def _follow_the_annotator(self, actions: dict[str, Action]) -> None:
        """Hear keys and count the time, as the settings say."""
        self._bound_keys = BoundKeys(self._viewer, actions, SpaceBar(self._mouse))
        self._visits = VisitRecorder(self.workbench, canvas_widget(self._viewer))
        self._settings = SettingsLink(
            self._store, self.workbench, self.view, self._visits.clock, self.use_keys
        )

    def _actions(self) -> dict[str, Action]:
        hands = Hands(
            self.workbench, self.view, self._mouse, self.faces, self.regions, self.ask_reject,
            self.show_tools,
        )  # fmt: skip
        actions = self._help.in_front_of(key_actions(hands))
        return actions | {"help": self._help.toggle, "find": self._finder.open}

    def open_folder(self, address: str | Path) -> bool:
        """Open a project and take its first sample to do under edit."""
        opened = self.project_menu.open_folder(address)
        self.focus_canvas()
        return opened

    def focus_canvas(self) -> None:
        """Hand the keyboard to the canvas, where the keys work."""
        canvas_widget(self._viewer).setFocus()

    def tell(self, message: str) -> None:
        """Show the annotator a sentence, without anything to click away."""
        self._message.show_for_a_while(message)

    def warn(self, message: str) -> None:
        """Show the annotator a sentence about what could not be done."""
        self._message.show_for_a_while(message)
        show_warning(message)

    def _tell_of_sample(self, message: str) -> None:
        self._message.show_for_a_while(message, of_sample=True)

    def _warn_of_sample(self, message: str) -> None:
        self._tell_of_sample(message)
        show_warning(message)

    def ask_reject(self) -> None:
        """Ask for the reasons and reject the current sample."""
        session = self.workbench.session
        if session is None or session.is_dragging:
            return
        if not self.workbench.in_sight(for_verdict=True):
            return
        if not self.workbench.verdicts.has_seen_all():
            return
        dialog = RejectDialog(self)
        dialog.fill(*self._unwritten.pop(session.sample_id, ((), "")))
        # Over the dock: the face under judgement stays in sight.
        dialog.move(self.mapToGlobal(self.rect().topLeft()))
        if dialog.exec() and not self.workbench.verdicts.reject(dialog.reasons, dialog.comment):
            self._unwritten[session.sample_id] = dialog.reasons, dialog.comment
        self.focus_canvas()

    def ask_annotator(self) -> None:
        """Ask who works here."""
        self.who.ask()
        self.focus_canvas()

    def show_tools(self) -> None:
        """Show the page with the options of the tool in hand."""
        self.edit.tabs.setCurrentIndex(0)

    def open_settings(self) -> None:
        """Show this plugin's page of napari's preferences."""
        open_preferences(self._viewer, DISPLAY_NAME)

    def use_keys(self, keys: KeyBindings) -> None:
        """Bind these keys and name them wherever keys are named."""
        self._keys = self.workbench.keys = keys
        self._bound_keys.use(keys)
        self._help.use_keys(keys)
        self.view.mesh_layer.help = f"{keys.text('help')} shows every key"
        for button in self.findChildren(KeyButton):
            button.show_key(keys)
        for panel in (self.tool_panel, self.view_panel, self.region_panel):
            panel.show_keys(keys)

    def shut_down(self) -> None:
        """Stop threads and give viewer, keys and mouse back; once."""
        self.life.shut_down()

    def _end(self) -> None:
        self._way_back.remember()
        self._retry.stop()
        self._look.stop()
        self.progress.wait()
        self._mouse.detach()
        self.others.detach()
        self.question.remove()
        self._bound_keys.close()
        self._guard.close()
        self._opened_files.close()
        self._settings.close()
        self.workbench.close()
        self._spread.close()
        self.faces.close()
        self._visits.close()
        self._pictures.close()
        self._display.close()
        self.samples.list.thumbnails.close()
        self._help.remove()
        self._finder.remove()

    def _arrange(self, actions: dict[str, Action]) -> None:
        self.tool_panel = ToolPanel(self.workbench)
        self.view_panel = ViewPanel(self.view)
        self.region_panel = RegionPanel(self.workbench, self.regions)
        pages = {"Tools": self.tool_panel, "View": self.view_panel, "Regions": self.region_panel}
        self.edit = EditPanel(self.workbench, actions, pages)
        self._pages = QStackedWidget()
        # napari puts a stretch below docks of which no part asks for the room itself.
        self._pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._pages.addWidget(welcome(self.project_menu))
        self._pages.addWidget(nothing_predicted(self.project_menu))
        self._pages.addWidget(self._work_page())
        self._title = QLabel()
        self._message = PassingMessage()
        self.who = NameButton(self.workbench, self.name, self.warn)
        self.ask_name = NameRow(self.workbench, self.name, self.warn, self.focus_canvas)
        top = QHBoxLayout()
        top.addWidget(self._title, stretch=1)
        top.addWidget(self.who)
        help_button = key_button("Keys", "help", self._help.toggle, "Show every key")
        help_button.setMaximumWidth(84)
        top.addWidget(help_button)
        top.addWidget(self.project_menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(top)
        layout.addWidget(self.ask_name)
        layout.addWidget(self._pages, stretch=1)
        layout.addWidget(self._message)
        layout.addWidget(self.progress)
        self.setMinimumWidth(_MIN_WIDTH)
        QuietWheel(self)

    def _work_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.samples, stretch=1)
        layout.addWidget(self.remark)
        layout.addWidget(self.edit)
        return page

    def _connect(self) -> None:
        self.workbench.project_changed.connect(self._show_page)
        self.workbench.samples_changed.connect(self._show_page)
        self._display.shown.connect(self._show_uncertainty)
        self.workbench.stroke_made.connect(self._show_uncertainty_anew)
        self.view.settings_changed.connect(self._show_uncertainty)
        self.view.turned.connect(self.workbench.tools.drop_pending)
        self.regions.hidden_changed.connect(self.workbench.mesh_changed.emit)
        self.view.settings_changed.connect(self._mark_tabs)
        self.regions.hidden_changed.connect(self._mark_tabs)
        self.samples.typed.connect(self.focus_canvas)
        self.workbench.told.connect(self._tell_of_sample)
        self.workbench.failed.connect(self._warn_of_sample)
        self.workbench.current_changed.connect(self._message.leave_sample)
        self.progress.finished.connect(self._after_work)
        self.progress.failed.connect(self.warn)
        self._retry = QTimer(self)
        self._retry.timeout.connect(self.workbench.edits.retry_pending)
        self._retry.start(_RETRY_MS)
        self._look = QTimer(self)
        self._look.timeout.connect(self._others.look)
        self._look.start(_LOOK_MS)

    def _show_page(self) -> None:
        project = self.workbench.project
        page = 0 if project is None else 2 if self.workbench.samples.total else 1
        self._pages.setCurrentIndex(page)
        name = "No project" if project is None else f"<b>{escape(project.home.name)}</b>"
        self._title.setText(name)
        self._title.setToolTip("" if project is None else str(project.home))

    def _mark_tabs(self) -> None:
        """Show by a dot where something makes faces look other than usual."""
        pages = {1: not self.view.settings.light.is_neutral, 2: bool(self.regions.hidden)}
        for page, is_unusual in pages.items():
            self.edit.mark_tab(page, is_unusual=is_unusual)

    def _show_uncertainty_anew(self) -> None:
        if self.view.uncertainty is not None:
            self.view.uncertainty = None
            self._show_uncertainty()

    def _show_uncertainty(self) -> None:
        """Ask the model how sure it is of the mesh as it stands, when that is to be seen."""
        wanted = self.view.settings.colours is Colours.UNCERTAINTY
        if wanted and self.view.uncertainty is None:
            self.view.uncertainty = self.faces.uncertainty()

    def _after_work(self, text: str) -> None:
        if text:
            self.tell(text)
        self.workbench.refresh()
        self.focus_canvas()
