"""Pictures of the window and of the work from face to face."""

import numpy as np
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from annotator.plugin.keyboard.key_help import KeyHelp
from annotator.plugin.samples.find_sample import SampleFinder
from annotator.project import Verdict
from annotator.workbench.batch import planned
from annotator.workbench.sample_order import SortKey
from pictures.studio import (
    Picture,
    Studio,
    grabbed,
    picture_of_dialog,
    process_events,
    side_by_side,
)

_CHIN = 152
_HALF = (400, 400)


def window(studio: Studio) -> Image.Image:
    """Take the whole window, a stroke of Grab under way."""
    studio.open("collins.jpg")
    studio.key("grab")
    studio.hold(studio.place(_CHIN), studio.place(_CHIN, studio.truth))
    picture = studio.window()
    studio.release()
    return picture.resize((980, 700), Image.Resampling.LANCZOS)


def box(studio: Studio) -> Image.Image:
    """Show a box drawn around a face without a mesh, and the mesh it gets."""
    studio.open("gallery_wall.jpg")
    face = studio.mesh.copy()
    studio.key("delete_face")
    studio.open("gallery_wall.jpg")
    studio.away()
    studio.viewer.scene.camera.zoom = 1.0
    studio.key("add_face")
    studio.viewer.scene.camera.center = (0, *face[:, 1::-1].mean(axis=0))
    (left, top), (right, bottom) = face[:, :2].min(axis=0), face[:, :2].max(axis=0)
    studio.hold((left, top), (right, bottom))
    drawn = studio.canvas(_HALF)
    studio.release()
    studio.away()
    studio.viewer.scene.camera.zoom = 1.0
    studio.viewer.scene.camera.center = (0, *face[:, 1::-1].mean(axis=0))
    picture = side_by_side(drawn, studio.canvas(_HALF))
    studio.key("undo")
    studio.key("undo")
    return picture


def neighbours(studio: Studio) -> Image.Image:
    """Show the outline of another face, and what is asked of a box over a face with a mesh."""
    studio.open("two_portraits.jpg")
    camera, mesh = studio.viewer.scene.camera, studio.mesh
    (other,) = studio.dock.others.neighbours.faces
    x, y = other.outline.mean(axis=0).tolist()
    middle = (mesh[:, :2].mean(axis=0) + np.array([x, y])) / 2
    camera.center, camera.zoom = (0, middle[1], middle[0]), 0.5
    studio.hover((x, y))
    outline = studio.canvas(_HALF)
    studio.away()
    studio.open("collins_close.webp")
    studio.zoom(0.8)
    studio.key("add_face")
    (left, top), (right, bottom) = studio.mesh[:, :2].min(axis=0), studio.mesh[:, :2].max(axis=0)
    studio.drag((left, top), (right, bottom))
    studio.away()
    picture = side_by_side(outline, studio.canvas(_HALF, (0, -180)))
    studio.dock.question.leave()
    return picture


def samples(studio: Studio) -> Image.Image:
    """Show the list sorted, some samples selected, and what is asked before a verdict."""
    for name, strokes in (("collins.jpg", 3), ("hopper.jpg", 5)):
        studio.open(name)
        studio.correct(strokes)
    studio.dock._message.hide()
    studio.away()
    panel, bench = studio.dock.samples, studio.dock.workbench
    panel.sorting.setCurrentIndex(list(SortKey).index(SortKey.DISPLACEMENT))
    panel.direction.setChecked(True)
    rows, click = panel.list.viewport(), Qt.MouseButton.LeftButton
    with studio.taller_window():
        for row in (0, 5):
            middle = panel.list.visualRect(panel.list.model().index(row, 0)).center()
            held = Qt.KeyboardModifier.ShiftModifier if row else Qt.KeyboardModifier.NoModifier
            QTest.mouseClick(rows, click, held, middle)
        shown = studio.part(studio.dock, 430)
    batch = planned(bench.samples, Verdict.ACCEPT, panel.list.selected_ids)
    asked = picture_of_dialog(lambda: panel.batch.run(batch))
    panel.direction.setChecked(False)
    panel.sorting.setCurrentIndex(0)
    framed = Image.new("RGB", (asked.width, shown.height), "white")
    framed.paste(asked, (0, (shown.height - asked.height) // 2))
    return side_by_side(shown, framed)


def find(studio: Studio) -> Image.Image:
    """Show the field that jumps to a sample."""
    studio.open("collins.jpg")
    studio.away()
    studio.key("find")
    finder = studio.dock.window().findChild(SampleFinder)
    QTest.keyClicks(finder.field, "hop")
    picture = studio.part(finder, 140)
    finder.close_field()
    return picture


def send_back(studio: Studio) -> Image.Image:
    """Show the reasons for sending back."""
    studio.open("hopper.jpg")
    return picture_of_dialog(lambda: studio.key("send_back"))


def keys(studio: Studio) -> Image.Image:
    """Show the sheet with every key."""
    studio.open("collins.jpg")
    studio.away()
    studio.key("help")
    sheet = studio.dock.window().findChild(KeyHelp)
    picture = studio.part(sheet)
    studio.key("help")
    return picture


def settings(studio: Studio) -> Image.Image:
    """Show the page of napari's preferences."""
    studio.dock.open_settings()
    process_events(0.5)
    (dialog,) = (w for w in QApplication.topLevelWidgets() if "Preferences" in w.windowTitle())
    dialog.resize(760, 560)
    process_events(0.5)
    picture = grabbed(dialog)
    dialog.close()
    return picture


# These come first, so that the list does not tell of what the other pictures left.
WORK: dict[str, Picture] = {
    "window": window,
    "samples": samples,
    "box": box,
    "neighbours": neighbours,
    "find": find,
    "send_back": send_back,
    "keys": keys,
    "settings": settings,
}
