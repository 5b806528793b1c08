"""Backing a project up: what the file is called, what is said of it, and the work as steps."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from annotator.project import LONGEST_BACKUP_NAME, BackupCancelled, BackupMade, Project
from annotator.system.placing import fitting
from annotator.system.words import count
from annotator.workbench.steps import Step, Work

SUFFIX = ".sqlite"
PHOTOGRAPHS = "photographs are not in it: their files need a backup of their own"

_PERCENT = 100


def backup_name(home: Path, when: datetime) -> str:
    """Return what a backup of the project in a folder is called, if nobody says otherwise."""
    name = f"{home.name or 'project'}-{when:%Y-%m-%d-%H%M%S}{SUFFIX}"
    return fitting(name, LONGEST_BACKUP_NAME)


def contents_text(rows: Mapping[str, int]) -> str:
    """Return in words what a backup holds, by how many rows its tables have."""
    named = (("samples", "face"), ("images", "photograph"), ("strokes", "stroke"))
    faces, images, strokes = (count(rows.get(table, 0), noun) for table, noun in named)
    return f"{faces} of {images}, with {strokes}"


def backup_text(made: BackupMade) -> str:
    """Return what is told of a backup that was made, in one line without its full stop."""
    megabytes = f"{made.size / 1e6:,.1f} MB"
    text = f"backed up {contents_text(made.rows)} in {made.path} ({megabytes}); {PHOTOGRAPHS}"
    if made.damaged:
        found = f"the project is damaged in {count(len(made.damaged), 'place')}"
        text += f"; {found}, and so is its backup: `check` names what, an older one may be whole"
    return text


def backing_up(project: Project, file: Path) -> Work:
    """Back the project up into a new file."""
    yield Step(0, 0, "Backing the project up")
    cancelled = Event()
    steps: SimpleQueue[int | None] = SimpleQueue()

    def tell(done: int, total: int) -> None:
        if cancelled.is_set():
            raise BackupCancelled("the backup was cancelled, and nothing is left of it")
        steps.put(done * _PERCENT // total)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="backup") as pool:
        made = pool.submit(project.back_up, file, on_progress=tell)
        made.add_done_callback(lambda _: steps.put(None))
        told = 0
        try:
            while (percent := steps.get()) is not None:
                if percent > told:
                    told = percent
                    yield Step(percent, _PERCENT, f"Backing the project up: {percent} %")
        finally:
            cancelled.set()
    text = backup_text(made.result())
    yield Step(_PERCENT, _PERCENT, f"{text[0].upper()}{text[1:]}.")
