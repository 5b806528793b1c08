"""Exporting or releasing what is accepted: how, where to, and what that will write."""

from pathlib import Path

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import PlainLabel, name_button
from annotator.plugin.menu.export_form import ExportForm
from annotator.plugin.menu.export_preview_pane import ExportPreviewPane
from annotator.project import Project
from annotator.release import ExportError
from annotator.system.words import count
from annotator.workbench.export_choices import ExportWish
from annotator.workbench.export_previews import ExportPreviews, Told, Trouble
from annotator.workbench.project_watch import ProjectWatch

_PAUSE_MS = 300  # after a change, before a preview is made of it
_LOOK_MS = 1000  # between looks at whether somebody else changed the project
_SIZE = (940, 640)


class ExportDialog(QDialog):
    """Choices on the left, and on the right what they will write.

    What cannot be written is told there, and the dialog stays. When another program changes the
    project the preview is made anew.

    Parameters
    ----------
    project
    suggested
        The folder of an export.
    accepted
        How many samples.
    """

    _posted = Signal(int, object)

    def __init__(
        self, project: Project, suggested: Path, accepted: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export accepted samples")
        self._explained = PlainLabel(_explanation(accepted))
        self.form = ExportForm(project, suggested)
        self.preview = ExportPreviewPane()
        self._trouble: Trouble | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._ask)
        self._watch = ProjectWatch(project)
        self._look = QTimer(self)
        self._look.timeout.connect(self._follow)
        self._posted.connect(self._show_answer)
        self._previews = ExportPreviews(project, self._posted.emit)
        self.finished.connect(self._end)
        self._lay_out()
        for widget in self.form.widgets:
            widget.changed.connect(self._change)
        self._change()
        self._look.start(_LOOK_MS)
        self.resize(*_SIZE)

    @property
    def wish(self) -> ExportWish:
        """What is chosen; raises ExportError if anything of it cannot be."""
        return self.form.wish

    def accept(self) -> None:
        """Close, unless it is known that nothing could be written: then look once more."""
        if self._trouble is None and self._wished() is not None:
            super().accept()
        elif self._trouble is not None:
            self._change()

    def _lay_out(self) -> None:
        self._explained.setWordWrap(True)
        self._explained.setObjectName("explanation")
        area = QScrollArea()
        area.setWidget(self.form)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        sides = QHBoxLayout()
        sides.addWidget(area, stretch=3)
        sides.addWidget(self.preview, stretch=2)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._explained)
        layout.addLayout(sides, stretch=1)
        layout.addWidget(buttons)

    def _change(self) -> None:
        """Follow a choice: show what belongs to it, and ask for another preview."""
        self.form.arrange()
        if self.ok is not None:
            name_button(self.ok, "Release" if self.form.kind.value else "Export")
        self._trouble = None
        self._previews.forget()
        self.preview.wait()
        self._timer.start()

    def _follow(self) -> None:
        """Look again if the project was changed; one look after the other, whoever writes on."""
        is_idle = self._previews.is_idle and not self._timer.isActive()
        if is_idle and self._watch.has_changed():
            self._ask()

    def _ask(self) -> None:
        wish = self._wished()
        if wish is not None:
            self._previews.ask(wish)

    def _wished(self) -> ExportWish | None:
        """Return what is chosen, or None after telling why it cannot be."""
        try:
            return self.wish
        except ExportError as error:
            self._show(Trouble(str(error)))
            return None

    def _show_answer(self, number: int, told: Told) -> None:
        if self._previews.is_asked_for(number):  # choices may have changed on its way here
            self._show(told)

    def _show(self, told: Told) -> None:
        if isinstance(told, Trouble):
            self._trouble = told if told.forbids else None
            self.preview.show_trouble(told)
        else:
            self._trouble = None
            self._explained.setText(_explanation(told.samples))
            self.preview.show_preview(told)

    def _end(self) -> None:
        for timer in (self._timer, self._look):
            timer.stop()
        self._previews.close()


def _explanation(accepted: int) -> str:
    return (
        f"A new folder gets {count(accepted, 'accepted sample')}, and a manifest that says who "
        "accepted what. An existing folder is never written over."
    )
