"""What was assessed, as the list sorts and filters by it: read when it is asked for."""

from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Assessment, NewImage, Project, StoredFinding
from annotator.quality.short_words import in_short
from annotator.quality.standing import telling
from annotator.workbench.measures import Among, NothingMeasured
from annotator.workbench.shown_samples import Shown
from annotator.workbench.sort_keys import SortKey
from annotator.workbench.triaged import Triaged
from annotator.workbench.workbench import Workbench

MESH = FACE_468.topology.vertices * [10, -10, 10] + [300, 400, 0]
DOUBTS = {1: 0.01, 2: 0.10, 3: 0.90, 4: 0.20}
SEVERITIES = {2: 1, 4: 3}
REASON = in_short(telling({"drift": 0.2}))  # in the words of the day


@pytest.fixture
def project(new_project, tmp_path):
    """Five samples in five images, the last of which nobody assessed."""
    with new_project(tmp_path / "project") as project:
        entries = [NewImage(Path(f"/{n}.jpg"), f"{n}" * 64, 600, 800) for n in range(1, 6)]
        project.images.add(entries)
        model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
        face = FacePrediction(MESH.astype(np.float32), 0.9, 0.9)
        project.predictions.store(model, [(n, [face]) for n in range(1, 6)])
        project.settings.put("triage", {"accept": 0.02, "hopeless": 0.5}, by="Rae")
        yield project


def assess(project: Project, doubts: dict[int, float] = DOUBTS) -> None:
    assessor = project.assessments.register(1, 1, ("drift", "yaw", "blur"))
    project.assessments.store(
        assessor,
        [
            Assessment(
                i, i, 0, doubt,
                {"drift": 0.2, "yaw": -10.0 * i, "blur": np.nan if i == 2 else 0.5},
                findings=(StoredFinding("x", SEVERITIES[i], "X."),) if i in SEVERITIES else (),
            )
            for i, doubt in doubts.items()
        ],
    )  # fmt: skip


@pytest.fixture
def bench(project):
    bench = Workbench("Ann")
    assess(project)
    bench.open(project)
    return bench


def shown(bench: Workbench, **given: object) -> list[int]:
    bench.show_samples(Shown(**given))
    return [bench.samples.at(row).id for row in range(len(bench.samples))]


@pytest.mark.parametrize(
    ("among", "expected"),
    [
        (Among.ACCEPT, [1]),
        (Among.CORRECT, [2, 4]),
        (Among.HOPELESS, [3]),
        (Among.FOUND, [2, 4]),
        (Among.SERIOUS, [4]),
        (Among.UNKNOWN, [5]),
        (None, [1, 2, 3, 4, 5]),
    ],
)
def test_the_list_is_filtered_by_quality(bench, among, expected):
    assert shown(bench, among=among) == expected


@pytest.mark.parametrize(
    ("key", "descending", "expected"),
    [
        (SortKey.ERROR, False, [1, 2, 4, 3, 5]),
        (SortKey.ERROR, True, [3, 4, 2, 1, 5]),
        (SortKey.GAIN, True, [4, 2, 1, 3, 5]),
        (SortKey.FINDINGS, True, [4, 2, 1, 3, 5]),
        (SortKey.YAW, False, [1, 2, 3, 4, 5]),
        (SortKey.BLUR, False, [1, 3, 4, 2, 5]),
        (SortKey.SIZE, True, [1, 2, 3, 4, 5]),
    ],
)
def test_the_list_is_sorted_by_quality_and_what_is_not_known_comes_last(
    bench, key, descending, expected
):
    assert shown(bench, key=key, descending=descending) == expected


def test_a_row_says_why(bench):
    samples = bench.samples
    text = bench.triaged.row_text
    by_error, piles = Shown(key=SortKey.ERROR), Shown(among=Among.CORRECT)
    assert text(samples.get(2), by_error) == f"error 10.0%: {REASON}"
    assert text(samples.get(2), piles) == f"error 10.0%: {REASON}"
    assert text(samples.get(5), by_error) == "not assessed"
    assert text(samples.get(2), Shown(key=SortKey.YAW)) == "turned 20°"
    assert text(samples.get(2), Shown(key=SortKey.BLUR)) == ""
    assert text(samples.get(2), Shown()) == ""


def test_nothing_is_read_before_it_is_asked_for(bench):
    assert bench.triaged._known is None
    shown(bench, key=SortKey.SCORE)
    assert bench.triaged._known is None
    shown(bench, key=SortKey.ERROR)
    assert bench.triaged._known is not None


def test_the_face_under_edit_says_why_it_is_there(bench):
    bench.go_to(3)
    assert bench.triaged.current == f"Hopeless: error 90.0%, {REASON}"
    assert bench.triaged.details == (
        "Hopeless: an error of 90.0% of the eye distance is expected. "
        f"Why: {telling({'drift': 0.2})[0].sentence}."
    )
    told = []
    bench.triaged.changed.connect(lambda: told.append(bench.triaged.current))
    bench.go_to(5)
    assert (bench.triaged.current, told) == ("", [""])


def test_what_another_program_assesses_is_taken_in(project):
    bench = Workbench("Ann")
    bench.open(project)
    assert not bench.triaged.is_any
    assert shown(bench, key=SortKey.ERROR) == [1, 2, 3, 4, 5]
    with Project.open(project.home) as other:
        assess(other)
    told = []
    bench.triaged.changed.connect(lambda: told.append(True))
    bench.triaged._next = 0.0  # whatever the clock says
    bench.triaged.look()
    assert (bench.triaged.is_any, told) == (True, [True])
    assert [bench.samples.at(row).id for row in range(5)] == [1, 2, 3, 4, 5]  # rows stay
    assert shown(bench, key=SortKey.ERROR) == [1, 2, 4, 3, 5]
    bench.triaged.look()
    assert told == [True]


def test_piles_follow_the_projects_setting(bench, project):
    assert shown(bench, among=Among.ACCEPT) == [1]
    project.settings.put("triage", {"accept": 0.15, "hopeless": 0.95}, by="Rae")
    bench.triaged._next = 0.0
    bench.triaged.look()
    assert shown(bench, among=Among.ACCEPT) == [1, 2]
    assert shown(bench, among=Among.HOPELESS) == []


def test_it_is_not_read_again_and_again_while_it_takes_long(project):
    assess(project)
    now = [100.0]
    bench = Workbench("Ann")
    triaged = Triaged(bench, lambda: now[0])
    bench.open(project)
    assert shown(bench, key=SortKey.ERROR, descending=True)[0] == 3
    triaged._next = 105.0  # as after a reading that took a quarter of a second
    assess(project, {1: 0.95})
    triaged.look()
    assert shown(bench, key=SortKey.ERROR, descending=True)[0] == 3
    now[0] = 106.0
    triaged.look()
    assert shown(bench, key=SortKey.ERROR, descending=True)[0] == 1


def test_another_project_knows_nothing_of_the_one_before(bench, new_project, tmp_path):
    shown(bench, among=Among.CORRECT)
    with new_project(tmp_path / "other") as other:
        bench.open(other)
        assert not bench.triaged.is_any
        assert bench.triaged.current == ""
        bench.close()


def test_where_nothing_is_measured_all_is_unknown():
    nothing, ids = NothingMeasured(), np.arange(3)
    assert np.isnan(nothing.values("blur", ids)).all()
    assert nothing.among(Among.UNKNOWN, ids).all()
    assert not nothing.among(Among.CORRECT, ids).any()
