"""The window for pictures: a project, a hand that moves real events, and a camera."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtGui import QCursor, QImage
from qtpy.QtWidgets import QApplication, QWidget

from annotator.inference import FaceMesh, FacePrediction
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.metrics import vertex_errors
from annotator.plugin.canvas.pointer import Pointer, Position, positions_between, process_events
from annotator.plugin.canvas.private import canvas_widget
from annotator.plugin.launch import open_viewer
from annotator.project import Project, SampleState, SampleSummary
from annotator.system.assets import asset_path
from annotator.workbench.keys import SHORTCUTS
from annotator.workbench.look.view_settings import ViewSettings
from annotator.workbench.toolbox import ToolSettings
from annotator.workflow import import_images, preannotate

Floats = NDArray[np.float32]

SPOILED = ("collins.jpg", "hopper.jpg")
_WINDOW = (1120, 800)
_TOOL = (600, 500)  # size of a picture of the canvas
_COVERED_FROM = 0.6  # of the face's height
_MODIFIERS = {
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Mod": Qt.KeyboardModifier.ControlModifier,
}
# Seconds between moves: napari leaves out those that follow one another too soon.
_PACE = 0.03
_ARROW = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12))


def make_project(folder: Path) -> tuple[Path, dict[str, Floats]]:
    """Return a project of the sample photographs, and the true meshes of the spoiled ones."""
    face_mesh, truths = FaceMesh.load(threads=1), {}
    with Project.create(folder / "portraits") as project:
        import_images(project, [asset_path("datasets", "sample")], copy=True)
        model = project.models.register(face_mesh.info)
        for image in project.images.pending(model):
            if image.name in SPOILED:
                photograph = image.picture.read()
                truths[image.name] = face_mesh.predict(photograph)[0].landmarks
                wrong = _spoiled_prediction(face_mesh, photograph, truths[image.name])
                project.predictions.store(model, [(image.id, [wrong])])
        for _ in preannotate(project, face_mesh):
            pass
        _work_before(project)
        return project.home, truths


def _spoiled_prediction(
    face_mesh: FaceMesh, photograph: NDArray[np.uint8], truth: Floats
) -> FacePrediction:
    left, top, width, height = bounding_box(truth)
    covered = photograph.copy()
    rows = slice(round(top + _COVERED_FROM * height), round(top + 1.1 * height))
    covered[rows, round(left) : round(left + width)] = 128
    return face_mesh.predict(covered)[0]


def _work_before(project: Project) -> None:
    """Give the list something to tell: verdicts, and time that was spent."""
    reviews, names = project.reviews, {}
    for sample in project.samples.summaries():
        names.setdefault(sample.image_name, sample.id)
    for name, seconds in (("collins_grainy.jpg", 41), ("hopper_grey.png", 95)):
        reviews.accept(names[name], reviewer="ada")
        project.visits.record(
            names[name], annotator="ada", started_at=datetime(2026, 11, 2, tzinfo=UTC),
            seconds=seconds, strokes=0,
        )  # fmt: skip
    reviews.exclude(names["collins_tiny.jpg"], reviewer="ada")


class Studio:
    """The window, a hand on it and a camera.

    Parameters
    ----------
    project : Path
    truths : mapping of a photograph's name to its true mesh (468, 3)
    """

    def __init__(self, project: Path, truths: dict[str, Floats]) -> None:
        self.truths = truths
        self.viewer, self.dock = open_viewer(project, "ada")
        self.viewer.window.resize(*_WINDOW)
        # How long the machine takes for the pictures is nobody's time.
        self.dock._visits.clock.idle_seconds = 0.0
        self.pointer = Pointer(self.viewer)
        self._at: Position | None = None
        QCursor.setPos(*_WINDOW)  # where it lights up no button
        process_events(1.0)

    @property
    def mesh(self) -> Floats:
        """The current mesh, (468, 3)."""
        session = self.dock.workbench.session
        assert session is not None
        return session.landmarks

    @property
    def truth(self) -> Floats:
        """The true mesh of the current sample, (468, 3)."""
        sample = self.dock.workbench.current
        assert sample is not None
        return self.truths[sample.image_name]

    def open(self, name: str, face: int = 0) -> None:
        """Show a photograph's face as it was predicted, in the usual view."""
        bench, view = self.dock.workbench, self.dock.view
        self._at = None
        samples = [s for s in bench.project.samples.summaries() if _is_shown(s, name)]
        bench.go_to(samples[face].id)
        while bench.session.can_undo:  # not by the key, which goes back to other samples
            bench.edits.undo()
        view.settings = ViewSettings()
        bench.tools.set(**vars(ToolSettings()))
        self.dock.edit.tabs.setCurrentIndex(0)
        self.dock.samples.list.select_current()
        self.dock._message.hide()
        process_events(0.5)
        self.key("frame")

    def key(self, action: str) -> None:
        """Press the key of an action."""
        (keys,) = (s.keys for s in SHORTCUTS if s.action == action)
        *held, key = keys[0].split("-")
        modifiers = Qt.KeyboardModifier.NoModifier
        for name in held:
            modifiers |= _MODIFIERS[name]
        code = getattr(Qt.Key, f"Key_{key}", None) or Qt.Key(ord(key))
        text = key if len(key) == 1 and held else key.lower() if len(key) == 1 else ""
        self.pointer.key(code, text, modifiers)

    def place(self, vertex: int, mesh: Floats | None = None) -> Position:
        """Return where a vertex of a mesh, by default the current one, is."""
        x, y, _ = (self.mesh if mesh is None else mesh)[vertex].tolist()
        return x, y

    def hover(self, position: Position) -> None:
        """Move the mouse there."""
        self.pointer.move(position)
        self._at = position

    def hold(self, *way: Position) -> None:
        """Press at the first position, go along the others and keep the button down."""
        self.hover(way[0])
        self.pointer.press(way[0])
        for start, end in pairwise(way):
            for position in positions_between(start, end, 8):
                self.pointer.move(position, pressed=True)
                process_events(_PACE)
        self._at = way[-1]

    def drag(self, *way: Position) -> None:
        """Make a stroke along some positions."""
        self.hold(*way)
        self.release()

    def release(self) -> None:
        """Let go of the button."""
        if self._at is not None:
            self.pointer.release(self._at)

    def place_at_truth(self, *vertices: int) -> None:
        """Drag vertices to where they belong."""
        for vertex in vertices:
            self.drag(self.place(vertex), self.place(vertex, self.truth))

    def correct(self, strokes: int) -> None:
        """Drag the vertex that is farthest off to its place, so many times, with Guided."""
        self.key("guided")
        for _ in range(strokes):
            self.place_at_truth(int(vertex_errors(self.mesh, self.truth).argmax()))

    def zoom(self, factor: float) -> None:
        """Show everything larger or smaller."""
        self.viewer.scene.camera.zoom *= factor

    def look_at(self, vertices: Sequence[int] | NDArray[np.intp], zoom: float = 1.0) -> None:
        """Show some vertices large, as Shift+C does with a region; larger by the zoom."""
        self.dock.view.frame_region(np.asarray(vertices))
        self.zoom(zoom)

    def window(self) -> Image.Image:
        """Return the window, with what lies over it."""
        process_events(0.4)
        shot = self.viewer.window.screenshot(flash=False, canvas_only=False)
        picture = Image.fromarray(shot).convert("RGB")
        window = canvas_widget(self.viewer).window()
        for widget in QApplication.topLevelWidgets():
            if widget is not window and widget.isVisible():
                corner = window.mapFromGlobal(widget.mapToGlobal(QPoint()))
                picture.paste(grabbed(widget), (corner.x(), corner.y()))
        if self._at is not None:
            self._draw_arrow(picture)
        return picture

    def canvas(self, size: tuple[int, int] = _TOOL, shift: tuple[int, int] = (0, 0)) -> Image.Image:
        """Return the middle of the canvas, or what lies some pixels beside it."""
        canvas = canvas_widget(self.viewer)
        corner = canvas.mapTo(canvas.window(), QPoint())
        left = corner.x() + (canvas.width() - size[0]) // 2 + shift[0]
        top = corner.y() + (canvas.height() - size[1]) // 2 + shift[1]
        return self.window().crop((left, top, left + size[0], top + size[1]))

    def part(self, widget: QWidget, height: int | None = None) -> Image.Image:
        """Return what the window shows where a widget is, or the upper part of it."""
        corner = widget.mapTo(widget.window(), QPoint())
        left, top, height = corner.x(), corner.y(), height or widget.height()
        return self.window().crop((left, top, left + widget.width(), top + height))

    @contextmanager
    def taller_window(self) -> Iterator[None]:
        """Give the dock room for all that it has."""
        width, height = _WINDOW
        self.viewer.window.resize(width, height + 140)
        process_events(0.5)
        yield
        self.viewer.window.resize(width, height)
        process_events(0.5)

    def away(self) -> None:
        """Move the mouse away from the mesh."""
        self.pointer.move_at((2.0, 2.0))
        self._at = None

    def _draw_arrow(self, picture: Image.Image) -> None:
        canvas = canvas_widget(self.viewer)
        corner = canvas.mapTo(canvas.window(), QPoint())
        x, y = self.pointer.on_canvas(self._at)
        points = [(x + corner.x() + dx, y + corner.y() + dy) for dx, dy in _ARROW]
        ImageDraw.Draw(picture).polygon(points, fill="white", outline="black")


def _is_shown(sample: SampleSummary, name: str) -> bool:
    return sample.image_name == name and sample.state is not SampleState.DELETED


Picture = Callable[[Studio], Image.Image]


def grabbed(widget: QWidget) -> Image.Image:
    """Return a picture of a widget."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    pixels = np.frombuffer(image.constBits().asarray(image.sizeInBytes()), np.uint8)
    rows = pixels.reshape(image.height(), image.bytesPerLine())[:, : 3 * image.width()]
    return Image.fromarray(rows.reshape(image.height(), image.width(), 3).copy())


def picture_of_dialog(opens: Callable[[], object]) -> Image.Image:
    """Return a picture of the dialog that something opens and waits for; it is cancelled."""
    pictures: list[Image.Image] = []

    def take() -> None:
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        process_events(0.2)
        pictures.append(grabbed(dialog))
        dialog.close()

    QTimer.singleShot(300, take)
    opens()
    return pictures[0]


def side_by_side(*pictures: Image.Image, gap: int = 6) -> Image.Image:
    """Return pictures of one height next to each other."""
    width = sum(p.width for p in pictures) + gap * (len(pictures) - 1)
    whole = Image.new("RGB", (width, pictures[0].height), "white")
    left = 0
    for picture in pictures:
        whole.paste(picture, (left, 0))
        left += picture.width + gap
    return whole
