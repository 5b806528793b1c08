"""dlib's XML, as its tool imglab keeps it: boxes with the 68 points as parts.

Coordinates are whole pixels from 0: dlib reads no others.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.mesh.sparse.combinations import to_68
from annotator.release.blocks import Block, Face
from annotator.release.formats.definition import Format
from annotator.release.formats.dlib_reading import read_faces, recognises
from annotator.release.per_image import ImageFaces, images_of
from annotator.release.sparse_points import FilesOfSplits

DATASET = "dataset.xml"
STYLE = "image_metadata_stylesheet.xsl"
"""The name that dlib's own files refer to; a browser shows them by it."""

_HEAD = f"""<?xml version='1.0' encoding='UTF-8'?>
<?xml-stylesheet type='text/xsl' href='{STYLE}'?>
<dataset>
<name>{{name}}</name>
<comment>{{comment}}</comment>
<images>
"""
_TAIL = "</images>\n</dataset>\n"
_STYLE = """<?xml version='1.0' encoding='UTF-8'?>
<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>
<xsl:output method='html' version='1.0' encoding='UTF-8' indent='yes'/>
<xsl:template match='/dataset'>
<html><head><title><xsl:value-of select='name'/></title></head><body>
<h1><xsl:value-of select='name'/></h1><p><xsl:value-of select='comment'/></p>
<xsl:for-each select='images/image'>
<h2><xsl:value-of select='@file'/></h2>
<svg xmlns='http://www.w3.org/2000/svg' width='{@width}' height='{@height}'>
<image href='{@file}' width='{@width}' height='{@height}'/>
<xsl:for-each select='box'>
<rect x='{@left}' y='{@top}' width='{@width}' height='{@height}' fill='none' stroke='red'/>
<xsl:for-each select='part'><circle cx='{@x}' cy='{@y}' r='2' fill='lime'/></xsl:for-each>
</xsl:for-each>
</svg>
</xsl:for-each>
</body></html>
</xsl:template>
</xsl:stylesheet>
"""


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``dataset.xml``, or one file a split, and what shows them in a browser."""
    (folder / STYLE).write_text(_STYLE, encoding="utf-8", newline="\n")
    with FilesOfSplits(folder, DATASET, _begin) as files:
        for image in images_of(blocks):
            files.of(image.row["split"]).write(_image(image, layout))
        for stream in files.all():
            stream.write(_TAIL)


def _begin(stream: TextIO) -> None:
    comment = "68 points of iBUG's scheme, from refined and reviewed meshes"
    stream.write(_HEAD.format(name="Faces", comment=escape(comment)))


def _image(image: ImageFaces, layout: MeshLayout) -> str:
    width, height = image.size
    name = quoteattr(image.image.file)
    boxes = "".join(_box(face, layout) for face in image.faces)
    return f"<image file={name} width='{width}' height='{height}'>\n{boxes}</image>\n"


def _box(face: Face, layout: MeshLayout) -> str:
    # The pixel in which a point lies.
    points = np.floor(to_68(face.landmarks, layout)[:, :2]).astype(np.int64)
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    sides = f"top='{top}' left='{left}' width='{right - left + 1}' height='{bottom - top + 1}'"
    parts = "".join(
        f"<part name='{number:02}' x='{x}' y='{y}'/>\n"
        for number, (x, y) in enumerate(points.tolist())
    )
    return f"<box {sides}>\n{parts}</box>\n"


FORMAT = Format(
    "dlib",
    "dlib imglab XML, 68 points",
    write,
    keeps="the 68 points of iBUG's scheme in whole pixels, from a fitted table",
    loses="fractions of pixels, all other vertices, depth and visibility, who did what",
    needs_upright=True,
    layouts=frozenset(layout.name for layout in LAYOUTS.values() if layout.points_68),
    read_faces=read_faces,
    recognises=recognises,
)
