"""A team takes forty samples from predictions to a release: what it did is all there."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from annotator.cli import main
from tests.workflow.team.photographs import COUNT
from tests.workflow.team.recounting.stored import mesh_of
from tests.workflow.team.story import ANNOTATORS, LEAD, REASONS, REVIEWER


def test_all_samples_are_accepted_but_the_one_that_is_excluded(story, recounted):
    assert len(recounted.originals) == COUNT
    assert story.samples("excluded") == [story.excluded]
    assert len(story.samples("accepted")) == COUNT - 1
    given = Counter(
        recounted.state[key] for key in recounted.samples if key not in recounted.originals
    )
    assert given == {"submitted": len(story.opinions) + len(story.honeypots)}
    assert len(story.opinions) == 16
    assert len(story.known_faces) == 4


def test_no_stroke_is_lost_by_a_process_that_is_killed_in_one(story):
    killed = story.killed["ben"]
    *done, (_, _, busy, number) = killed.said
    strokes = Counter(each[1] for each in done if each[0] == "stroke")
    assert dict(killed.strokes) == strokes
    assert strokes[busy] == number - 1 > 0
    # The one that was being written is not there, and those before it make the mesh.
    mesh = mesh_of(killed.left["prediction"])
    for vertices, before, after in killed.left["strokes"]:
        moved = np.frombuffer(vertices, "<u2")
        assert (mesh[moved] == mesh_of(before)).all()
        mesh[moved] = mesh_of(after)
    assert (mesh == mesh_of(killed.left["mesh"])).all()
    assert (killed.left["state"], killed.left["revision"]) == ("in_progress", number - 1)
    # It went on from there.
    query = (
        "SELECT vertex_indices, before, after FROM strokes WHERE sample_id = {} AND undone = 0 "
        "AND annotator = 'ben' ORDER BY sequence"
    )
    found = story.rows(query.format(busy))
    assert found[: number - 1] == killed.left["strokes"]
    assert len(found) >= number
    assert busy in story.samples("accepted")


def test_no_verdict_is_lost_or_made_by_a_reviewer_who_is_killed_in_one(story):
    killed = story.killed[REVIEWER]
    *done, (_, _, held, _) = killed.said
    assert killed.accepted == [each[1] for each in done if each[0] == "accept"] != []
    assert killed.left["state"] == "submitted"
    assert held in story.samples("accepted")
    query = "SELECT count(*) FROM reviews WHERE sample_id = ? AND verdict = 'accept'"
    assert {story.rows(query, each)[0][0] for each in (held, *killed.accepted)} == {1}


def test_what_was_sent_back_was_corrected_where_it_was_marked_and_accepted(story):
    assert len(story.sent_back) >= 4
    for sample_id in story.sent_back:
        reviews = story.rows(
            "SELECT id, verdict, reviewer, reasons, comment, revision FROM reviews "
            "WHERE sample_id = ? ORDER BY id", sample_id,
        )  # fmt: skip
        assert [row[1] for row in reviews][:4] == ["submit", "send_back", "submit", "accept"]
        annotator = reviews[0][2]
        assert reviews[2][2] == annotator
        back = reviews[1]
        assert back[2] == REVIEWER
        assert set(back[3].split(",")) <= set(REASONS)
        assert reviews[2][5] > back[5]  # it was edited in between
        ((text, vertices, review_id, revision, by),) = story.rows(
            "SELECT text, vertices, review_id, revision, resolved_by FROM remarks "
            "WHERE sample_id = ?", sample_id,
        )  # fmt: skip
        assert (text, review_id, revision, by) == (back[4], back[0], back[5], annotator)
        assert len(np.frombuffer(vertices, "<u2")) == 3


def test_nobody_accepted_their_own_work(story):
    makers = story.rows(
        "SELECT DISTINCT k.annotator FROM strokes k JOIN samples s ON s.id = k.sample_id "
        "WHERE s.copy_of IS NULL"
    )
    assert {row[0] for row in makers} == {*ANNOTATORS, None}
    accepted = story.rows("SELECT DISTINCT reviewer FROM reviews WHERE verdict = 'accept'")
    assert accepted == [(REVIEWER,)]


def test_opinions_became_a_consensus_and_the_one_that_was_wrong_was_decided(story, recounted):
    assert len(story.agreed) + len(story.disputed) == 8
    assert recounted.samples[story.sloppy][3] in story.disputed
    for face in (*story.agreed, *story.disputed):
        opinions = [key for key, row in recounted.samples.items() if row[3] == face]
        meshes = [recounted.mesh[key] for key in opinions]
        if face in story.disputed:
            chosen = next(key for key in opinions if recounted.samples[key][4] != "cem")
            assert (recounted.mesh[face] == recounted.mesh[chosen]).all()
            assert recounted.strokes[face] == [recounted.samples[chosen][4]]
        else:
            assert recounted.mesh[face] == pytest.approx(np.mean(meshes, axis=0), abs=1e-2)
            assert set(recounted.strokes[face]) <= {None}
    assert any(recounted.strokes[face] for face in story.agreed)


def test_the_release_holds_the_accepted_faces_and_nothing_else(story, recounted):
    with np.load(story.release / "release.npz") as release:
        arrays = {name: release[name] for name in release.files}
    accepted = story.samples("accepted")
    assert sorted(arrays["sample_ids"].tolist()) == accepted
    for at, sample_id in enumerate(arrays["sample_ids"].tolist()):
        assert (arrays["landmarks"][at] == recounted.mesh[sample_id]).all()
        assert (arrays["predictions"][at] == recounted.predicted[sample_id]).all()
    table = pd.read_parquet(story.release / "samples.parquet")
    assert sorted(table["sample_id"]) == accepted
    assert set(table["reviewer"]) == {REVIEWER}
    assert len(list((story.release / "images").iterdir())) == COUNT - 1


def test_the_audit_log_names_all_that_was_decided_and_nothing_else(story):
    with redirect_stdout(StringIO()) as printed:
        assert main(["audit", str(story.home), "--json"]) == 0
    logged = Counter(
        (each["what"], each["who"], each["sample"], _detail(each["detail"]))
        for each in json.loads(printed.getvalue())["entries"]
    )
    expected = [
        (verdict, who, sample_id, _detail({"revision": revision} | _said(reasons, comment)))
        for verdict, who, sample_id, revision, reasons, comment in story.rows(
            "SELECT verdict, reviewer, sample_id, revision, reasons, comment FROM reviews"
        )
    ]
    for key, sample_id, who, text, vertices, revision, by in story.rows(
        "SELECT id, sample_id, author, text, vertices, revision, resolved_by FROM remarks"
    ):
        said = {
            "remark": key, "text": text, "vertices": np.frombuffer(vertices, "<u2").tolist(),
            "revision": revision,
        }  # fmt: skip
        expected.append(("remark", who, sample_id, _detail(said)))
        expected.append(("resolve", by, sample_id, _detail({"remark": key})))
    for sample_id, face, who in story.rows(
        "SELECT id, copy_of, assigned_to FROM samples WHERE copy_of IS NOT NULL"
    ):
        asked = "ask_known" if sample_id in story.honeypots else "ask"
        expected.append((asked, LEAD, face, _detail({"opinion": sample_id, "annotator": who})))
    for name, value in (("review", "two steps"), ("reasons", REASONS)):
        expected.append(("setting", LEAD, None, _detail({"name": name, "value": value})))
    ((release,),) = story.rows("SELECT release_sha256 FROM rounds")
    ended = {"round": 1, "model": "next", "sha256": "2" * 64, "release": release}
    expected.append(("round_end", LEAD, None, _detail(ended)))
    assert logged == Counter(expected)


def _detail(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True)


def _said(reasons: str, comment: str) -> dict[str, object]:
    said = {"reasons": [one for one in reasons.split(",") if one], "comment": comment}
    return {name: fact for name, fact in said.items() if fact}
