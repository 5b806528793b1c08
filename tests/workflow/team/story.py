"""A team's work on forty samples, from predictions to a release: who did what, and what was told.

Lea leads, from the command line; Ann, Ben and Cem annotate and Rae reviews, each in processes of
their own, of which two are killed.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from annotator.cli import main
from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project, RoundOutcome, RoundRelease
from annotator.quality.agreement import opinions_of_face
from annotator.workflow.settling import stroke_to
from tests.workflow.team.photographs import make_photographs

ANNOTATORS = ("ann", "ben", "cem")
MEMBER = Path(__file__).with_name("member.py")
LEAD, REVIEWER = "Lea", "rae"
FIRST = range(1, 13)  # the samples that are annotated before honeypots can be made of them
REASONS = ["lids", "poor_mesh", "blurred", "other"]
METRICS = {
    "validation": {
        "clean": {"before": 0.021, "after": 0.0175},
        "spoiled": {"before": 0.043, "after": 0.031},
    }
}

Said = list[list[Any]]


@dataclass
class Killed:
    """What a process had said that it had done when it was killed, and what the database held."""

    said: Said
    strokes: list[tuple[int, int]]
    accepted: list[int]
    left: dict[str, Any]


@dataclass
class Story:
    """A project, and what is known of how it came about."""

    folder: Path
    opinions: list[int] = field(default_factory=list)
    honeypots: list[int] = field(default_factory=list)
    known_faces: list[int] = field(default_factory=list)
    killed: dict[str, Killed] = field(default_factory=dict)
    sent_back: list[int] = field(default_factory=list)
    excluded: int = 0
    sloppy: int = 0
    agreed: list[int] = field(default_factory=list)
    disputed: list[int] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "faces"

    @property
    def page(self) -> Path:
        return self.folder / "report.html"

    @property
    def release(self) -> Path:
        return self.folder / "release"

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Return what the database holds, by nothing but SQL."""
        with closing(sqlite3.connect(self.home / "project.sqlite")) as connection:
            return connection.execute(query, values).fetchall()

    def samples(self, state: str) -> list[int]:
        query = "SELECT id FROM samples WHERE copy_of IS NULL AND state = ? ORDER BY id"
        return [row[0] for row in self.rows(query, state)]

    def lead(self, *arguments: object) -> Any:
        """Run a command; return what it tells programs."""
        with redirect_stdout(StringIO()) as printed:
            code = main([*map(str, arguments), "--json"])
        assert code == 0, printed.getvalue()
        return json.loads(printed.getvalue())

    def start(self, running: ExitStack, name: str, **job: object) -> subprocess.Popen[str]:
        """Start somebody's process."""
        told = {
            "home": str(self.home), "name": name,
            "photographs": str(self.folder / "truths.npz"), **job,
        }  # fmt: skip
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(told), "utf-8")
        return running.enter_context(
            subprocess.Popen(
                [sys.executable, MEMBER, path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )

    def work(self, jobs: dict[str, dict[str, object]]) -> None:
        """Let several people work at once until they are done."""
        with ExitStack() as running:
            processes = [self.start(running, name, **job) for name, job in jobs.items()]
            for process in processes:
                process.communicate(timeout=1800)
        assert [process.returncode for process in processes] == [0] * len(processes)

    def kill(self, name: str, **job: object) -> None:
        """Let somebody work until they hold, and kill them there."""
        said: Said = []
        with ExitStack() as running:
            process = self.start(running, name, **job)
            assert process.stdout is not None
            for line in process.stdout:
                said.append(json.loads(line))
                if said[-1][0] == "holding":
                    break
            process.kill()
            assert said[-1][0] == "holding"
            assert process.wait(60) < 0
        strokes = "SELECT sample_id, count(*) FROM strokes WHERE annotator = ? GROUP BY sample_id"
        accepted = "SELECT sample_id FROM reviews WHERE reviewer = ? AND verdict = 'accept'"
        sample_id = said[-1][2]
        state, revision, blob, predicted = self.rows(
            "SELECT s.state, a.revision, a.landmarks, p.landmarks FROM samples s JOIN annotations "
            "a ON a.sample_id = s.id JOIN predictions p ON p.id = a.prediction_id WHERE s.id = ?",
            sample_id,
        )[0]
        made = self.rows(
            "SELECT vertex_indices, before, after FROM strokes WHERE sample_id = ? AND undone = 0 "
            "ORDER BY sequence", sample_id,
        )  # fmt: skip
        self.killed[name] = Killed(
            said, self.rows(strokes, name), [row[0] for row in self.rows(accepted, name)],
            {"state": state, "revision": revision, "mesh": blob, "prediction": predicted,
             "strokes": made},
        )  # fmt: skip


def told(folder: Path) -> Story:
    """Let the team work, in a folder."""
    story = Story(folder)
    _begin(story)
    _first_samples(story)
    _second_opinions(story)
    _the_rest(story)
    _end(story)
    return story


def _begin(story: Story) -> None:
    photographs = story.folder / "photographs"
    photographs.mkdir()
    np.savez(story.folder / "truths.npz", **make_photographs(photographs))
    assert main(["new", str(story.home)]) == 0
    story.lead("add", story.home, photographs)
    story.lead("settings", story.home, "review", "two steps", "--by", LEAD)
    story.lead("settings", story.home, "reasons", ", ".join(REASONS), "--by", LEAD)
    story.lead("predict", story.home, "--no-small-faces", "--assess")


def _first_samples(story: Story) -> None:
    """Twelve samples; Ben is killed in a stroke, and Rae in a verdict."""
    mine = {name: [*FIRST][at::3] for at, name in enumerate(ANNOTATORS)}
    busy = next(each for each in mine["ben"] if _is_far_off(story, each))
    story.kill("ben", annotate=mine["ben"], hold=["stroke", busy, 2])
    done = {each[1] for each in story.killed["ben"].said if each[0] == "submit"}
    jobs: dict[str, dict[str, object]] = {name: {"annotate": mine[name]} for name in ANNOTATORS}
    jobs["ben"]["annotate"] = [each for each in mine["ben"] if each not in done]
    story.work(jobs)
    waiting = story.samples("submitted")
    back = waiting[2::5]
    held = next(each for each in waiting[4:] if each not in back)
    story.kill(REVIEWER, review=waiting, send_back=back, hold=["accept", held])
    story.work({REVIEWER: {"review": story.samples("submitted"), "send_back": back}})
    _correct(story)


def _is_far_off(story: Story, sample_id: int) -> bool:
    """Return whether a prediction is so far off that its annotator needs several strokes."""
    (doubt,) = story.rows("SELECT doubt FROM assessments WHERE sample_id = ?", sample_id)[0]
    return bool(doubt > 0.025)


def _correct(story: Story) -> None:
    """Let annotators correct what was sent back, and Rae accept it."""
    back = story.rows(
        "SELECT s.id, max(r.id), r.reviewer FROM samples s JOIN reviews r ON r.sample_id = s.id "
        "WHERE s.state = 'sent_back' AND r.verdict = 'submit' GROUP BY s.id"
    )
    story.sent_back += [row[0] for row in back]
    mine = {name: [row[0] for row in back if row[2] == name] for name in ANNOTATORS}
    story.work({name: {"correct": those} for name, those in mine.items() if those})
    story.work({REVIEWER: {"review": story.samples("submitted")}})


def _second_opinions(story: Story) -> None:
    """Eight faces for two people each, and four whose answer is known."""
    asked = story.lead(
        "agreement", "assign", story.home, "--annotators", ",".join(ANNOTATORS),
        "--share", "0.3", "--seed", "3", "--by", LEAD,
    )  # fmt: skip
    known = story.lead("agreement", "honeypots", story.home, "--count", "4", "--by", LEAD)
    story.opinions, story.honeypots = asked["opinions"], known["opinions"]
    story.known_faces = known["samples"]
    others = [each for each in story.samples("predicted") if each not in asked["samples"]]
    rows = story.rows("SELECT id, assigned_to, copy_of FROM samples WHERE copy_of IS NOT NULL")
    owners = {row[0]: row[1] for row in rows}
    jobs = {}
    for at, name in enumerate(ANNOTATORS):
        own = [each for each, owner in owners.items() if owner == name]
        jobs[name] = {"annotate": [*own, *others[at::3]]}
    story.sloppy = next(
        row[0] for row in rows
        if row[0] in story.opinions and row[1] == "cem" and _is_far_off(story, row[2])
    )  # fmt: skip
    story.work({**jobs, "cem": {**jobs["cem"], "sloppy": [story.sloppy]}})


def _the_rest(story: Story) -> None:
    """Consensus, one face that somebody decides, and all that is left."""
    found = story.lead("agreement", "consensus", story.home, "--reviewer", REVIEWER)["faces"]
    story.agreed = [one["sample"] for one in found if one["standing"] == "agreed"]
    story.disputed = [one["sample"] for one in found if one["standing"] == "disputed"]
    for sample_id in story.disputed:
        _adjudicate(story, sample_id)
    story.excluded = story.samples("submitted")[-1]
    story.lead(
        "review", story.home, "exclude", story.excluded, "--reason", "blurred", "--comment",
        "nothing to see", "--reviewer", REVIEWER,
    )  # fmt: skip
    waiting = story.samples("submitted")
    single = [each for each in waiting if each not in story.agreed]
    story.work({REVIEWER: {"review": [*waiting, *story.disputed], "send_back": single[1::6]}})
    _correct(story)


def _adjudicate(story: Story, sample_id: int) -> None:
    """Take the opinion of whoever is not Cem, as the window does, as a stroke of theirs."""
    with Project.open(story.home) as project:
        face = opinions_of_face(project, sample_id)
        assert face is not None
        chosen, mesh = next(one for one in face.given if one[0].annotator != "cem")
        now = project.annotations.load(sample_id)
        stroke = stroke_to(now, mesh.landmarks, mesh.marks, tool="adjudicated")
        assert stroke is not None
        project.annotations.record_stroke(
            sample_id, stroke, revision=now.revision, annotator=chosen.annotator
        )


def _end(story: Story) -> None:
    """Look at all of it once more; take one verdict back and give it again; release and report."""
    last = story.samples("accepted")[-1]
    for verdict in ("withdraw", "accept"):
        given = ("review", story.home, verdict, last, "--reviewer", REVIEWER)
        story.lead(*given, *(["--despite-checks"] if verdict == "accept" else []))
    story.lead("assess", story.home)
    exported = story.lead("export", story.home, story.release, "--format", "npz")
    manifest = json.loads((story.release / "manifest.json").read_text("utf-8"))
    with Project.open(story.home) as project:
        model = project.models.register(ModelInfo("next", "2" * 64, FACE_468))
        release = RoundRelease(manifest["content_sha256"], story.release, exported["samples"])
        project.rounds.end_with(RoundOutcome(model, release, None, METRICS), by=LEAD)
    story.report = story.lead("report", story.home, story.page)
