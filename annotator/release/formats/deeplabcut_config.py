"""The ``config.yaml`` of a DeepLabCut project."""

from collections.abc import Iterator, Mapping

from annotator.mesh.layout import MeshLayout
from annotator.release.formats.deeplabcut_reading import SCORER
from annotator.release.vertex_names import vertex_names

_DEFAULTS = """\
numframes2pick: 20
skeleton_color: black
pcutoff: 0.6
dotsize: 3
alphavalue: 0.7
colormap: rainbow
TrainingFraction:
- 0.95
iteration: 0
default_net_type: resnet_50
default_augmenter: default
snapshotindex: -1
batch_size: 8
cropping: false
x1: 0
x2: 640
y1: 277
y2: 624
corner2move2:
- 50
- 50
move2corner: true
"""


def config_lines(
    folders: Mapping[str, tuple[int, int]], faces: int, layout: MeshLayout, date: str
) -> Iterator[str]:
    """Yield the lines of a project's settings.

    Parameters
    ----------
    folders
        Width and height of the images by the folders of labels.
    faces
        How many faces a photograph has at most; more than one make a project of several animals.
    layout
    date
        Of the last verdict, as ISO 8601: nothing depends on now.
    """
    names = vertex_names(layout)
    several = faces > 1
    yield f"Task: faces\nscorer: {SCORER}\ndate: '{date}'\n"
    yield f"multianimalproject: {'true' if several else 'false'}\nidentity: false\n"
    yield "project_path: .\nvideo_sets:\n"
    for folder, (width, height) in folders.items():
        # DeepLabCut finds folders of labels by the names of videos, which need not be there.
        yield f"  videos/{folder}.avi:\n    crop: 0, {width}, 0, {height}\n"
    if several:
        yield from _list("individuals", [f"face{number}" for number in range(faces)])
        yield "uniquebodyparts: []\n"
        yield from _list("multianimalbodyparts", names)
        yield "bodyparts: MULTI!\n"
    else:
        yield from _list("bodyparts", names)
    yield "skeleton:\n"
    for one, other in layout.topology.contour_edges.tolist():
        yield f"- - {names[one]}\n  - {names[other]}\n"
    yield _DEFAULTS


def _list(key: str, values: Iterator[str] | list[str] | tuple[str, ...]) -> Iterator[str]:
    yield f"{key}:\n"
    yield from (f"- {value}\n" for value in values)
