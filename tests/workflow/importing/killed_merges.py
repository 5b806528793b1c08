"""Merges a project into empty ones, is killed in each at another point, and merges again.

Run with a project, a folder to work in, and how many times to be killed. A kill strikes inside a
transaction, before it is committed, or right after: the points are counted, no clock has a part.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotator.project import Project
from annotator.project.engine.sqlite import SqliteEngine
from annotator.workflow.importing_annotations.carrying_out import carry_out
from annotator.workflow.importing_annotations.image_facts import bring_facts
from annotator.workflow.importing_annotations.merging import plan_merge


def merge(project: Project, other: Path) -> None:
    with Project.open(other, read_only=True) as read:
        plan = plan_merge(project, read, by="Imke")
        for _ in carry_out(project, plan, size=1):
            pass
        bring_facts(project, plan)


def told(project: Project) -> list[Any]:
    """Return all that a merge may bring, without numbers and times of this project."""
    found: list[Any] = []
    opinions = project.opinions.all()
    of_opinions = {one.sample_id: (one.annotator, one.is_honeypot) for one in opinions}
    originals = [sample.id for sample in project.samples.summaries()]
    for sample_id in sorted([*originals, *of_opinions]):
        sample, annotation = project.samples.get(sample_id), project.annotations.load(sample_id)
        found.append((
            sample.image_name, sample.face_index, sample.state, sample.annotator, sample.reviewer,
            sample.stroke_count, annotation.landmarks.tobytes(), annotation.prediction.tobytes(),
            [one.given_as for one in map(_Review, project.reviews.history(sample_id))],
            [(one.author, one.text) for one in project.remarks.of(sample_id)],
            [one.points.tobytes() for one in project.guides.of(sample_id)],
            of_opinions.get(sample_id),
        ))  # fmt: skip
    return sorted(found, key=repr)


class _Review:
    def __init__(self, review: Any) -> None:
        self.given_as = review.verdict, review.reviewer, review.created_at


@contextmanager
def killed_at(stop: int) -> Iterator[list[int]]:
    """Kill this program in its transaction number `stop`, on the way out or behind it."""
    inner = SqliteEngine.writing
    counted = [0]

    @contextmanager
    def writing(self: SqliteEngine, **options: Any) -> Iterator[Any]:
        counted[0] += 1
        number = 2 * counted[0]
        with inner(self, **options) as session:
            yield session
            if number == stop:
                os.kill(os.getpid(), signal.SIGKILL)
        if number + 1 == stop:
            os.kill(os.getpid(), signal.SIGKILL)

    SqliteEngine.writing = writing  # type: ignore[method-assign]
    try:
        yield counted
    finally:
        SqliteEngine.writing = inner  # type: ignore[method-assign]


def main() -> None:
    other, work, kills = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    work.mkdir()
    with Project.create(work / "whole") as whole:
        with killed_at(0) as counted:
            merge(whole, other)
        expected, transactions = told(whole), counted[0]
    for number in range(kills):
        home = work / str(number)
        Project.create(home).close()
        # Inside of every other transaction that is struck, and behind the others.
        stop = 2 * (1 + number * transactions // kills) + number % 2
        child = os.fork()
        if child == 0:
            with killed_at(stop), Project.open(home) as project:
                merge(project, other)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"nothing was killed at {stop} of {2 * transactions}"
        with Project.open(home) as project:
            merge(project, other)
            assert told(project) == expected, f"killed at {stop} of {2 * transactions}"
    print(f"{kills} kills, all the same")


if __name__ == "__main__":
    main()
