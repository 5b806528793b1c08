"""Pictures of the ways to see a face."""

from PIL import Image
from qtpy.QtCore import Qt

from annotator.mesh.layout import FACE_468
from annotator.mesh.regions import region_vertices
from annotator.mesh.sparse.combinations import to_68
from annotator.plugin.canvas.pointer import Pointer
from annotator.project.guide_records import NewGuide
from pictures.studio import Picture, Studio, side_by_side

_THIRD = (272, 330)
_HALF = (330, 400)


def compare(studio: Studio) -> Image.Image:
    """Show the ghost of the prediction, and vectors from it."""
    studio.open("collins.jpg")
    studio.correct(6)
    studio.away()
    studio.look_at(region_vertices(FACE_468, "lips"), 0.85)
    studio.key("ghost")
    ghost = studio.canvas((400, 400))
    studio.key("ghost")
    studio.dock.view_panel.vectors.click()
    return side_by_side(ghost, studio.canvas((400, 400)))


def fit_to_guide(studio: Studio) -> Image.Image:
    """Show 68 points over a wrong mesh, the mesh fitted to them, and the button."""
    studio.open("collins.jpg")
    bench = studio.dock.workbench
    guide = NewGuide("ibug_68", to_68(studio.truth, FACE_468), origin="collins.pts")
    added = bench.project.guides.add(bench.session.sample_id, guide)
    bench.refresh()
    studio.away()
    studio.zoom(0.7)
    before = studio.canvas(_HALF)
    studio.dock.guide_row.fit.click()
    studio.dock._message.hide()
    after = studio.canvas(_HALF)
    page = studio.part(studio.dock.edit.tabs, _HALF[1])
    bench.project.guides.remove([added])
    bench.refresh()
    return side_by_side(before, after, page)


def colours(studio: Studio) -> Image.Image:
    """Show how far vertices were moved, beside the page with the legend."""
    studio.open("hopper.jpg")
    studio.correct(5)
    studio.away()
    studio.zoom(0.48)
    studio.key("colours")
    return _beside_the_page(studio, 1)


def uncertainty(studio: Studio) -> Image.Image:
    """Show how sure the model is."""
    studio.open("hopper_behind_a_pillar.jpg")
    studio.away()
    studio.zoom(0.48)
    studio.key("colours")
    studio.key("colours")
    return _beside_the_page(studio, 1)


def regions(studio: Studio) -> Image.Image:
    """Show a pinned, an occluded and a hidden region, beside the page that says so."""
    studio.open("hopper.jpg")
    studio.zoom(0.48)
    for vertex, action in ((13, "pin_region"), (4, "mark_region"), (159, "hide_region")):
        studio.hover(studio.place(vertex))
        studio.key(action)
    studio.away()
    picture = _beside_the_page(studio, 2)
    studio.dock.regions.toggle_hidden("right_eye")
    return picture


def _beside_the_page(studio: Studio, page: int) -> Image.Image:
    tabs = studio.dock.edit.tabs
    tabs.setCurrentIndex(page)
    with studio.taller_window():
        picture = studio.part(tabs)
        return side_by_side(studio.canvas((440, picture.height)), picture)


def styles(studio: Studio) -> Image.Image:
    """Show contours only, points only, and what the brush would move only."""
    studio.open("collins_close.webp")
    studio.zoom(0.58)
    studio.key("grab")
    pictures = []
    for number in range(3):
        studio.key("mesh_style")
        if number == 2:
            studio.hover(studio.place(291))
        pictures.append(studio.canvas(_THIRD))
    return side_by_side(*pictures)


def textures(studio: Studio) -> Image.Image:
    """Show the checker on a wrong mesh and on the corrected one, and make-up on that."""
    studio.open("hopper.jpg")
    studio.zoom(0.58)
    studio.key("texture")
    for _ in range(3):
        studio.key("mesh_style")
    studio.away()
    wrong = studio.canvas(_THIRD)
    studio.correct(25)
    studio.away()
    pictures = [studio.canvas(_THIRD)]
    studio.key("texture")
    pictures.append(studio.canvas(_THIRD))
    return side_by_side(wrong, *pictures)


def turned(studio: Studio) -> Image.Image:
    """Show the face turned in space."""
    studio.open("collins_close.webp")
    studio.away()
    studio.zoom(0.8)
    studio.key("turn")
    start = studio.canvas((400, 440))
    x, y = studio.place(4)
    studio.drag((x, y), (x - 75, y - 12))
    studio.away()
    return side_by_side(start, studio.canvas((400, 440)))


def light(studio: Studio) -> Image.Image:
    """Show a dark photograph before and after a drag with the right button."""
    studio.open("collins_at_dusk.jpg")
    studio.away()
    studio.key("mesh_style")
    studio.zoom(0.75)
    before = studio.canvas((400, 440))
    x, y = studio.place(4)
    shift = Qt.KeyboardModifier.ShiftModifier
    hand = Pointer(studio.viewer, button=Qt.MouseButton.RightButton, modifiers=shift)
    hand.drag((x, y), (x, y - 30))
    hand = Pointer(studio.viewer, button=Qt.MouseButton.RightButton)
    hand.drag((x, y), (x + 90, y - 90))
    studio.away()
    return side_by_side(before, studio.canvas((400, 440)))


VIEWS: dict[str, Picture] = {
    "compare": compare,
    "guide": fit_to_guide,
    "colours": colours,
    "uncertainty": uncertainty,
    "regions": regions,
    "styles": styles,
    "textures": textures,
    "turned": turned,
    "light": light,
}
