"""The 2-D branch: labels of 68 points, what they cost, and who may learn from them."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.points_68 import COUNT, places_on
from annotator.training.data import Labelled, prepared
from annotator.training.errors import TrainingError
from annotator.training.losses import sparse_cost
from annotator.training.settings import Settings
from annotator.training.sparse import read_sparse
from annotator.training.splits import SplitPlan
from annotator.training.training import Order, train

PLACES = places_on(FACE_468)


def labels_on(landmarks: np.ndarray) -> np.ndarray:
    """Put the 68 points where they belong on a mesh, those along lines between two vertices."""
    labels = np.full((COUNT, 2), np.nan, np.float32)
    labels[PLACES.points] = landmarks[PLACES.vertices, :2]
    for line in PLACES.lines:
        for number, point in enumerate(line.points):
            at = 1 + number % (len(line.vertices) - 2)
            ends = landmarks[line.vertices[at : at + 2], :2]
            labels[point] = 0.3 * ends[0] + 0.7 * ends[1]
    return labels


def table_of(faces, path: Path) -> Path:
    lines = ["image,face,point,x,y"]
    for face in faces:
        for point, (x, y) in enumerate(labels_on(face.landmarks)):
            if np.isfinite(x):
                lines.append(f"{face.photograph},0,{point},{x},{y}")
    path.write_text("\n".join(lines) + "\n")
    return path


def cost_of(landmarks: np.ndarray, labels: np.ndarray) -> float:
    iod = torch.tensor([outer_iod(landmarks, FACE_468)])
    points = torch.tensor(landmarks[None], requires_grad=True)
    cost = sparse_cost(points, torch.tensor(labels[None]), iod, PLACES)
    cost.backward()
    assert torch.isfinite(points.grad).all()
    return float(cost.detach())


def test_labels_where_they_belong_cost_nothing_wherever_along_their_line(faces):
    mesh = faces.faces[0].landmarks
    assert cost_of(mesh, labels_on(mesh)) < 1e-5


def test_labels_that_are_off_cost_as_far_as_they_are(faces):
    mesh = faces.faces[0].landmarks
    iod = outer_iod(mesh, FACE_468)
    corners = np.full((COUNT, 2), np.nan, np.float32)
    corners[PLACES.points] = mesh[PLACES.vertices, :2] + np.float32([0.1 * iod, 0])
    assert cost_of(mesh, corners) == pytest.approx(0.1, rel=1e-3)


def test_a_face_without_labels_costs_nothing(faces):
    nothing = np.full((COUNT, 2), np.nan, np.float32)
    assert cost_of(faces.faces[0].landmarks, nothing) == 0


def test_learning_from_labels_brings_meshes_nearer_to_them(release, faces, tmp_path):
    table = table_of([face for face in faces.faces if "two" not in face.name], tmp_path / "t.csv")
    settings = Settings(
        steps=8, batch=4, every=8, freeze=8, rate=1e-3, sparse=5.0, sparse_share=0.5
    )
    costs: list[float] = []
    train(
        Order((release,), tmp_path / "run", settings, sparse=table),
        lambda progress: costs.append(progress.costs["sparse"]),
        lambda text: None,
    )
    assert len(costs) == 8
    assert all(np.isfinite(costs))
    assert max(costs) > 0


def test_a_labelled_face_of_the_validation_is_not_learnt_from(faces, tmp_path):
    table = table_of([face for face in faces.faces if "two" not in face.name], tmp_path / "t.csv")
    sparse = read_sparse(table)
    plan = SplitPlan(tmp_path / "splits.csv", None, share=0.2, seed=1)
    data = prepared(Labelled(faces, sparse), plan, memory=200, threads=2)
    validation = {face.image_sha256 for face in data.validation}
    assert validation
    assert 0 < len(data.sparse) < len(sparse)
    assert not validation & {face.image_sha256 for face in data.sparse}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("image,face,point,x\n", "its header has no y"),
        ("image,face,point,x,y\n", "holds no labelled face"),
        ("image,point,x,y\na.jpg,1,2,3\n", "its header has no face"),
        ("face,point,x,y,image\n0,1,1,1\n", " is not in"),
        ("image,face,point,x,y\na.jpg,0,68,1,1\n", "there is no point 68"),
        ("image,face,point,x,y\na.jpg,0,1,nan,1\n", "there is no point 1"),
        ("image,face,point,x,y\na.jpg,0,1,1,1\n", "a.jpg is not in"),
        ("image,face,point,x,y\na.jpg,0,one,1,1\n", "cannot be read"),
    ],
)
def test_a_table_that_is_none_says_why(text: str, reason: str, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(TrainingError, match=reason):
        read_sparse(path)


def test_a_face_without_eyes_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"anything")
    path = tmp_path / "labels.csv"
    path.write_text("image,face,point,x,y\na.jpg,0,1,1,1\na.jpg,0,8,90,200\n")
    with pytest.raises(TrainingError, match="both eyes"):
        read_sparse(path)
