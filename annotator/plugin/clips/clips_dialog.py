"""Which clips the project has, to open one: also those of which no frame is a sample yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, list_item

_WIDTH, _HEIGHT = 620, 320


@dataclass(frozen=True)
class ClipEntry:
    """A clip as the list shows it."""

    clip_id: int
    text: str


class ClipsDialog(QDialog):
    """Asks for a clip.

    Parameters
    ----------
    entries : sequence of ClipEntry
        At least one.
    """

    def __init__(self, entries: Sequence[ClipEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Clips")
        self._entries = entries
        self.rows = QListWidget()
        for entry in entries:
            self.rows.addItem(list_item(entry.text))
        self.rows.setCurrentRow(0)
        self.rows.itemDoubleClicked.connect(self.accept)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Open | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(
            PlainLabel("A frame becomes a sample with your first stroke or verdict on it.")
        )
        layout.addWidget(self.rows)
        layout.addWidget(buttons)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.resize(_WIDTH, _HEIGHT)

    @property
    def clip_id(self) -> int:
        """The clip that is chosen."""
        return self._entries[max(self.rows.currentRow(), 0)].clip_id
