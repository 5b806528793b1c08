"""The dialogs of the project menu, as magicgui forms."""

from pathlib import Path

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, Container, FileEdit, LineEdit, Widget
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from annotator.release import ExportFormat, ImageMode
from annotator.release.formats import FORMATS
from annotator.system.words import count

_IMAGES: tuple[tuple[str, ImageMode], ...] = (
    ("copied into the release", "copy"),
    ("copied, those stored turned as upright PNG", "upright"),
    ("left where they are", "reference"),
)


class FormDialog(QDialog):
    """A magicgui form with an explanation above and OK / Cancel below."""

    def __init__(
        self,
        title: str,
        explanation: str,
        form: Container[Widget],
        action: str,
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        text = QLabel(explanation)
        text.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setText(action)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (text, form.native, buttons):
            layout.addWidget(widget)


class ExportDialog(FormDialog):
    """Where to, in which format, with or without the photographs."""

    def __init__(self, suggested: Path, accepted: int, parent: QWidget | None = None) -> None:
        self._parent_folder = FileEdit(
            mode=FileDialogMode.EXISTING_DIRECTORY, value=suggested.parent, label="In folder"
        )
        self._name = LineEdit(value=suggested.name, label="New folder")
        formats = [(known.title, name) for name, known in FORMATS.items()]
        self._format = ComboBox(choices=formats, label="Format")
        self._images = ComboBox(choices=_IMAGES, value="copy", label="Photographs")
        form: Container[Widget] = Container(
            widgets=[self._parent_folder, self._name, self._format, self._images]
        )
        super().__init__(
            "Export accepted samples",
            f"A new folder gets {count(accepted, 'accepted sample')}, and a manifest that says who "
            "accepted what. An existing folder is never written over.",
            form,
            "Export",
            parent,
        )

    @property
    def folder(self) -> Path:
        """The folder to make."""
        return Path(str(self._parent_folder.value)) / str(self._name.value).strip()

    @property
    def release_format(self) -> ExportFormat:
        """The format chosen."""
        value: ExportFormat = self._format.value
        return value

    @property
    def images(self) -> ImageMode:
        """Whether photographs are copied."""
        value: ImageMode = self._images.value
        return value


class PredictDialog(FormDialog):
    """Whether to look for small faces."""

    def __init__(self, photographs: int, parent: QWidget | None = None) -> None:
        self._small_faces = CheckBox(value=True, text="Also look for small faces")
        explanation = (
            f"Of the project's {count(photographs, 'photograph')}, those without a prediction get "
            "one. You can go on annotating meanwhile; a run that is cancelled goes on where it was."
            if photographs
            else "The project holds no photographs yet. Add some first."
        )
        form: Container[Widget] = Container(widgets=[self._small_faces], labels=False)
        super().__init__("Predict face meshes", explanation, form, "Predict", parent)

    @property
    def small_faces(self) -> bool:
        """Whether small faces are looked for."""
        return bool(self._small_faces.value)
