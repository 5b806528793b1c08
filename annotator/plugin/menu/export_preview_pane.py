"""Shows what an export will write: a face of it, and the files."""

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import Qt
from qtpy.QtGui import QImage, QPixmap, QResizeEvent
from qtpy.QtWidgets import QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel
from annotator.workbench.export_picture import PICTURE
from annotator.workbench.export_preview import ExportPreview
from annotator.workbench.export_previews import Trouble
from annotator.workbench.foreign_text import plain

_WAITING = "Looking at what will be written…"
_NO_PICTURE = "No picture is written"
_NOTHING = "Nothing can be written so:"
_NO_PREVIEW = "What will be written cannot be shown:"


class ExportPreviewPane(QWidget):
    """A face as it will be written, and below it the files with their sizes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = PlainLabel(_WAITING)
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setMinimumSize(PICTURE // 2, PICTURE // 2)
        self._face = QPixmap()
        self.files = QPlainTextEdit()
        self.files.setReadOnly(True)
        self.files.setPlainText(_WAITING)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(PlainLabel("What will be written"))
        layout.addWidget(self.picture, stretch=1)
        layout.addWidget(self.files, stretch=1)

    def wait(self) -> None:
        """Say that another preview is being made."""
        self.files.setPlainText(_WAITING)

    def show_trouble(self, trouble: Trouble) -> None:
        """Say why nothing can be written, or why that cannot be shown beforehand."""
        self._show_face(None)
        self.picture.hide()
        what = _NOTHING if trouble.forbids else _NO_PREVIEW
        self.files.setPlainText(f"{what}\n{plain(trouble.reason)}")

    def show_preview(self, preview: ExportPreview) -> None:
        """Show what will be written."""
        self.files.setPlainText("\n".join(map(plain, preview.text())))
        self.picture.show()
        self._show_face(preview.picture)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Show the face as large as there is room."""
        super().resizeEvent(event)
        self._fit()

    def _show_face(self, pixels: NDArray[np.uint8] | None) -> None:
        self._face = QPixmap()
        if pixels is None:
            self.picture.setPixmap(self._face)
            self.picture.setText(_NO_PICTURE)
            return
        height, width, _ = pixels.shape
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        self._face = QPixmap.fromImage(image)
        self._fit()

    def _fit(self) -> None:
        if not self._face.isNull():
            room = self.picture.contentsRect().size()
            keep = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            self.picture.setPixmap(self._face.scaled(room, keep, smooth))
