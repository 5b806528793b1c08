"""Somebody of a team at work, in a process of their own: `python member.py JOB`, a JSON object.

`home` and `name` say where and who, `photographs` the file with the true meshes: what they see.
Then, in this order, each a list of samples:

`annotate`, `correct`
    Move the mesh to where they see it, stroke by stroke, and submit it; to correct is to see to
    the remarks as well.
`sloppy`
    Those of `annotate` in which they are wrong about the mouth.
`review`
    Accept, and send those in `send_back` back with what is wrong marked.

`hold` is ``["stroke", SAMPLE, N]`` or ``["accept", SAMPLE]``: then that is written, but not
committed, and the process says so and does nothing more until it is killed. What was done is
printed as it is done, a JSON list a line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, event

from annotator.cli import main
from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, with_visibility
from annotator.mesh.metrics import nme, vertex_errors
from annotator.mesh.simulation import guided_tool, simulated_strokes
from annotator.mesh.tools.base import Edit
from annotator.project import EditSession, Project, VisitPurpose

ENOUGH, WELL = 0.016, 0.009  # of the outer IOD: what annotators leave, and leave when corrected
MISS = 0.004
MOST_STROKES = 6
PATIENCE = 60  # seconds that a locked database is waited for

Floats = NDArray[np.float32]


class Member:
    """One of the team."""

    def __init__(self, job: dict[str, object], project: Project) -> None:
        self.job, self.project, self.name = job, project, str(job["name"])
        with np.load(str(job["photographs"])) as truths:
            self._truths = {name: truths[name] for name in truths.files}
        self._rng = np.random.default_rng([len(self.name), *self.name.encode()])

    def work(self) -> None:
        """Do all that is asked for."""
        for sample_id in self._listed("annotate"):
            self._annotate(sample_id, ENOUGH, least=0)
        for sample_id in self._listed("correct"):
            self._see_to_remarks(sample_id)
        for sample_id in self._listed("review"):
            self._review(sample_id)

    def _listed(self, what: str) -> Iterator[int]:
        """Yield the samples of a list, each of which has to be shown to them."""
        for sample_id in self.job.get(what, ()):  # type: ignore[attr-defined]
            shown = self.project.samples.summaries(person=self.name)
            assert sample_id in {sample.id for sample in shown}, (self.name, what, sample_id)
            yield sample_id

    def _truth(self, sample_id: int) -> Floats:
        return self._truths[self.project.images.get(self._image(sample_id)).path.name]

    def _image(self, sample_id: int) -> int:
        return self.project.samples.image_of(sample_id)

    def _annotate(self, sample_id: int, goal: float, least: int) -> None:
        session = EditSession(self.project, sample_id, annotator=self.name)
        before = session.revision
        truth = self._truth(sample_id)
        hand = simulated_strokes(
            session.landmarks, truth, guided_tool(canonical_covariance(FACE_468)), FACE_468,
            miss=MISS, rng=self._rng,
        )  # fmt: skip
        for strokes, mesh in enumerate(islice(hand, 1, MOST_STROKES + 1)):
            if strokes >= least and nme(session.landmarks, truth, FACE_468) <= goal:
                break
            self._stroke(session, Edit(mesh))
        if sample_id in self.job.get("sloppy", ()):  # type: ignore[operator]
            self._stroke(session, mouth_off(session.landmarks))
        if session.revision > before and sample_id % 4 == 0:
            self._hesitate(session)
        self._visit(sample_id, VisitPurpose.ANNOTATE, session.revision - before)
        self._command("submit", sample_id, revision=session.revision)

    def _stroke(self, session: EditSession, edit: Edit) -> None:
        number = session.revision + 1
        if self.job.get("hold") == ["stroke", session.sample_id, number]:
            hold_at_commit("stroke", session.sample_id, number)
        session.apply("guided", edit)
        said("stroke", session.sample_id, session.revision)

    def _hesitate(self, session: EditSession) -> None:
        """Mark a vertex as occluded, and make another stroke that is taken back."""
        marks = with_visibility(session.state.marks, [10], Visibility.OCCLUDED)
        self._stroke(session, Edit(session.landmarks, marks))
        moved = session.landmarks.copy()
        moved[:, 0] += 3
        self._stroke(session, Edit(moved))
        session.undo()

    def _see_to_remarks(self, sample_id: int) -> None:
        remarks = self.project.remarks.of(sample_id, is_open=True)
        assert remarks, sample_id
        assert all(remark.vertices for remark in remarks)
        self._annotate(sample_id, WELL, least=1)
        for remark in remarks:
            self.project.remarks.resolve(remark.id, by=self.name)
            said("resolve", sample_id, remark.id)

    def _review(self, sample_id: int) -> None:
        self._visit(sample_id, VisitPurpose.REVIEW, 0)
        if sample_id in self.job.get("send_back", ()):  # type: ignore[operator]
            mesh = self.project.annotations.load(sample_id)
            errors = vertex_errors(mesh.landmarks, self._truth(sample_id))
            self.project.reviews.send_back(
                sample_id, reviewer=self.name, reasons=["lids", "poor_mesh"][sample_id % 2 :],
                comment=f"look at {FACE_468.name_of(int(errors.argmax()))}",
                vertices=np.argsort(-errors)[:3].tolist(), revision=mesh.revision,
            )  # fmt: skip
            said("send_back", sample_id)
            return
        if self.job.get("hold") == ["accept", sample_id]:
            hold_at_commit("accept", sample_id)
        self._command("accept", sample_id, "--despite-checks")

    def _visit(self, sample_id: int, purpose: VisitPurpose, strokes: int) -> None:
        days = int(self._rng.integers(0, 3))
        self.project.visits.record(
            sample_id, annotator=self.name, purpose=purpose, strokes=strokes,
            started_at=datetime.now(UTC) - timedelta(days=days),
            seconds=float(self._rng.uniform(4, 90)),
        )  # fmt: skip

    def _command(self, verdict: str, sample_id: int, *options: str, revision: int = -1) -> None:
        """Give a verdict as the command line does."""
        arguments = ["review", str(self.job["home"]), verdict, str(sample_id)]
        with redirect_stdout(StringIO()) as printed:
            code = main([*arguments, "--reviewer", self.name, *options])
        assert (code, printed.getvalue()) == (0, f"{verdict}: 1 sample\n")
        said(verdict, sample_id, revision)


def mouth_off(landmarks: Floats) -> Edit:
    """Return the mesh with a mouth that is a fifth of the face's width away."""
    moved = landmarks.copy()
    moved[FACE_468.regions["lips"].vertices, 1] += 0.2 * np.ptp(landmarks[:, 0])
    return Edit(moved)


def said(*what: object) -> None:
    """Tell whoever started this process what is done."""
    print(json.dumps(what), file=sys.__stdout__, flush=True)


def hold_at_commit(what: str, sample_id: int, number: int = 1) -> None:
    """Say so when a stroke or a verdict is written, before it is committed; stay there for ever."""
    written = {
        "stroke": "SELECT count(*) FROM strokes WHERE sample_id = ?",
        "accept": "SELECT count(*) FROM reviews WHERE sample_id = ? AND verdict = 'accept'",
    }[what]

    @event.listens_for(Engine, "commit")
    def hold(connection: Connection) -> None:
        if connection.exec_driver_sql(written, (sample_id,)).scalar() == number:
            said("holding", what, sample_id, number)
            sys.stdin.read()


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    with Project.open(given["home"], busy_timeout=PATIENCE) as opened:
        Member(given, opened).work()
