"""Pictures of reviewing: the contact sheet, and what was submitted gone through."""

from PIL import Image
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from annotator.project.known_settings import ALONE, TWO_STEPS
from pictures.studio import Picture, Studio, grabbed, process_events

_CHIN, _MOUTH_CORNER = 152, 61
_REVIEW_PAGE = 3
_SHEET = (980, 470)


def sheet(studio: Studio) -> Image.Image:
    """Show the contact sheet, with some faces selected by a rubber band."""
    studio.open("collins.jpg")
    window = studio.dock.sheet
    window.bar.larger.setValue(104)
    window.open()
    window.resize(*_SHEET)
    process_events(3.0)
    part, left = window.view.viewport(), Qt.MouseButton.LeftButton
    corners = [window.view.rect_of(cell).center() for cell in (2, 13)]
    QTest.mousePress(part, left, Qt.KeyboardModifier.NoModifier, corners[0])
    for place in (corners[0] + QPoint(40, 40), corners[1]):
        QTest.mouseMove(part, place)
        process_events(0.1)
    picture = grabbed(window)
    QTest.mouseRelease(part, left, Qt.KeyboardModifier.NoModifier, corners[1])
    window.close()
    return picture


def review(studio: Studio) -> Image.Image:
    """Show the reviewer's mode: what has moved, a remark, and the page with all of it."""
    bench = studio.dock.workbench
    studio.open("hopper.jpg")
    studio.correct(3)
    project, sample_id = bench.project, bench.sample_id
    project.settings.put("review", TWO_STEPS, by="ada")
    project.remarks.add(
        sample_id, "The chin still lies on the collar", author="bo", vertices=[_CHIN]
    )
    project.reviews.submit(sample_id, reviewer="kim")
    bench.refresh()
    bench.take_in_anew(sample_id)
    studio.key("review")
    studio.dock.edit.tabs.setCurrentIndex(_REVIEW_PAGE)
    studio.key("differences")
    studio.hover(studio.place(_MOUTH_CORNER))
    studio.pointer.press(studio.place(_MOUTH_CORNER))
    studio.pointer.release(studio.place(_MOUTH_CORNER))
    QTest.keyClicks(studio.dock.review.field.field, "Too far out: it ends at the lip")
    studio.dock._message.hide()
    picture = studio.window()
    QTest.keyClick(studio.dock.review.field.field, Qt.Key.Key_Escape)
    studio.key("differences")
    studio.key("review")
    for pin in studio.dock.review.pins.open:
        studio.dock.review.pins.resolve(pin.remark.id)
    project.reviews.reopen(sample_id, reviewer="ada")
    project.settings.put("review", ALONE, by="ada")
    bench.refresh()
    return picture.resize((896, 640), Image.Resampling.LANCZOS)


REVIEW: dict[str, Picture] = {"sheet": sheet, "review": review}
