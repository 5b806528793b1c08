"""Agreement as pandas tables: everything that is said of it can be worked out from these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from annotator.mesh.metrics import vertex_errors
from annotator.project import Project, SampleSummary, StoredMesh
from annotator.quality.agreement.faces import FaceOpinions, faces_with_opinions
from annotator.quality.agreement.measures import Iod, nme_between, nme_of_regions
from annotator.system.foreign_text import path_text

_TIME = "datetime64[us, UTC]"
_FACE = {"sample_id": "int64", "image": "string", "face_index": "int64"}
_OPINIONS = {
    **_FACE, "opinion_id": "int64", "annotator": "string", "state": "string",
    "is_honeypot": "bool", "stroke_count": "int64", "seconds_spent": "float64", "changed_at": _TIME,
}  # fmt: skip
_PAIRS = {
    **_FACE, "first": "string", "second": "string", "is_honeypot": "bool",
    "nme_eye_centre": "float64", "nme_outer": "float64",
}  # fmt: skip
_REGIONS = {
    **_FACE, "first": "string", "second": "string", "region": "string",
    "nme_eye_centre": "float64",
}  # fmt: skip
_HONEYPOTS = {
    **_FACE, "annotator": "string", "given_at": _TIME, "nme_eye_centre": "float64",
    "nme_outer": "float64", "nme_of_prediction": "float64", "mean_so_far": "float64",
}  # fmt: skip


def opinions(project: Project) -> pd.DataFrame:
    """Return one row an opinion that was asked for: whose it is, how it stands, what it took.

    Columns: ``sample_id``, ``image``, ``face_index`` of the face; ``opinion_id``, ``annotator``,
    ``state``, ``is_honeypot``, ``stroke_count``, ``seconds_spent``, ``changed_at``.
    """
    faces = _places(project)
    rows = [
        {
            **faces[one.original_id], "opinion_id": one.sample_id, "annotator": one.annotator,
            "state": one.state.value, "is_honeypot": one.is_honeypot,
            "stroke_count": one.stroke_count, "seconds_spent": one.seconds_spent,
            "changed_at": one.changed_at,
        }
        for one in project.opinions.all()
    ]  # fmt: skip
    return _table(rows, _OPINIONS)


def pairs(project: Project) -> pd.DataFrame:
    """Return one row a face and two people who gave their opinions of it, by their names.

    Columns: ``sample_id``, ``image``, ``face_index``, ``first``, ``second``, ``is_honeypot``, and
    `nme_between` of the two, ``nme_eye_centre`` and ``nme_outer``, shares of the IOD in the name.

    Raises
    ------
    DamagedProject
        If a mesh is not what was stored; so do `regions` and `honeypots`.
    """
    faces = _places(project)
    rows = [
        {
            **faces[face.original_id], "first": one.annotator, "second": other.annotator,
            "is_honeypot": face.answer is not None,
            **_apart(mesh, second),
        }
        for face in faces_with_opinions(project)
        for (one, mesh), (other, second) in face.pairs
    ]  # fmt: skip
    return _table(rows, _PAIRS)


def regions(project: Project) -> pd.DataFrame:
    """Return one row a face, two people and a region of the face.

    Columns: those of `pairs`, ``region`` by its name in the layout, and ``nme_eye_centre`` over its
    vertices.
    """
    faces = _places(project)
    rows = [
        {
            **faces[face.original_id], "first": one.annotator, "second": other.annotator,
            "region": name, "nme_eye_centre": apart,
        }
        for face in faces_with_opinions(project)
        for (one, mesh), (other, second) in face.pairs
        for name, apart in nme_of_regions(mesh.landmarks, second.landmarks, mesh.layout).items()
    ]  # fmt: skip
    return _table(rows, _REGIONS)


def honeypots(project: Project) -> pd.DataFrame:
    """Return one row an opinion whose answer is known, by annotator and the time it was given.

    Columns: ``sample_id``, ``image``, ``face_index``, ``annotator``, ``given_at`` (UTC); the mean
    distance from the answer, ``nme_eye_centre`` and ``nme_outer``, shares of the answer's IOD;
    ``nme_of_prediction``, what it was before the annotator began (eye-centre); ``mean_so_far``, of
    this annotator's honeypots until then (eye-centre).
    """
    faces = _places(project)
    rows = [
        {
            **faces[face.original_id], "annotator": one.annotator, "given_at": one.changed_at,
            **_score(face, mesh),
        }
        for face in faces_with_opinions(project)
        if face.answer is not None
        for one, mesh in face.given
        if one.is_honeypot and mesh.landmarks.shape == face.answer.shape
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["annotator"], row["given_at"], row["sample_id"]))
    table = _table([{**row, "mean_so_far": 0.0} for row in rows], _HONEYPOTS)
    of_each = table.groupby("annotator")["nme_eye_centre"].expanding().mean()
    table["mean_so_far"] = of_each.to_numpy()
    return table


def _apart(first: StoredMesh, second: StoredMesh) -> dict[str, float]:
    return {
        f"nme_{iod.value}": nme_between(first.landmarks, second.landmarks, first.layout, iod=iod)
        for iod in Iod
    }


def _score(face: FaceOpinions, mesh: StoredMesh) -> dict[str, float]:
    answer = face.answer
    assert answer is not None  # as asked for
    scales = {iod: iod.of(answer, mesh.layout) or np.nan for iod in Iod}
    error = float(vertex_errors(mesh.landmarks, answer).mean())
    before = float(vertex_errors(mesh.prediction, answer).mean())
    return {
        **{f"nme_{iod.value}": error / scale for iod, scale in scales.items()},
        "nme_of_prediction": before / scales[Iod.EYE_CENTRE],
    }


def _places(project: Project) -> Mapping[int, dict[str, Any]]:
    """Return what names a face in the tables, by its sample."""
    return {one.id: _place(one) for one in project.samples.summaries()}


def _place(sample: SampleSummary) -> dict[str, Any]:
    image = path_text(sample.image_file)
    return {"sample_id": sample.id, "image": image, "face_index": sample.face_index}


def _table(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return rows as a table with these columns, of these types, also where there is no row."""
    values = {name: [row[name] for row in rows] for name in columns}
    return pd.DataFrame(values).astype(dict(columns))
