"""menpo reads the points of a release, and dlib its boxes and parts, where ours say they are."""

from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.combinations import to_68
from annotator.release import export_release, load_release
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

MENPO = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import menpo.io as mio
found = {}
for path in sorted(Path(sys.argv[1], "points").glob("*.pts")):
    points = mio.import_landmark_file(path)
    points = points["PTS"] if hasattr(points, "keys") else points
    found[path.name] = points.points.tolist()
image = mio.import_image(sys.argv[2])
print(json.dumps({"points": found, "size": [image.width, image.height]}))
"""

DLIB = """
import json, sys
import dlib
data = dlib.image_dataset_metadata.load_image_dataset_metadata(sys.argv[1])
found = []
for image in data.images:
    pixels = dlib.load_rgb_image(sys.argv[2] + "/" + image.filename)
    for box in image.boxes:
        rect = box.rect
        points = [[box.parts[name].x, box.parts[name].y] for name in sorted(box.parts)]
        sides = [rect.left(), rect.top(), rect.right(), rect.bottom()]
        found.append([image.filename, list(pixels.shape), sides, points])
print(json.dumps(found))
"""


def test_menpo_reads_points_from_the_middle_of_the_first_pixel(project, tmp_path: Path) -> None:
    export_release(project, tmp_path / "release", "pts")
    release = load_release(tmp_path / "release")
    first = tmp_path / "release" / release.samples.image_file[0]
    read = read_by("menpo", MENPO, tmp_path / "release", first, folder=tmp_path)
    assert read["size"] == [release.samples.image_width[0], release.samples.image_height[0]]
    assert len(read["points"]) == len(release.landmarks)
    for row, mesh in zip(release.samples.itertuples(), release.landmarks, strict=True):
        points = np.array(read["points"][f"{Path(row.image_file).name}-{row.face_index}.pts"])
        expected = to_68(mesh, FACE_468)[:, [1, 0]] - 0.5  # menpo has y first
        assert np.abs(points - expected).max() < 1e-3


def test_dlib_reads_the_pixels_in_which_points_lie(project, tmp_path: Path) -> None:
    export_release(project, tmp_path / "release", "dlib")
    release = load_release(tmp_path / "release")
    folder = tmp_path / "release"
    read = read_by("dlib", DLIB, folder / "dataset.xml", folder, folder=tmp_path)
    assert len(read) == len(release.landmarks)
    rows = zip(release.samples.itertuples(), release.landmarks, read, strict=True)
    for row, mesh, (file, shape, (left, top, right, bottom), points) in rows:
        assert file == row.image_file
        assert shape == [row.image_height, row.image_width, 3]
        expected = np.floor(to_68(mesh, FACE_468)[:, :2])
        np.testing.assert_array_equal(points, expected)
        assert [left, top] == expected.min(axis=0).tolist()
        assert [right, bottom] == expected.max(axis=0).tolist()
