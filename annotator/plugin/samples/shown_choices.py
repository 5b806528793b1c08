"""Which samples are shown and in which order, as widgets; several sets of them say the same."""

from qtpy.QtCore import QObject, QSignalBlocker, Qt
from qtpy.QtWidgets import QComboBox, QLineEdit, QToolButton

from annotator.plugin.canvas.plain_text import fill_field, name_button
from annotator.plugin.panels.parts import without_focus
from annotator.workbench.measures import Among
from annotator.workbench.shown_samples import Shown
from annotator.workbench.sort_keys import SortKey
from annotator.workbench.states import filters
from annotator.workbench.workbench import Workbench

_TO_DO = [title for title, _ in filters()].index("To do")


class ShownChoices(QObject):
    """A filter, an order, its direction and a field for names; whoever makes it lays them out.

    What is chosen elsewhere, by another set of these say, is shown here as well.

    Parameters
    ----------
    workbench : Workbench

    Attributes
    ----------
    filter, quality, sorting : QComboBox
        The second is not there as long as nothing was assessed.
    direction : QToolButton
    text : QLineEdit
    """

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.filter = QComboBox()
        for text, states in filters():
            self.filter.addItem(text, states)
        self.filter.setToolTip("Which samples the list shows and the keys walk through")
        self.quality = QComboBox()
        self.quality.addItem("Any quality", None)
        for among in Among:
            self.quality.addItem(among.value, among)
        self.quality.setToolTip("Which of these are shown, by what was assessed of them")
        self.sorting = QComboBox()
        for key in SortKey:
            self.sorting.addItem(f"By {key.value}", key)
        self.sorting.setToolTip("The order of the list; samples that change stay where they are")
        self.direction = QToolButton()
        self.direction.setCheckable(True)
        self.direction.setToolTip("Turn the order round")
        self._show_direction(False)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Part of a file name")
        self.text.setClearButtonEnabled(True)
        self.text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        for choice in (self.filter, self.quality, self.sorting):
            choice.setMinimumContentsLength(8)
            choice.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        for widget in (self.filter, self.quality, self.sorting, self.direction):
            without_focus(widget)
        self._connect()
        self._know_to_do()
        self._follow()

    def show_all(self) -> None:
        """Let every sample pass that is not deleted."""
        self.filter.setCurrentIndex(0)
        self.quality.setCurrentIndex(0)
        self.text.clear()

    def _connect(self) -> None:
        self.filter.currentIndexChanged.connect(self._show)
        self.quality.currentIndexChanged.connect(self._show)
        self.sorting.currentIndexChanged.connect(self._show)
        self.text.textChanged.connect(self._show)
        self.direction.toggled.connect(self._show_direction)
        self.direction.toggled.connect(self._show)
        self._workbench.samples_changed.connect(self._follow)
        self._workbench.reviewing.changed.connect(self._know_to_do)
        self._workbench.triaged.changed.connect(self._follow)

    def _show(self) -> None:
        states, key = self.filter.currentData(), self.sorting.currentData()
        descending, among = self.direction.isChecked(), self.quality.currentData()
        shown = Shown(tuple(states), self.text.text(), key, descending, among)
        self._workbench.show_samples(shown)

    def _know_to_do(self) -> None:
        """Let pass as to do what is so in the open project."""
        was_shown = self._workbench.samples.shown.states == self.filter.itemData(_TO_DO)
        to_do = self._workbench.reviewing.to_do
        if tuple(self.filter.itemData(_TO_DO)) == to_do:
            return
        self.filter.setItemData(_TO_DO, to_do)
        if was_shown:
            self._show()
        else:
            self._follow()

    def _show_direction(self, descending: bool) -> None:
        name_button(self.direction, "↓" if descending else "↑")

    def _follow(self) -> None:
        shown = self._workbench.samples.shown
        titles = [tuple(self.filter.itemData(at)) for at in range(self.filter.count())]
        widgets = (self.filter, self.quality, self.sorting, self.direction, self.text)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        if shown.states in titles:
            self.filter.setCurrentIndex(titles.index(shown.states))
        qualities = [None, *Among]
        self.quality.setCurrentIndex(qualities.index(shown.among))
        self.quality.setVisible(self._workbench.triaged.is_any or shown.among is not None)
        self.sorting.setCurrentIndex(list(SortKey).index(shown.key))
        self.direction.setChecked(shown.descending)
        self._show_direction(shown.descending)
        if self.text.text() != shown.text:
            fill_field(self.text, shown.text)
        for blocker in blockers:
            blocker.unblock()
