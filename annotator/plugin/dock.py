"""The dock: it puts the parts together and decides nothing itself."""

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from annotator.plugin.canvas.compared import Compared
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.guard import Guard
from annotator.plugin.canvas.other_faces import OtherFaces
from annotator.plugin.canvas.picture_keeper import PictureKeeper
from annotator.plugin.canvas.pointed_at import PointedAt
from annotator.plugin.canvas.pointed_region import region_under_pointer
from annotator.plugin.canvas.pointer_note import PointerNote
from annotator.plugin.canvas.private import canvas_widget, open_preferences
from annotator.plugin.canvas.sample_display import SampleDisplay
from annotator.plugin.canvas.shown_guide import ShownGuide
from annotator.plugin.canvas.spread_ahead import SpreadAhead
from annotator.plugin.canvas.tool_mouse import ToolMouse
from annotator.plugin.canvas.uncertainty import Uncertainty
from annotator.plugin.canvas.visit_recorder import VisitRecorder
from annotator.plugin.clip_parts import ClipParts
from annotator.plugin.dock_life import DockLife
from annotator.plugin.keyboard.actions import Action, Hands, key_actions
from annotator.plugin.keyboard.bound_keys import BoundKeys
from annotator.plugin.keyboard.key_help import KeyHelp
from annotator.plugin.keyboard.space_bar import SpaceBar
from annotator.plugin.menu.backup_clock import BackupClock
from annotator.plugin.menu.closing import Closing
from annotator.plugin.menu.name_row import NameButton, NameRow
from annotator.plugin.menu.opened_files import OpenedFiles
from annotator.plugin.menu.pages import Pages, ProjectTitle
from annotator.plugin.menu.progress_row import ProgressRow
from annotator.plugin.menu.project_menu import ProjectMenu
from annotator.plugin.menu.read_only_row import ReadOnlyRow
from annotator.plugin.menu.way_back import WayBack
from annotator.plugin.panels.edit_panel import EditPanel
from annotator.plugin.panels.finding_rows import FindingRows
from annotator.plugin.panels.guide_row import GuideRow
from annotator.plugin.panels.parts import KeyButton, PassingMessage, key_button
from annotator.plugin.panels.quiet_wheel import QuietWheel
from annotator.plugin.panels.region_panel import RegionPanel
from annotator.plugin.panels.round_parts import CompareRow, RoundRemark, RoundTitle
from annotator.plugin.panels.tab_marks import TabMarks
from annotator.plugin.panels.telling import Telling
from annotator.plugin.panels.tool_panel import ToolPanel
from annotator.plugin.panels.view_panel import ViewPanel
from annotator.plugin.preferences.annotator_name import AnnotatorName
from annotator.plugin.preferences.preferences import DISPLAY_NAME
from annotator.plugin.preferences.recent_projects import RecentProjects, settings_file
from annotator.plugin.preferences.settings_link import SettingsLink
from annotator.plugin.preferences.settings_store import SettingsStore
from annotator.plugin.preferences.window_memory import WindowMemory
from annotator.plugin.review_parts import ReviewParts
from annotator.plugin.samples.adjudication import AdjudicationWindow
from annotator.plugin.samples.contact_sheet import ContactSheet
from annotator.plugin.samples.dispute_parts import DisputeRow
from annotator.plugin.samples.face_question import FaceQuestion
from annotator.plugin.samples.find_sample import SampleFinder
from annotator.plugin.samples.remark_line import RemarkLine, WhyLine
from annotator.plugin.samples.sample_panel import SamplePanel
from annotator.plugin.samples.sending_back import SendingBack
from annotator.system.people import login_name
from annotator.workbench.adjudicating import Adjudicating
from annotator.workbench.comparing import Comparing
from annotator.workbench.faces import Faces
from annotator.workbench.guides import Guides
from annotator.workbench.keys import KeyBindings
from annotator.workbench.other_windows import OtherWindows
from annotator.workbench.present_round import PresentRound
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
        self._message = PassingMessage()
        self.telling = Telling(self.workbench, self._message)
        self._memory = WindowMemory(canvas_widget(napari_viewer))
        self._store = SettingsStore(self)
        self.name = AnnotatorName(self.workbench, self._store, self._memory, self)
        self._make_parts(napari_viewer)
        actions = self._actions()
        self._arrange(actions)
        self.clip_parts.place(actions)
        self._connect()
        self._follow_the_annotator(actions)
        closing = Closing(napari_viewer, self.view)
        self.life = DockLife(self, self.workbench, closing, self._end, self.view.clear)
        self._way_back = WayBack(self.workbench, self._memory, self.project_menu.open_folder, self)

    def _make_parts(self, napari_viewer: "Viewer") -> None:
        self.view = FaceView(napari_viewer)
        self._guard = Guard(napari_viewer, self.view, self.workbench, self.telling.tell)
        self.progress = ProgressRow()
        self.project_menu = ProjectMenu(
            self.workbench,
            self.progress,
            self.telling.warn,
            RecentProjects(settings_file()),
            {
                "Annotator's name…": self.ask_annotator,
                "Clips…": self.ask_clip,
                "Opinions that differ…": self.open_disputes,
                "Settings and keys…": self.open_settings,
            },
        )
        self._opened_files = OpenedFiles(
            napari_viewer, self.workbench, self.view, self.project_menu
        )
        self.faces = Faces(self.workbench, lambda: self._display.photograph)
        self.regions = RegionMarks(self.workbench, self.workbench.edits)
        # Kept here: signals hold on to nobody who follows them.
        self._others = OtherWindows(self.workbench, monotonic)
        self._display = SampleDisplay(self.workbench, self.view, self)
        self.clip_parts = ClipParts(
            napari_viewer, self.workbench, self.view, self, self.telling.warn
        )
        self._pictures = PictureKeeper(self.workbench, self._display)
        self._spread = SpreadAhead(self.workbench, self._display, self.faces, self)
        self._uncertainty = Uncertainty(self.workbench, self.view, self._display, self.faces)
        self.present_round = PresentRound(self.workbench)
        self._make_other_meshes()
        self._pointed_at = PointedAt(self.workbench.checks, self.view)
        self.present_round.changed.connect(self.faces.prepare)
        self._mouse = ToolMouse(napari_viewer, self.workbench, self.view)
        self.remarks = Remarks(self.workbench)
        self.remark = RemarkLine(self.remarks)
        self.why = WhyLine(self.workbench.triaged)
        self.finding_rows = FindingRows(self.workbench.checks)
        self.round_title = RoundTitle(self.present_round)
        self.samples = SamplePanel(
            self.workbench, self.progress.run, self.remarks, self.round_title
        )
        self.sheet = ContactSheet(
            self.workbench, self.remarks, self.progress.run, self, self.come_to_front
        )
        self.samples.sheet_asked.connect(self.sheet.open)
        self._make_parts_over(napari_viewer, canvas_widget(napari_viewer))

    def _make_other_meshes(self) -> None:
        """Make what shows a face as others have it: models, several people, a guide."""
        self.comparing = Comparing(self.workbench, self.present_round)
        self.adjudicating = Adjudicating(self.workbench)
        self.adjudication = AdjudicationWindow(
            self.workbench, self.adjudicating, lambda: self._display.photograph, self
        )
        self.disputes = DisputeRow(self.adjudicating, self.adjudication.open_current)
        self.guides = Guides(self.workbench, self.workbench.edits)
        self._shown_guide = ShownGuide(self.guides, self.view)
        self._compared = Compared(self.comparing, self.view, self._display)

    def _make_parts_over(self, napari_viewer: "Viewer", canvas: QWidget) -> None:
        """Make what lies over the photograph besides the mesh."""
        self.review = ReviewParts(
            napari_viewer, self.workbench, self.view, self.comparing, self.focus_canvas
        )
        self._sending_back = SendingBack(
            self.workbench, self.review.pins,
            lambda: region_under_pointer(self.workbench, self.view, self._mouse),
            self, self.focus_canvas,
        )  # fmt: skip
        # After the mouse: a press that no tool takes may be a click on another face.
        self.others = OtherFaces(napari_viewer, self.workbench, self.view, PointerNote(canvas))
        self.question = FaceQuestion(canvas, self.focus_canvas)
        self.faces.asked.connect(self.question.ask)
        self.workbench.verdicts.asked.connect(self.question.ask)
        self.workbench.current_changed.connect(self.question.leave)
        self._help = KeyHelp(canvas)
        show_all = self.samples.show_all
        self._finder = SampleFinder(self.workbench, canvas, show_all, self.focus_canvas)

    def _follow_the_annotator(self, actions: dict[str, Action]) -> None:
        """Hear keys and count the time, as the settings say."""
        self._bound_keys = BoundKeys(self._viewer, actions, SpaceBar(self._mouse))
        self._visits = VisitRecorder(self.workbench, canvas_widget(self._viewer))
        self._settings = SettingsLink(
            self._store, self.workbench, self.view, self._visits.clock, self.use_keys
        )
        self._backups = BackupClock(self.workbench, self._store, self)

    def _actions(self) -> dict[str, Action]:
        hands = Hands(
            self.workbench, self.view, self._mouse, self.faces, self.regions,
            self.workbench.reviewing, self.review.differences, self._sending_back.ask,
            self._sending_back.exclude, self._sending_back.exclude_for_reasons, self.show_tools,
        )  # fmt: skip
        actions = self._help.in_front_of(key_actions(hands))
        windows = {
            "find": self._finder.open, "contact_sheet": self.sheet.open,
            "strip": self.clip_parts.strip.toggle,
        }  # fmt: skip
        return actions | {"help": self._help.toggle} | windows

    def open_folder(self, address: str | Path) -> bool:
        """Open a project and take its first sample to do under edit."""
        opened = self.project_menu.open_folder(address)
        self.focus_canvas()
        return opened

    def focus_canvas(self) -> None:
        """Hand the keyboard to the canvas, where the keys work."""
        canvas_widget(self._viewer).setFocus()

    def come_to_front(self) -> None:
        """Bring napari's window in front of the sheet, and hand the keyboard to the canvas."""
        window = self.window()
        if window is not None and window.isVisible():
            window.raise_()
            window.activateWindow()
            self.focus_canvas()

    def ask_annotator(self) -> None:
        """Ask who works here."""
        self.who.ask()
        self.focus_canvas()

    def ask_clip(self) -> None:
        """Ask for a clip and show it."""
        self.clip_parts.ask_clip()
        self.focus_canvas()

    def open_disputes(self) -> None:
        """Show the faces whose opinions differ, side by side."""
        self.adjudication.open_all()

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
        for panel in (
            self.tool_panel, self.view_panel, self.region_panel, self.sheet, self.clip_parts,
        ):  # fmt: skip
            panel.show_keys(keys)

    def shut_down(self) -> None:
        """Stop threads and give viewer, keys and mouse back; once."""
        self.life.shut_down()

    def _end(self) -> None:
        self._way_back.remember()
        self.telling.put_away()
        self.adjudication.close()
        self._retry.stop()
        self._look.stop()
        self.progress.wait()
        self.clip_parts.close()
        self._mouse.detach()
        self.others.detach()
        self.review.close()
        self.question.remove()
        self._bound_keys.close()
        self._guard.close()
        self._opened_files.close()
        self._settings.close()
        self._backups.close()
        self.workbench.close()
        self._spread.close()
        self.faces.close()
        self._visits.close()
        self._pictures.close()
        self._display.close()
        self.view.close()
        self.samples.list.thumbnails.close()
        self.sheet.shut_down()
        self._help.remove()
        self._finder.remove()

    def _arrange(self, actions: dict[str, Action]) -> None:
        self.tool_panel = ToolPanel(self.workbench)
        self.view_panel = ViewPanel(self.view)
        self.compare_row = CompareRow(self.comparing)
        self.view_panel.add_row(self.compare_row)
        self.guide_row = GuideRow(self.workbench, self.guides, self.view_panel)
        self.tool_panel.add_row(self.guide_row)
        self.region_panel = RegionPanel(self.workbench, self.regions)
        pages = {"Tools": self.tool_panel, "View": self.view_panel, "Regions": self.region_panel}
        self.edit = EditPanel(self.workbench, actions, pages | {"Review": self.review.panel})
        self._tab_marks = TabMarks(self.edit, self.view, self.regions)
        self.round_remark = RoundRemark(self.comparing)
        work = (
            self.samples, self.remark, self.why, self.round_remark, self.disputes,
            self.finding_rows, self.edit,
        )  # fmt: skip
        self._pages = Pages(self.workbench, self.project_menu, work)
        self.who = NameButton(self.workbench, self.name, self.telling.warn)
        self.ask_name = NameRow(self.workbench, self.name, self.telling.warn, self.focus_canvas)
        top = QHBoxLayout()
        top.addWidget(ProjectTitle(self.workbench), stretch=1)
        top.addWidget(self.who)
        help_button = key_button("Keys", "help", self._help.toggle, "Show every key")
        help_button.setMaximumWidth(84)
        top.addWidget(help_button)
        top.addWidget(self.project_menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(top)
        layout.addWidget(ReadOnlyRow(self.workbench))
        layout.addWidget(self.review.row)
        layout.addWidget(self.ask_name)
        layout.addWidget(self._pages, stretch=1)
        layout.addWidget(self._message)
        layout.addWidget(self.progress)
        self.setMinimumWidth(_MIN_WIDTH)
        QuietWheel(self)

    def _connect(self) -> None:
        self.view.turned.connect(self.workbench.tools.drop_pending)
        self.regions.hidden_changed.connect(self.workbench.mesh_changed.emit)
        self.samples.typed.connect(self.focus_canvas)
        self.progress.finished.connect(self._after_work)
        self.progress.failed.connect(self.telling.warn)
        self._retry = QTimer(self)
        self._retry.timeout.connect(self.workbench.edits.retry_pending)
        self._retry.start(_RETRY_MS)
        self._look = QTimer(self)
        self._look.timeout.connect(self._others.look)
        self._look.timeout.connect(self.clip_parts.look)
        self._look.timeout.connect(self.present_round.look)
        self._look.timeout.connect(self.workbench.triaged.look)
        self._look.start(_LOOK_MS)

    def _after_work(self, text: str) -> None:
        if text:
            self.telling.tell(text)
        self.workbench.refresh()
        self.focus_canvas()
