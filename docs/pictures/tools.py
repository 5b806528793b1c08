"""Pictures of the tools at work."""

from PIL import Image

from annotator.mesh.contours import contour
from annotator.mesh.layout import FACE_468
from annotator.mesh.regions import region_vertices
from pictures.studio import Picture, Studio, side_by_side

CHIN, MOUTH_RIGHT, MOUTH_LEFT, EYE_RIGHT, EYE_LEFT = 152, 61, 291, 33, 263
CHEEK = 50
HALF = (400, 440)
LOWER = (0, 80)  # to show the surroundings of the chin


def grab(studio: Studio) -> Image.Image:
    """Show the aim before the press, and the stroke."""
    studio.open("collins.jpg")
    studio.zoom(0.75)
    studio.key("grab")
    studio.hover(studio.place(CHIN))
    before = studio.canvas(HALF, LOWER)
    studio.hold(studio.place(CHIN), studio.place(CHIN, studio.truth))
    picture = studio.canvas(HALF, LOWER)
    studio.release()
    return side_by_side(before, picture)


def guided(studio: Studio) -> Image.Image:
    """Show the first stroke, and the third between anchors."""
    studio.open("hopper.jpg")
    studio.zoom(0.72)
    studio.key("guided")
    studio.hover(studio.place(EYE_RIGHT))
    before = studio.canvas(HALF)
    studio.place_at_truth(EYE_RIGHT, EYE_LEFT, MOUTH_RIGHT, MOUTH_LEFT)
    studio.hold(studio.place(CHIN), studio.place(CHIN, studio.truth))
    picture = studio.canvas(HALF)
    studio.release()
    return side_by_side(before, picture)


def _brushed(studio: Studio, tool: str, larger: int, *way: int) -> Image.Image:
    """Show the mesh before and after a few strokes of a brush there and back."""
    places = [studio.place(vertex) for vertex in way]
    studio.key(tool)
    for _ in range(larger):
        studio.key("larger")
    studio.hover(places[0])
    before = studio.canvas(HALF)
    for _ in range(3):
        studio.drag(*places, *places[::-1])
    studio.hold(*places)
    picture = studio.canvas(HALF)
    studio.release()
    return side_by_side(before, picture)


def _pull(studio: Studio, ways: dict[int, tuple[float, float]]) -> None:
    """Pull single vertices out of line, by so many pixels right and down."""
    studio.key("grab")
    for _ in range(20):
        studio.key("smaller")
    for vertex, (right, down) in ways.items():
        x, y = studio.place(vertex)
        studio.drag((x, y), (x + right, y + down))


def smooth(studio: Studio) -> Image.Image:
    """Show a bumpy cheek before and after a few strokes of the brush."""
    studio.open("collins_close.webp")
    studio.look_at([116, 192, 203, 100], 0.65)
    _pull(studio, {50: (10, -7), 205: (-9, 8), 36: (6, 8), 187: (5, -8), 101: (-7, 4)})
    return _brushed(studio, "smooth", 14, 117, 50, 205)


def relax(studio: Studio) -> Image.Image:
    """Show vertices crowded along the upper lip, and the brush spacing them."""
    studio.open("collins_close.webp")
    studio.look_at(region_vertices(FACE_468, "lips"), 0.9)
    _pull(studio, {39: (6, -2), 40: (10, -5), 185: (12, -5), 267: (6, 0), 269: (-6, -2)})
    return _brushed(studio, "relax", 11, 185, 39, 0, 267)


def restore(studio: Studio) -> Image.Image:
    """Show half of a wrong stroke brushed away, over the prediction's ghost."""
    studio.open("collins_close.webp")
    studio.zoom(0.75)
    studio.key("ghost")
    studio.key("grab")
    x, y = studio.place(CHIN)
    studio.drag((x, y), (x + 10, y + 40))
    studio.key("restore")
    studio.hover(studio.place(CHIN))
    before = studio.canvas(HALF, LOWER)
    studio.hold(studio.place(176), studio.place(148), studio.place(CHIN))
    picture = studio.canvas(HALF, LOWER)
    studio.release()
    return side_by_side(before, picture)


def transform(studio: Studio) -> Image.Image:
    """Show the frame around the lips, and one of its corners being pulled."""
    studio.open("hopper.jpg")
    studio.look_at(region_vertices(FACE_468, "lips"), 0.7)
    studio.key("transform")
    x, y = studio.place(13)
    studio.drag((x, y), (x, y))
    before = studio.canvas(HALF)
    studio.hold((x, y), (x + 4, y + 12))
    picture = studio.canvas(HALF)
    studio.release()
    return side_by_side(before, picture)


def line_along(studio: Studio, name: str) -> list[tuple[float, float]]:
    """Return where a contour truly runs."""
    ring = contour(FACE_468, name).vertices.tolist()
    return [studio.place(vertex, studio.truth) for vertex in (*ring, ring[0])]


def contour_picture(studio: Studio) -> Image.Image:
    """Show the outer line of the lips being drawn."""
    studio.open("hopper.jpg")
    studio.look_at(region_vertices(FACE_468, "lips"), 0.8)
    studio.key("contour")
    studio.hover(studio.place(0))
    before = studio.canvas(HALF)
    studio.hold(*line_along(studio, "lips_outer")[:16])
    picture = studio.canvas(HALF)
    studio.release()
    return side_by_side(before, picture)


def pin(studio: Studio) -> Image.Image:
    """Show the brush that pins, and a stroke beside what is pinned."""
    studio.open("collins_close.webp")
    studio.zoom(0.75)
    studio.key("pin")
    studio.hold(*(studio.place(vertex) for vertex in (168, 197, 4)))
    before = studio.canvas(HALF)
    studio.release()
    studio.key("grab")
    x, y = studio.place(CHEEK)
    studio.hold((x, y), (x - 25, y - 10))
    picture = studio.canvas(HALF)
    studio.release()
    return side_by_side(before, picture)


def visibility(studio: Studio) -> Image.Image:
    """Show what is behind the pillar being marked."""
    studio.open("hopper_behind_a_pillar.jpg")
    studio.zoom(0.75)
    studio.key("visibility")
    before = studio.canvas(HALF)
    for _ in range(3):
        studio.key("colours")
    studio.drag(*(studio.place(vertex) for vertex in (54, 162, 234)))
    studio.hold(*(studio.place(vertex) for vertex in (93, 58, 136)))
    picture = studio.canvas(HALF)
    studio.release()
    return side_by_side(before, picture)


def folds(studio: Studio) -> Image.Image:
    """Show the same stroke without the guard and with it."""
    studio.open("collins_close.webp")
    studio.look_at([116, 4, 57], 0.9)
    x, y = studio.place(CHEEK)
    studio.key("grab")
    for _ in range(4):
        studio.key("smaller")
    pictures = []
    for _ in range(2):
        studio.key("guard")
        studio.hold((x, y), (x + 42, y - 4))
        pictures.append(studio.canvas(HALF))
        studio.release()
        studio.key("undo")
    return side_by_side(*pictures)


TOOLS: dict[str, Picture] = {
    "grab": grab,
    "guided": guided,
    "smooth": smooth,
    "relax": relax,
    "restore": restore,
    "transform": transform,
    "contour": contour_picture,
    "pin": pin,
    "visibility": visibility,
    "folds": folds,
}
