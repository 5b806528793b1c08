"""Nets judged on a release, and compared with one another."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the extra [train] is not installed")

from annotator.cli import main
from annotator.inference.mesh_net import METADATA_KEY, MeshNet
from annotator.system.assets import asset_path
from annotator.training.comparison import Answer, compared
from annotator.training.errors import TrainingError
from annotator.training.evaluation import Evaluation, evaluated, loaded_nets
from annotator.training.faces import Faces, load_faces
from annotator.training.graph import NetGraph
from annotator.training.known import nets_that_know
from annotator.training.page import page_of
from annotator.training.summary import figures, summary_of

SHIPPED = asset_path("models", "face_landmark.onnx")


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A net that sees every vertex 4 pixels of the crop too far to the right."""
    graph = NetGraph.read(SHIPPED)
    weights = graph.weights()
    bias = weights[-1].copy()
    bias[::3] += 4
    path = tmp_path_factory.mktemp("shifted") / "shifted.onnx"
    path.write_bytes(graph.with_weights([*weights[:-1], bias]))
    return path


@pytest.fixture(scope="module")
def evaluation(faces: Faces, shifted: Path) -> Evaluation:
    return evaluated(loaded_nets(["face_landmark", shifted]), faces, lambda done, total: None)


def test_a_shift_is_measured_as_far_as_it_is(evaluation):
    first, second = evaluation.nets
    # 4 of some 85 pixels between the outer corners of the eyes
    assert 0.025 < (second.clean - first.clean).mean() < 0.055
    assert first.spoiled.mean() > first.clean.mean()


def test_a_net_that_is_worse_is_called_so_whichever_is_named_first(evaluation):
    grouped = replace(
        evaluation,
        facts=tuple(
            replace(facts, cluster=f"{at // 3}") for at, facts in enumerate(evaluation.facts)
        ),
    )
    assert compared(grouped).answer is Answer.WORSE
    swapped = replace(grouped, nets=grouped.nets[::-1])
    assert compared(swapped).answer is Answer.BETTER
    there, back = compared(grouped).both, compared(swapped).both
    assert (1 + there.mean) * (1 + back.mean) == pytest.approx(1)
    assert (1 + there.low) * (1 + back.high) == pytest.approx(1)


def test_a_net_cannot_be_told_from_itself(evaluation):
    same = replace(evaluation, nets=(evaluation.nets[0], evaluation.nets[0]))
    found = compared(same)
    assert found.answer is Answer.CANNOT_TELL
    assert found.both.low == found.both.high == 0


def test_too_few_people_tell_nothing(evaluation):
    found = compared(
        replace(evaluation, facts=tuple(replace(one, cluster="a") for one in evaluation.facts))
    )
    assert found.answer is Answer.CANNOT_TELL
    assert "too few" in found.reason


def test_a_gain_on_spoiled_crops_that_costs_clean_ones_is_no_gain(evaluation):
    before = evaluation.nets[0]
    bought = replace(before, clean=before.clean * 1.1, spoiled=before.spoiled * 0.7)
    facts = tuple(replace(one, cluster=f"{at}") for at, one in enumerate(evaluation.facts))
    for nets in ((before, bought), (bought, before)):
        found = compared(replace(evaluation, nets=nets, facts=facts))
        assert found.answer is Answer.CANNOT_TELL
        assert "contrary" in found.reason


def test_what_clean_crops_lose_for_certain_outweighs_a_gain_that_is_less_so(evaluation):
    """As of a net that was taught meshes of other faces, laid onto the eyes of these."""
    before = evaluation.nets[0]
    dice = np.random.default_rng(0).normal(0.97, 0.2, len(evaluation.facts))
    taught = replace(before, clean=before.clean * 1.1, spoiled=before.spoiled * dice)
    facts = tuple(replace(one, cluster=f"{at}") for at, one in enumerate(evaluation.facts))
    for nets, answer in (((before, taught), Answer.WORSE), ((taught, before), Answer.BETTER)):
        found = compared(replace(evaluation, nets=nets, facts=facts))
        assert found.answer is answer, found


def test_figures_of_known_errors_are_what_they_are_by_hand():
    found = figures(np.array([0.01, 0.03, 0.05, 0.12, np.nan]))
    assert found["faces"] == 4
    assert found["mean"] == pytest.approx(0.0525)
    assert found["median"] == pytest.approx(0.04)
    assert found["failures"] == pytest.approx(0.25)
    assert found["auc"] == pytest.approx((0.07 + 0.05 + 0.03) / 4 / 0.08)
    assert figures(np.array([np.nan])) == {"faces": 0}


def test_the_summary_is_json_and_tells_corrections_apart(evaluation, faces):
    corrected = replace(
        evaluation,
        facts=(replace(evaluation.facts[0], corrected=True), *evaluation.facts[1:]),
    )
    summary = json.loads(json.dumps(summary_of(corrected), allow_nan=False))
    net = summary["nets"][0]
    assert summary["corrected"] == 1
    assert net["corrected_by_people"]["clean"]["faces"] == 1
    assert net["accepted_as_predicted"]["clean"]["faces"] == len(faces.faces) - 1
    assert set(net["by_region"]) >= {"lips", "nose", "face_oval"}
    assert net["clean_by_eye_centre_iod"]["mean"] > net["clean"]["mean"]
    assert sum(
        part["clean"]["faces"] for name, part in net["by_pose_and_size"].items() if "roll" in name
    ) == len(faces.faces)


def test_the_page_needs_nothing_beside_it_and_shows_names_plainly(evaluation):
    hostile = "<h1>big</h1>&amp;"
    named = replace(
        evaluation, facts=tuple(replace(one, name=hostile) for one in evaluation.facts),
        faces=tuple(replace(one, name=hostile) for one in evaluation.faces),
    )  # fmt: skip
    nets = loaded_nets(["face_landmark"])
    page = page_of(replace(named, nets=named.nets[:1]), summary_of(named), nets)
    assert hostile not in page
    assert "&lt;h1&gt;big" in page
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)


def test_the_command_line_answers_by_its_exit_code(release, shifted, tmp_path, capsys):
    code = main(["compare", "face_landmark", "face_landmark", str(release), "--json"])
    assert code == 3
    assert json.loads(capsys.readouterr().out)["answer"] == "cannot tell"
    out = tmp_path / "found"
    assert main(["evaluate", "face_landmark", str(shifted), str(release), "--out", str(out)]) == 0
    assert len(json.loads((out / "evaluation.json").read_text())["nets"]) == 2
    assert (out / "evaluation.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize("missing", ["a net", "a release", "a table of groups"])
def test_a_comparison_that_cannot_be_made_is_no_answer(missing, release, tmp_path, capsys):
    """1 says that B is worse."""
    net, there = "face_landmark", release
    more = ["--groups", str(tmp_path / "none.csv")] if missing == "a table of groups" else []
    net = str(tmp_path / "none.onnx") if missing == "a net" else net
    there = tmp_path / "none" if missing == "a release" else there
    assert main(["-q", "compare", net, "face_landmark", str(there), *more]) == 4
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("facts", "knows"),
    [
        ({"releases": [{"content_sha256": "{}"}]}, True),
        ({"releases": [{"content_sha256": "another"}]}, False),
        ({"releases": ["{}"]}, False),
        ({"releases": 3}, False),
        (["{}"], False),
    ],
)
def test_a_net_that_is_judged_by_what_it_learned_from_is_told_of(facts, knows, faces, tmp_path):
    graph, (_, sha256) = NetGraph.read(SHIPPED), faces.releases[0]
    path = tmp_path / "taught.onnx"
    told = {METADATA_KEY: json.dumps(facts).replace("{}", sha256)}
    path.write_bytes(graph.with_weights(graph.weights(), told))
    nets = loaded_nets(["face_landmark", path])
    assert nets_that_know(nets, faces) == (["taught"] if knows else [])


def test_a_release_alone_is_no_evaluation(release, capsys):
    assert main(["evaluate", str(release)]) == 2
    assert "one net or more" in capsys.readouterr().err


def test_whose_face_is_whose_can_be_said(release, tmp_path):
    table = tmp_path / "groups.csv"
    table.write_text("image,group,face\ntwo_portraits.jpg,hopper,0\ncollins.jpg,collins,\n")
    groups = {face.name: face.group for face in load_faces([release], table).faces}
    assert groups["two_portraits.jpg#0"] == "hopper"
    assert groups["two_portraits.jpg#1"] is None
    assert groups["collins.jpg#0"] == "collins"


@pytest.mark.parametrize("text", ["name,person\na,b\n", "\xff"])
def test_a_table_of_groups_without_its_columns_is_refused(text: str, release, tmp_path):
    table = tmp_path / "groups.csv"
    table.write_text(text + "\n1\n", "latin-1")
    with pytest.raises(TrainingError):
        load_faces([release], table)


def test_a_table_of_groups_that_names_no_image_is_refused(release, tmp_path):
    """Nobody would be kept apart by it."""
    table = tmp_path / "groups.csv"
    table.write_text("image,group\nanother.jpg,kim\n")
    with pytest.raises(TrainingError, match="says of no face whose it is"):
        load_faces([release], table)


def test_the_net_that_is_loaded_is_the_one_that_was_named(shifted):
    names = [net.info.name for net in loaded_nets(["face_landmark", shifted])]
    assert names == ["face_landmark", "shifted"]
    assert all(isinstance(net, MeshNet) for net in loaded_nets([shifted]))
