"""Checks say nothing of good meshes, and what is the matter with broken ones."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.brush import Brush
from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import MeshState
from annotator.mesh.tools.editor import MeshEditor
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.project.session import edited
from annotator.quality.checks import (
    CHECKS,
    MESH_CHECKS,
    Finding,
    OtherFace,
    Severity,
    Subject,
    Work,
    findings,
)
from annotator.quality.shape_prior import default_prior

Mesh = np.ndarray


def check(name: str):
    """Return one check by its name."""
    return next(one for one in CHECKS if one.name == name)


def only(name: str, subject: Subject) -> Finding:
    """Return the one finding of a check, which has to be there."""
    (found,) = check(name).look(subject)
    assert found.check == name
    return found


def dragged(mesh: Mesh, vertex: int, by: tuple[float, float], *, radius: float = 0.4) -> Mesh:
    """Return a mesh after a drag of a vertex, in outer IOD, without the guard."""
    editor = MeshEditor(MeshState.of(mesh, mesh, FACE_468))
    x, y = (mesh[vertex, :2] + np.multiply(by, tool_scale(mesh, FACE_468))).tolist()
    tool = GrabTool(Brush(radius_iod=radius), guards=False)
    assert editor.press(tool, tuple(mesh[vertex, :2].tolist()))
    gesture = editor.ended((x, y))
    assert gesture is not None and gesture.edit is not None
    return edited(editor.state, gesture.edit).landmarks


def test_predictions_of_the_shipped_photographs_give_no_finding_of_high_severity(
    predicted, photographs
):
    serious, counted = [], Counter()
    for name, meshes in predicted.items():
        named = [OtherFace(f"face #{at}", mesh) for at, mesh in enumerate(meshes, start=1)]
        for mesh, itself in zip(meshes, named, strict=True):
            subject = Subject(
                mesh,
                FACE_468,
                size=photographs[name].shape[1::-1],
                photograph=photographs[name],
                others=tuple(other for other in named if other is not itself),
                prior=default_prior(FACE_468),
            )
            found = findings(subject)
            counted.update(finding.check for finding in found)
            serious += [finding for finding in found if finding.severity is Severity.HIGH]
    assert serious == []
    # One is tiny, one is out of focus, and so are two of the others a little.
    assert set(counted) <= {"tiny", "blurred"}
    assert 2 <= counted.total() <= 5


def test_a_prediction_taken_over_as_it_is_gives_no_finding(hopper):
    subject = Subject(hopper, FACE_468, prediction=hopper, size=(600, 700))
    assert findings(subject, MESH_CHECKS) == ()


@pytest.mark.parametrize(("degrees", "mirrored"), [(0, False), (90, False), (180, True)])
def test_faces_that_lie_turned_in_the_photograph_are_no_worse(hopper, degrees: int, mirrored: bool):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mesh = hopper.copy()
    if mirrored:
        mesh = mesh[FACE_468.mirror] * np.float32([-1, 1, 1])
    mesh[:, :2] = mesh[:, :2] @ turn.T
    mesh[:, :2] -= mesh[:, :2].min(axis=0)
    assert findings(Subject(mesh, FACE_468, size=(2000, 2000))) == ()


def test_a_drag_without_the_guard_turns_triangles_over(hopper):
    mesh = dragged(hopper, 4, (0.5, 0.0), radius=0.3)
    found = only("folds", Subject(mesh, FACE_468, prediction=hopper))
    assert found.severity is Severity.HIGH
    assert "turned over at the nose" in found.sentence
    assert 4 in found.vertices
    assert only("folds", Subject(mesh, FACE_468)).severity is Severity.HIGH


def test_an_outline_that_an_edit_made_cross_itself_is_found(hopper):
    oval = FACE_468.contours["face_oval"].vertices
    mesh = hopper.copy()
    mesh[oval[3]], mesh[oval[4]] = hopper[oval[4]], hopper[oval[3]]
    crossing = [
        finding
        for finding in check("folds").look(Subject(mesh, FACE_468, prediction=hopper))
        if "crosses itself" in finding.sentence
    ]
    (found,) = crossing
    assert "face oval" in found.sentence
    assert {int(oval[3]), int(oval[4])} <= set(found.vertices)


def test_an_upper_lid_that_is_dragged_beyond_the_lower_one_is_found(hopper):
    mesh = dragged(hopper, 159, (0.0, 0.12), radius=0.12)
    found = only("lids", Subject(mesh, FACE_468, prediction=hopper))
    assert found.severity is Severity.HIGH
    assert "right eye" in found.sentence
    assert 159 in found.vertices
    ring = FACE_468.contours["right_eye"].vertices
    assert set(found.vertices) <= set(ring.tolist())


def test_an_eye_that_is_closed_is_not_crossed(hopper):
    mesh = hopper.copy()
    one, other = FACE_468.contours["left_eye"].halves
    mesh[other[::-1][1:-1], :2] = mesh[one[1:-1], :2]
    assert list(check("lids").look(Subject(mesh, FACE_468))) == []


def test_lips_that_are_dragged_over_one_another_are_found(hopper):
    mesh = dragged(hopper, 14, (0.0, -0.15), radius=0.2)
    found = only("lips", Subject(mesh, FACE_468))
    assert found.severity is Severity.HIGH
    assert "lip" in found.sentence
    assert 14 in found.vertices


@pytest.mark.parametrize(
    ("left", "severity"),
    [(0.85, Severity.LOW), (0.7, Severity.MEDIUM), (0.3, Severity.HIGH)],
)
def test_a_mesh_that_leaves_the_photograph_is_found(hopper, left: float, severity: Severity):
    width = int(np.quantile(hopper[:, 0], left))
    found = only("outside", Subject(hopper, FACE_468, size=(width, 2000)))
    assert found.severity is severity
    assert f"{100 * len(found.vertices) / len(hopper):.0f}" in found.sentence
    assert (hopper[list(found.vertices), 0] > width).all()


def test_a_mesh_within_the_photograph_and_one_of_unknown_size_are_not_outside(hopper):
    assert list(check("outside").look(Subject(hopper, FACE_468, size=(2000, 2000)))) == []
    assert list(check("outside").look(Subject(hopper, FACE_468))) == []


def test_the_mesh_of_the_mirrored_face_has_left_and_right_exchanged(predicted):
    for mesh in (mesh for meshes in predicted.values() for mesh in meshes):
        exchanged = mesh[FACE_468.mirror]
        assert list(check("sides").look(Subject(mesh, FACE_468))) == []
        assert only("sides", Subject(exchanged, FACE_468)).severity is Severity.HIGH
        # The rest would follow from it, and is not told besides.
        names = [found.check for found in findings(Subject(exchanged, FACE_468))]
        assert not {"folds", "lids", "lips"} & set(names)


def test_a_mesh_without_depth_has_its_sides_told_by_its_triangles(hopper):
    flat = hopper * np.float32([1, 1, 0])
    assert list(check("sides").look(Subject(flat, FACE_468))) == []
    assert only("sides", Subject(flat[FACE_468.mirror], FACE_468)).severity is Severity.HIGH


def test_shapes_that_no_face_has_are_found(hopper):
    prior = default_prior(FACE_468)
    noise = np.random.default_rng(0).normal(0, 1, hopper.shape) * tool_scale(hopper, FACE_468)
    usual, odd, absurd = (
        Subject(np.float32(hopper + share * noise), FACE_468, prior=prior)
        for share in (0.0, 0.03, 0.1)
    )
    assert list(check("shape").look(usual)) == []
    assert only("shape", odd).severity is Severity.MEDIUM
    assert only("shape", absurd).severity is Severity.HIGH
    without = Subject(absurd.landmarks, FACE_468)
    assert list(check("shape").look(without)) == []


def test_small_faces_are_found(hopper):
    small, tiny = (Subject(hopper * np.float32(share), FACE_468) for share in (0.15, 0.1))
    assert only("tiny", small).severity is Severity.LOW
    assert only("tiny", tiny).severity is Severity.MEDIUM


def test_a_photograph_out_of_focus_is_blurred_and_a_sharp_one_is_not(predicted, photographs):
    def subject(name: str) -> Subject:
        return Subject(predicted[name][0], FACE_468, photograph=photographs[name])

    assert only("blurred", subject("hopper_out_of_focus.jpg")).severity is Severity.MEDIUM
    assert list(check("blurred").look(subject("hopper.jpg"))) == []


def test_two_samples_on_one_face_are_found_and_named(hopper):
    moved = OtherFace("face #2", hopper + np.float32([10, 5, 0]))
    beside = OtherFace("face #3", hopper + np.float32([400, 0, 0]))
    found = only("same_face", Subject(hopper, FACE_468, others=(moved, beside)))
    assert found.severity is Severity.HIGH
    assert "face #2" in found.sentence


def test_a_face_drawn_over_another_is_found_where_they_are_not_the_same(hopper):
    half = np.ptp(hopper[:, 0]) * 0.55
    over = OtherFace("face #2", hopper + np.float32([half, 0, 0]))
    beside = OtherFace("face #3", hopper + np.float32([2 * half, 0, 0]))
    subject = Subject(hopper, FACE_468, others=(over, beside))
    assert list(check("same_face").look(subject)) == []
    found = only("overlap", subject)
    assert found.severity is Severity.MEDIUM
    assert "face #2" in found.sentence


def test_a_correction_that_changed_nothing_is_found(hopper):
    def subject(mesh: Mesh, **work) -> Subject:
        return Subject(mesh, FACE_468, prediction=hopper, work=Work(**work))

    assert only("unchanged", subject(hopper, strokes=2)).severity is Severity.LOW
    returned = subject(hopper, changed_since_sent_back=False)
    assert only("unchanged", returned).severity is Severity.MEDIUM
    moved = dragged(hopper, 4, (0.05, 0.0))
    for fine in (
        subject(hopper),
        subject(hopper, strokes=2, marks_changed=True),
        subject(moved, strokes=1),
        subject(moved, strokes=1, changed_since_sent_back=True),
    ):
        assert list(check("unchanged").look(fine)) == []


def test_an_annotation_far_from_the_prediction_is_found(hopper):
    scale = tool_scale(hopper, FACE_468)
    far = hopper + np.float32([0.4 * scale, 0, 0])
    elsewhere = hopper + np.float32([1.5 * scale, 0, 0])
    assert only("moved", Subject(far, FACE_468, prediction=hopper)).severity is Severity.MEDIUM
    found = only("moved", Subject(elsewhere, FACE_468, prediction=hopper))
    assert found.severity is Severity.HIGH
    assert "150 %" in found.sentence


def test_a_vertex_that_was_moved_alone_is_found_and_named(hopper):
    mesh = hopper.copy()
    mesh[152, 1] += 0.2 * tool_scale(hopper, FACE_468)
    found = only("moved", Subject(mesh, FACE_468, prediction=hopper))
    assert found.severity is Severity.MEDIUM
    assert 152 in found.vertices


def test_photographs_that_show_the_same_are_named_and_many_are_counted(hopper):
    alike = tuple(f"{number}.jpg #1" for number in range(5))
    found = only("look_alikes", Subject(hopper, FACE_468, alike=alike))
    assert "0.jpg #1, 1.jpg #1 and 3 more" in found.sentence


def test_findings_come_with_the_most_severe_first(hopper):
    mesh = dragged(hopper * np.float32(0.15), 4, (0.5, 0.0), radius=0.3)
    found = findings(Subject(mesh, FACE_468))
    severities = [finding.severity for finding in found]
    assert severities == sorted(severities, reverse=True)
    assert {"folds", "tiny"} <= {finding.check for finding in found}


def test_corrections_with_the_projects_tools_give_no_finding_of_high_severity(predicted):
    """Guided drags, guarded, of one photograph's mesh to where another one's is."""
    start, goal = predicted["hopper_grey.png"][0], predicted["hopper.jpg"][0]
    goal = goal * np.float32(tool_scale(start, FACE_468) / tool_scale(goal, FACE_468))
    goal = goal + (start.mean(axis=0) - goal.mean(axis=0))
    state = MeshState.of(start, start, FACE_468)
    tool = GuidedTool(canonical_covariance(FACE_468))
    for _ in range(12):
        editor = MeshEditor(state)
        away = np.linalg.norm((goal - state.landmarks)[:, :2], axis=1)
        worst = int(away.argmax())
        assert editor.press(tool, tuple(state.landmarks[worst, :2].tolist()))
        gesture = editor.ended(tuple(goal[worst, :2].tolist()))
        assert gesture is not None and gesture.edit is not None
        state = edited(state, gesture.edit)
    assert not np.array_equal(state.landmarks, start)
    subject = Subject(state.landmarks, FACE_468, prediction=start, work=Work(strokes=12))
    assert [f for f in findings(subject) if f.severity is Severity.HIGH] == []


def test_checks_have_names_of_their_own_and_words_for_people():
    names = [one.name for one in CHECKS]
    assert len(set(names)) == len(names)
    for one in CHECKS:
        assert one.title[0].isupper() and one.looks_at.endswith(".")


def test_meshes_that_are_none_break_no_check(hopper):
    for mesh in (np.zeros_like(hopper), np.full_like(hopper, 7), hopper * np.float32([0, 1, 0])):
        subject = Subject(mesh, FACE_468, prediction=hopper, size=(10, 10))
        assert all(isinstance(found, Finding) for found in findings(subject, MESH_CHECKS))


def test_a_layout_with_irises_is_checked_likewise(hopper, face_with_irises):
    irises = np.repeat(hopper[[159, 386]], 6, axis=0)
    mesh = np.concatenate([hopper, irises]).astype(np.float32)
    assert findings(Subject(mesh, face_with_irises, size=(600, 700)), MESH_CHECKS) == ()


def test_the_documentation_has_every_check_as_it_is():
    text = (Path(__file__).parent.parent.parent / "docs" / "quality.md").read_text("utf-8")
    for one in CHECKS:
        row = f"| `{one.name}` | {one.title} | {one.severity.title} | {one.looks_at} |"
        assert row in text
