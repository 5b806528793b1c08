"""`trimesh` loads the meshes of a release, and finds the photograph's colours on them."""

from pathlib import Path

import numpy as np
import pytest

from annotator.imaging import read_image
from annotator.mesh.layout import FACE_468
from tests.release.readers.conftest import Released
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np
import trimesh
from trimesh.visual.color import uv_to_interpolated_color
read = {}
for path in sorted(Path(sys.argv[1], "meshes").glob("*." + sys.argv[2])):
    mesh = trimesh.load(path, process=False, force="mesh", maintain_order=True)
    material = mesh.visual.material
    image = getattr(material, "image", None) or material.baseColorTexture
    read[int(path.stem)] = {
        "vertices": mesh.vertices.tolist(),
        "faces": mesh.faces.tolist(),
        "uv": mesh.visual.uv.tolist(),
        "size": image.size,
        "colours": uv_to_interpolated_color(mesh.visual.uv, image.convert("RGB"))[:, :3].tolist(),
    }
print(json.dumps(read))
"""


@pytest.mark.parametrize("suffix", ["obj", "gltf"])
def test_trimesh_gives_vertices_triangles_and_coordinates_back(
    released: Released, tmp_path: Path, suffix: str
) -> None:
    folder, release = released(suffix)
    read = read_by("trimesh", SCRIPT, folder, suffix, folder=tmp_path)
    assert len(read) == len(release.samples)
    for index, row in enumerate(release.samples.itertuples()):
        mesh = read[str(row.sample_id)]
        landmarks = np.float32(mesh["vertices"]) * np.float32([1, -1, -1])
        np.testing.assert_array_equal(landmarks, release.landmarks[index])
        np.testing.assert_array_equal(mesh["faces"], FACE_468.topology.triangles)
        size = np.array([row.image_width, row.image_height])
        assert mesh["size"] == size.tolist()
        shares = release.landmarks[index, :, :2].astype(float) / size
        # trimesh turns the coordinates of glTF to its own, which count from below as OBJ's do.
        np.testing.assert_allclose(np.array(mesh["uv"]) * [1, -1] + [0, 1], shares, atol=6e-8)


@pytest.mark.parametrize("suffix", ["obj", "gltf"])
def test_the_texture_at_a_vertex_has_the_colour_of_the_photograph_there(
    released: Released, tmp_path: Path, suffix: str
) -> None:
    folder, release = released(suffix)
    read = read_by("trimesh", SCRIPT, folder, suffix, folder=tmp_path)
    for index, row in enumerate(release.samples.itertuples()):
        pixels = read_image(folder / row.image_file)
        height, width = pixels.shape[:2]
        # trimesh takes 0 for the centre of the first pixel and 1 for that of the last.
        at = release.landmarks[index, :, :2] / [width, height] * [width - 1, height - 1]
        inside = ((at >= 0) & (at <= [width - 1, height - 1])).all(axis=1)
        colours = interpolated(pixels, at[inside])
        found = np.array(read[str(row.sample_id)]["colours"])[inside]
        assert np.abs(colours - found).max() <= 2, row.image_name


def interpolated(pixels: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the colours at points (k, 2) of x, y in whole pixels, between their four pixels."""
    low = np.minimum(np.floor(at).astype(int), np.array(pixels.shape[1::-1]) - 2)
    x, y = (at - low).T[..., None]
    left, top = low.T
    above = pixels[top, left] * (1 - x) + pixels[top, left + 1] * x
    below = pixels[top + 1, left] * (1 - x) + pixels[top + 1, left + 1] * x
    return above * (1 - y) + below * y
