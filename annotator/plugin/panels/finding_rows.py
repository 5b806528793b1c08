"""What checks have against the face on the screen: a few rows in the dock."""

from functools import partial

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPixmap, QResizeEvent
from qtpy.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import add_entry, explain, name_button
from annotator.plugin.panels.parts import MENU_BUTTON_STYLE, without_focus
from annotator.quality.checks import CHECKS, Finding, Severity
from annotator.workbench.face_checks import FaceChecks
from annotator.workbench.foreign_text import plain

SEVERITY_COLOURS = {
    Severity.HIGH: "#e0524d",
    Severity.MEDIUM: "#f0a830",
    Severity.LOW: "#8a97a3",
}
_TITLES = {check.name: check.title for check in CHECKS}
_ROWS = 2  # more of them are in a menu beside the last: nothing below may be pushed out
_DOT = 10
# Of the theme's padding and the dot, on both sides of the text.
_AROUND = 34
_STYLE = "QPushButton { text-align: left; padding: 2px 6px; }"
_HINT = "Click to see where, and again to be done with it."


class FindingRow(QPushButton):
    """A row for a finding: checked while its vertices are shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self.setCheckable(True)
        self.setStyleSheet(_STYLE)
        self.setIconSize(QSize(_DOT, _DOT))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_finding(self, finding: Finding, *, is_pointed_at: bool) -> None:
        """Show another finding, or the same one in another state."""
        self._sentence = plain(finding.sentence)
        self.setIcon(dot_icon(SEVERITY_COLOURS[finding.severity]))
        self.setChecked(is_pointed_at)
        title = f"{_TITLES.get(finding.check, finding.check)} ({finding.severity.title})"
        explain(self, title, finding.sentence, *([_HINT] if finding.vertices else []))
        self.setAccessibleName(self._sentence)
        self._elide()

    @property
    def sentence(self) -> str:
        """All that the row says."""
        return self._sentence

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Cut the sentence to the width that there is."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(self.width() - _AROUND, 0)
        end = Qt.TextElideMode.ElideRight
        name_button(self, self.fontMetrics().elidedText(self._sentence, end, room))


class FindingRows(QWidget):
    """The most severe findings, a row each, and a menu with the rest; nothing where there is none.

    Parameters
    ----------
    checks : FaceChecks
    """

    def __init__(self, checks: FaceChecks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checks = checks
        self.rows = tuple(FindingRow() for _ in range(_ROWS))
        self.more = QPushButton()
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.more.setMenu(self._menu)
        self.more.setStyleSheet(MENU_BUTTON_STYLE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        last = QHBoxLayout()
        for place, row in enumerate(self.rows):
            row.clicked.connect(partial(self._toggle, place))
            (layout if place < _ROWS - 1 else last).addWidget(row)
        last.addWidget(self.more)
        layout.addLayout(last)
        without_focus(self)
        checks.changed.connect(self.refresh)
        checks.pointed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is found now."""
        found = self._checks.findings
        self.setVisible(bool(found))
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(found))
            if place < len(found):
                row.show_finding(
                    found[place], is_pointed_at=found[place] in self._checks.pointed_at
                )
        rest = found[_ROWS:]
        self.more.setVisible(bool(rest))
        name_button(self.more, f"{len(rest):,} more")
        explain(self.more, "The less serious findings")
        self._menu.clear()
        for finding in rest:
            entry = add_entry(self._menu, plain(finding.sentence), partial(self._show, finding))
            entry.setIcon(dot_icon(SEVERITY_COLOURS[finding.severity]))

    def _toggle(self, place: int, _checked: bool = False) -> None:
        found = self._checks.findings
        if place < len(found):
            finding = found[place]
            if finding in self._checks.pointed_at:
                self._checks.point_at()
            else:
                self._show(finding)
        self.refresh()

    def _show(self, finding: Finding, _checked: bool = False) -> None:
        self._checks.point_at(finding, looks=True)


def dot_icon(colour: str) -> QIcon:
    """Return a round dot of a colour like ``#3fb56b``."""
    picture = QPixmap(2 * _DOT, 2 * _DOT)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(2, 2, 2 * _DOT - 4, 2 * _DOT - 4)
    painter.end()
    return QIcon(picture)
