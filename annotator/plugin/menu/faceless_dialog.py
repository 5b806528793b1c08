"""Choosing a photograph in which no face was found, to look for one by eye."""

from collections.abc import Sequence

from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import PlainLabel, list_item
from annotator.project import ImageRecord

_SIZE = (420, 360)


class FacelessDialog(QDialog):
    """Lists photographs and asks for one of them.

    Parameters
    ----------
    images : sequence of ImageRecord
        At least one.
    """

    def __init__(self, images: Sequence[ImageRecord], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Photographs without a face")
        self.resize(*_SIZE)
        self._images = images
        self.names = QListWidget()
        self.names.setUniformItemSizes(True)
        for image in images:
            self.names.addItem(list_item(image.name))
        self.names.setCurrentRow(0)
        self.names.itemDoubleClicked.connect(self.accept)
        text = PlainLabel(
            "No face was found in these. Open one and draw a box around the face that was "
            "missed; the model then looks there."
        )
        text.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (text, self.names, buttons):
            layout.addWidget(widget)

    @property
    def image(self) -> ImageRecord:
        """The photograph chosen."""
        return self._images[max(self.names.currentRow(), 0)]
