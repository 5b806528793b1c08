"""Asks whether photographs that are opened or dropped are to be added to the open project."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from napari.layers import Image, Layer
from qtpy.QtCore import QObject, Qt, QTimer
from qtpy.QtWidgets import QCheckBox, QMessageBox, QWidget

from annotator.imaging import ImageError, Picture, find_images, inspect_image
from annotator.plugin.canvas.face_layers import PLACEHOLDER_LAYER
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.plain_text import name_button
from annotator.plugin.canvas.private_window import hear_of_files
from annotator.plugin.menu.project_menu import ProjectMenu
from annotator.project import ImageRecord, NewImage, Project, ProjectError
from annotator.workbench.foreign_text import one_line
from annotator.workbench.workbench import Workbench
from annotator.workflow.image_files import inspect_picture

# Of more files only so many are looked at: they are asked about together.
_FEW = 8
_Button = QMessageBox.StandardButton


class OpenedFiles(QObject):
    """Asks once about photographs that napari is about to open over the face, or has opened.

    Those that are not added become layers of their own, which lie below.

    Parameters
    ----------
    viewer : napari.Viewer
    workbench : Workbench
    view : FaceView
        Whose layers are no news.
    menu : ProjectMenu
        Adds them.
    """

    def __init__(
        self, viewer: Any, workbench: Workbench, view: FaceView, menu: ProjectMenu
    ) -> None:
        super().__init__(menu)
        self._viewer, self._workbench, self._view, self._menu = viewer, workbench, view, menu
        self._layers: list[Layer] = []
        self._is_answered = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._ask_about_layers)
        self._stop_hearing: Callable[[], None] | None = hear_of_files(viewer, self._take)
        viewer.layers.events.inserted.connect(self._on_inserted)

    def close(self) -> None:
        """Leave files to napari."""
        self._soon.stop()
        self._viewer.layers.events.inserted.disconnect(self._on_inserted)
        if self._stop_hearing is not None:
            self._stop_hearing()
            self._stop_hearing = None

    @property
    def _takes_nothing(self) -> bool:
        """Whether there is no project that anything can be added to."""
        return self._workbench.project is None or self._workbench.is_read_only

    def _take(self, names: list[str], as_napari_does: Callable[[], object]) -> bool:
        """Ask about files that napari is about to open, unless they are none of ours."""
        paths = [Path(name) for name in names]
        if self._takes_nothing or not _are_photographs(paths):
            return False

        def open_layers() -> None:
            self._is_answered = True
            try:
                as_napari_does()
            finally:
                self._is_answered = False

        self._ask(paths, lambda: None, open_layers)
        return True

    def _on_inserted(self, event: Any) -> None:
        layer = event.value
        is_ours = layer in (self._view.layers.image, self._view.layers.points)
        if self._is_answered or is_ours or self._takes_nothing:
            return
        if isinstance(layer, Image) and layer.source.path and layer.name != PLACEHOLDER_LAYER:
            self._layers.append(layer)
            self._soon.start(0)

    def _ask_about_layers(self) -> None:
        """Ask about photographs that came as layers by another way, as a script's."""
        layers, self._layers = self._layers, []
        paths = list(dict.fromkeys(Path(str(layer.source.path)) for layer in layers))
        if self._takes_nothing or not _are_photographs(paths):
            return

        def remove() -> None:
            for layer in layers:
                if layer in self._viewer.layers:
                    self._viewer.layers.remove(layer)

        self._ask(paths, remove, lambda: None)

    def _ask(
        self, paths: list[Path], before_adding: Callable[[], None], beside: Callable[[], None]
    ) -> None:
        """Ask without stopping whoever dropped the files; what is chosen comes when it comes."""
        box = _Question(paths, self._menu)

        def answered(answer: int) -> None:
            box.deleteLater()
            if answer == _Button.Yes:
                before_adding()
                self._add(paths, predicts=box.predicts)
            elif answer == _Button.No:
                beside()

        box.finished.connect(answered)
        box.open()

    def _add(self, paths: list[Path], *, predicts: bool) -> None:
        self._menu.add(
            paths, predicts=predicts, after=lambda: self._go_to(paths[0], predicted=predicts)
        )

    def _go_to(self, path: Path, *, predicted: bool) -> None:
        """Show the first face of what was added, or the photograph where none was found."""
        bench = self._workbench
        if bench.project is None:
            return
        try:
            image = _added(bench.project, path)
            samples, person = bench.project.samples, bench.annotator
            faces = [] if image is None else samples.faces_of(image.id, person=person)
        except (OSError, ProjectError) as error:
            bench.failed.emit(f"{error}.")
            return
        if image is None:
            return  # it failed, which was told
        if faces:
            bench.go_to(faces[0].sample_id)
        elif predicted:
            bench.look_at_photograph(image)
        else:
            bench.told.emit(f"{image.name} is in the project. Predict it to see its faces.")


class _Question(QMessageBox):
    """Whether photographs are added to the project."""

    def __init__(self, paths: Sequence[Path], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("A photograph")
        self.setTextFormat(Qt.TextFormat.PlainText)
        others = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        # In one text: what else a box shows is rich text, and names are anybody's.
        named = f"{one_line(paths[0].name, 80)}{others}"
        self.setText(f"Add to the project?\n\n{one_line(named)}")
        self._predicts = QCheckBox("Predict the faces, and show the first")
        self._predicts.setChecked(True)
        self.setCheckBox(self._predicts)
        self.setStandardButtons(_Button.Yes | _Button.No | _Button.Cancel)
        for button, text in ((_Button.Yes, "Add"), (_Button.No, "Open below the face")):
            shown = self.button(button)
            if shown is not None:
                name_button(shown, text)
        self.setDefaultButton(_Button.Yes)

    @property
    def predicts(self) -> bool:
        """Whether faces are to be predicted."""
        return self._predicts.isChecked()


def _are_photographs(paths: Sequence[Path]) -> bool:
    return bool(paths) and all(map(_is_photograph, paths[:_FEW]))


def _is_photograph(path: Path) -> bool:
    """Return whether a path is a photograph, or a folder with some that is no project."""
    if path.is_dir():
        return not Project.is_project(path) and any(True for _ in find_images([path]))
    try:
        inspect_image(path)
    except (OSError, ImageError):
        return False
    return True


def _added(project: Project, path: Path) -> ImageRecord | None:
    """Return the image that shows what a file shows, or the first file of a folder."""
    file = next(iter(find_images([path])), None) if path.is_dir() else path
    entry = None if file is None else inspect_picture(Picture(file))
    return project.images.showing(entry) if isinstance(entry, NewImage) else None
