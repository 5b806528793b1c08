"""Learning from a project's corrections, and the command `learn` that does it."""

import json
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from numpy.testing import assert_allclose

from annotator.cli import main
from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.learned import Corrections, correction, learned_covariance
from annotator.project import NewImage, Project, Stroke, Verdict
from annotator.project.covariance_file import FILE_NAME, load_guided_covariance, read_covariance
from annotator.workflow import learning
from annotator.workflow.learning import NothingToLearnError, learn

LIPS = FACE_468.topology.regions["lips"]


@pytest.fixture
def command(capsys):
    """Return a function that runs a command and returns exit code, stdout and stderr."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def project(tmp_path, new_project):
    with new_project(tmp_path / "project") as created:
        yield created


def face(x: float, y: float) -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return (vertices * (100 / outer_iod(vertices, FACE_468)) + np.float32([x, y, 0])).astype(
        np.float32
    )


def wrong_by(rng: np.random.Generator) -> np.ndarray:
    """Displacements in px as this model has them: lips that are off as one, and a turn."""
    points = face(0, 0)
    plane = points[:, 0] + 1j * points[:, 1]
    shift, turn = (rng.normal() + 1j * rng.normal() for _ in range(2))
    moves = 0.04 * turn * plane
    moves[LIPS] += 6 * shift
    return np.column_stack([moves.real, moves.imag, 0 * moves.real]).astype(np.float32)


def fill(project: Project, photographs: int, *, faces: int = 1, corrected: bool = True) -> None:
    """Add photographs with predicted and accepted faces, which were corrected or not."""
    rng = np.random.default_rng(7)
    model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
    known = project.images.count()
    names = [f"{number}.jpg" for number in range(known, known + photographs)]
    digests = [sha256(name.encode()).hexdigest() for name in names]
    project.images.add(
        [
            NewImage(project.home / name, digest, 4000, 3000)
            for name, digest in zip(names, digests, strict=True)
        ]
    )
    truths = [face(300.0 + 400 * at, 500.0) for at in range(faces)]
    for number in range(photographs):
        predicted = [FacePrediction(truth + wrong_by(rng), 0.9, 0.8) for truth in truths]
        project.predictions.store(model, [(known + number + 1, predicted)])
    for summary in project.samples.summaries():
        if summary.image_id > known and corrected:
            annotation = project.annotations.load(summary.id)
            near = [np.abs(annotation.landmarks - truth).max() for truth in truths]
            truth = truths[int(np.argmin(near))]
            project.annotations.record_stroke(
                summary.id,
                Stroke("guided", np.arange(468), annotation.landmarks, truth),
                revision=annotation.revision,
                annotator="Ann",
            )
    project.reviews.give_undecided(Verdict.ACCEPT, reviewer="Rev")


def corrections_of(project: Project) -> np.ndarray:
    every = [correction(s.landmarks, s.prediction, FACE_468) for s in project.samples.accepted()]
    return np.array([moves for moves in every if moves is not None])


@pytest.fixture
def few_simulated(monkeypatch):
    """What was learned is tried on two faces: enough for who does not ask how well it does."""
    monkeypatch.setattr(learning, "SIMULATED_FACES", 2)


def test_a_project_learns_from_what_was_corrected(project, few_simulated):
    fill(project, 12)
    lesson = learn(project)
    assert lesson.corrections == 12
    assert next(iter(lesson.regions)) == "lips"
    expected = learned_covariance(Corrections.of(FACE_468, corrections_of(project)))
    assert_allclose(lesson.covariance.matrix, expected.matrix, atol=1e-12)
    assert lesson.covariance.noise == pytest.approx(expected.noise)


def test_what_was_learned_saves_strokes_on_faces_in_other_photographs(project):
    fill(project, 25)
    lesson = learn(project)
    prior, learned = lesson.efforts[-1].medians
    assert learned < prior
    assert not lesson.costs_strokes


def test_faces_accepted_as_predicted_say_nothing(project, few_simulated):
    fill(project, 3)
    alone = learn(project)
    fill(project, 4, corrected=False)
    lesson = learn(project)
    assert (lesson.corrections, lesson.as_predicted) == (3, 4)
    assert_allclose(lesson.covariance.matrix, alone.covariance.matrix, atol=1e-15)


def test_faces_without_a_verdict_say_nothing(project):
    fill(project, 3)
    for summary in project.samples.summaries()[1:]:
        project.reviews.reopen(summary.id, reviewer="Rev")
    assert learn(project).corrections == 1


def test_corrections_are_summed_batch_by_batch(project, few_simulated, monkeypatch):
    fill(project, 7, faces=2)
    at_once = learn(project)
    monkeypatch.setattr(learning, "_BATCH", 3)
    assert_allclose(learn(project).covariance.matrix, at_once.covariance.matrix, atol=1e-15)


def test_no_more_faces_are_simulated_than_fit_in_a_minute(project, monkeypatch):
    fill(project, 6, faces=2)
    monkeypatch.setattr(learning, "SIMULATED_FACES", 4)
    steps = []
    lesson = learn(project, on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(lesson.efforts[-1].prior) == 4
    assert lesson.corrections == 12


def test_one_photograph_alone_cannot_be_tried_on_another(project):
    fill(project, 1, faces=3)
    lesson = learn(project)
    assert lesson.corrections == 3
    assert lesson.efforts == ()
    assert not lesson.costs_strokes


def test_an_empty_project_says_what_to_do(project):
    with pytest.raises(NothingToLearnError, match="no sample is accepted yet: correct and accept"):
        learn(project)


def test_a_project_with_nothing_corrected_says_what_to_do(project):
    fill(project, 2, corrected=False)
    with pytest.raises(NothingToLearnError, match="nothing was corrected, all 2 were accepted as"):
        learn(project)


# --- several layouts -------------------------------------------------------------------------


@pytest.fixture
def mixed(project, face_with_irises, monkeypatch):
    """Return a function that lets a project's first accepted samples be of another layout."""

    def relaid(sample):
        vertices = face_with_irises.topology.vertices[468:] * np.float32([1, -1, -1])
        meshes = [
            np.concatenate([mesh, vertices * 10 + mesh.mean(axis=0)]).astype(np.float32)
            for mesh in (sample.landmarks, sample.prediction)
        ]
        return replace(sample, layout=face_with_irises, landmarks=meshes[0], prediction=meshes[1])

    def mix(count: int) -> None:
        samples = list(project.samples.accepted())
        samples[:count] = map(relaid, samples[:count])
        monkeypatch.setattr(type(project.samples), "accepted", lambda _: iter(samples))
        monkeypatch.setattr(learning, "SIMULATED_FACES", 2)

    return mix


def test_the_layout_with_most_corrections_is_learned(project, mixed, face_with_irises):
    fill(project, 5)
    mixed(3)
    lesson = learn(project)
    assert lesson.layout is face_with_irises
    assert (lesson.corrections, lesson.left_out) == (3, 2)
    assert lesson.covariance.matrix.shape == (480, 480)
    assert len(lesson.efforts[-1].prior) == 2


def test_faces_of_other_layouts_change_nothing_in_what_is_learned(project, mixed, monkeypatch):
    fill(project, 5)
    mixed(2)
    both = learn(project)
    samples = [sample for sample in project.samples.accepted() if sample.layout is FACE_468]
    monkeypatch.setattr(type(project.samples), "accepted", lambda _: iter(samples))
    alone = learn(project)
    assert both.layout is alone.layout is FACE_468
    assert (both.corrections, both.left_out, alone.left_out) == (3, 2, 0)
    assert both.covariance.matrix.tobytes() == alone.covariance.matrix.tobytes()
    assert both.efforts == alone.efforts


def test_the_layouts_of_one_photograph_are_kept_apart(project, mixed):
    fill(project, 3, faces=2)
    mixed(1)
    lesson = learn(project)
    assert (lesson.layout, lesson.corrections, lesson.left_out) == (FACE_468, 5, 1)


def test_several_layouts_with_nothing_corrected_say_what_to_do(project, mixed):
    fill(project, 2, corrected=False)
    mixed(1)
    with pytest.raises(NothingToLearnError, match="nothing was corrected, all 2 were accepted as"):
        learn(project)


def test_the_command_says_how_many_faces_of_other_layouts_were_left_out(project, mixed, command):
    fill(project, 3)
    mixed(1)
    code, output, error = command("learn", project.home)
    assert (code, error) == (0, "")
    assert "learned from 2 corrected faces\n1 face of other layouts than face_468" in output
    said = json.loads(command("learn", project.home, "--json", "--dry-run")[1])
    assert (said["layout"], said["left_out"]) == ("face_468", 1)


# --- the command -----------------------------------------------------------------------------


def test_the_command_writes_what_the_window_reads(project, command):
    fill(project, 12)
    code, output, error = command("learn", project.home)
    assert (code, error) == (0, "")
    assert "learned from 12 corrected faces" in output
    assert "to 1 % of the outer IOD:" in output
    assert f"written to {project.home / FILE_NAME}" in output
    assert read_covariance(project.home).corrections == 12
    expected = learn(project).covariance.matrix
    assert_allclose(load_guided_covariance(project.home).matrix, expected, atol=1e-15)


def test_one_correction_is_enough(project, command):
    fill(project, 1)
    code, output, _ = command("learn", project.home)
    assert code == 0
    assert "learned from 1 corrected face\n" in output
    assert "all corrections are in one photograph" in output
    assert read_covariance(project.home).corrections == 1


def test_json_says_it_all_in_one_object(project, command):
    fill(project, 8)
    fill(project, 1, corrected=False)
    code, output, _ = command("learn", project.home, "--json")
    said = json.loads(output)
    assert code == 0
    assert (said["corrections"], said["accepted_as_predicted"]) == (8, 1)
    assert said["prior_weight"] == pytest.approx(50 / 58, abs=1e-4)
    assert sum(said["shares"].values()) == pytest.approx(1, abs=1e-3)
    assert set(said["shares"]) == {"shift", "turn_and_scale", "shear", "yaw_and_pitch", "local"}
    assert said["region_errors"]["lips"] > said["region_errors"]["left_eyebrow"]
    assert [goal["to"] for goal in said["strokes"]] == [0.0256, 0.01]
    assert said["strokes"][1]["faces"] == 8
    assert said["file"] == str(project.home / FILE_NAME)


def test_a_dry_run_writes_nothing(project, command):
    fill(project, 3)
    code, output, _ = command("learn", project.home, "--dry-run")
    assert code == 0
    assert "nothing written: a dry run" in output
    assert not (project.home / FILE_NAME).exists()


def test_learning_replaces_a_damaged_file(project, command):
    fill(project, 3)
    (project.home / FILE_NAME).write_bytes(b"damaged")
    assert command("learn", project.home)[0] == 0
    assert read_covariance(project.home).corrections == 3


def test_what_would_cost_strokes_is_not_written(project, command, monkeypatch):
    fill(project, 4)
    # A prior that nothing is left of, and a few faces that are unlike each other.
    nothing = canonical_covariance(FACE_468).matrix * 1e-6 + 1e-9 * np.eye(468)

    def misled(_corrections):
        return type(canonical_covariance(FACE_468))(nothing, 1e-3)

    monkeypatch.setattr(learning, "learned_covariance", misled)
    code, output, _ = command("learn", project.home)
    assert code == 0
    assert "nothing written: it would cost strokes" in output
    assert not (project.home / FILE_NAME).exists()


@pytest.mark.parametrize("corrected", [False, None])
def test_a_project_that_teaches_nothing_is_an_error_in_one_line(project, command, corrected):
    if corrected is False:
        fill(project, 1, corrected=False)
    code, output, error = command("learn", project.home)
    assert (code, output) == (1, "")
    assert error.startswith("error: no")
    assert error.count("\n") == 1


def test_a_folder_without_a_project_is_an_error(tmp_path, command):
    code, _, error = command("learn", tmp_path / "none")
    assert code == 1
    assert error.startswith("error: ")
