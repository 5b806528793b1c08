"""A backup a day of the project that is open, made on a thread; off unless somebody wishes it."""

import hashlib
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event

from annotator.project import (
    LONGEST_BACKUP_NAME,
    BackupCancelled,
    BackupExists,
    Project,
    ProjectError,
)
from annotator.system.placing import fitting
from annotator.workbench.bench import Bench

NEVER, DAILY = "never", "daily"
OFTEN = (NEVER, DAILY)
FOLDER = "backups"

_SUFFIX = ".sqlite"
_MARK = 8  # hexadecimal digits
_NAMED = 3  # damaged places; `check` names all

Post = Callable[[Callable[[], None]], object]


@dataclass(frozen=True)
class BackupPlan:
    """How often, how many and where.

    Attributes
    ----------
    often : str
        One of `OFTEN`.
    kept : int
        So many are kept, the newest ones.
    folder : str
        Empty: the folder ``backups`` of each project.
    """

    often: str = NEVER
    kept: int = 7
    folder: str = ""


def daily_file(home: Path, plan: BackupPlan, day: date) -> Path:
    """Return where a day's backup of the project in a folder goes."""
    if not plan.folder:
        return home / FOLDER / f"daily-{day:%Y-%m-%d}{_SUFFIX}"
    # Projects whose folders have one name may share a folder for backups.
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:_MARK]
    ending = f"-{mark}-daily-{day:%Y-%m-%d}{_SUFFIX}"  # whole: the oldest are known by it
    name = fitting(home.name or "project", LONGEST_BACKUP_NAME - len(ending))
    return Path(plan.folder).expanduser() / f"{name}{ending}"


def make_daily(
    project: Project,
    plan: BackupPlan,
    day: date,
    on_progress: Callable[[int, int], None],
    on_damage: Callable[[tuple[str, ...]], object] = lambda _: None,
) -> Path:
    """Make a day's backup unless it is there, remove the oldest, and return where it is.

    A backup of a damaged project takes no older one's place: that one may be the last whole one.

    Parameters
    ----------
    project : Project
    plan : BackupPlan
    day : date
    on_progress : callable
        Called with the bytes copied and those to copy.
    on_damage : callable
        Called with what is damaged in the project, if something is.

    Raises
    ------
    ProjectError, OSError
        If it cannot be made. None of the older ones is removed then.
    """
    file = daily_file(project.home, plan, day)
    if not plan.folder:  # another folder may be on a disk that is not there now
        file.parent.mkdir(exist_ok=True)
    if not file.exists():
        try:
            made = project.back_up(file, on_progress=on_progress)
        except BackupExists:  # another window was faster, and sees to the older ones
            return file
        if made.damaged:
            on_damage(made.damaged)
        else:
            remove_oldest(file, plan.kept)
    return file


def damage_text(damaged: tuple[str, ...]) -> str:
    """Return what is said of a project whose daily backup turned out to be damaged."""
    named = "; ".join(damaged[:_NAMED])
    more = f"; and {len(damaged) - _NAMED} more" if len(damaged) > _NAMED else ""
    return (
        f"The project is damaged, and so is today's backup: {named}{more}. Older backups are all "
        "kept, and the newest whole one can be restored."
    )


def remove_oldest(file: Path, kept: int) -> None:
    """Remove all daily backups beside one, of the same project, but the newest."""
    before, _, _ = file.name.rpartition("daily-")
    name = re.compile(rf"{re.escape(before)}daily-\d{{4}}-\d\d-\d\d{re.escape(_SUFFIX)}")
    found = [path for path in file.parent.iterdir() if name.fullmatch(path.name)]
    for old in sorted(found, key=lambda path: path.name, reverse=True)[kept:]:
        with suppress(OSError):  # it is in use, or protected: it may stay
            old.unlink()


class DailyBackup:
    """Makes the backup of a day once, for the project that is open, if somebody wishes it.

    Parameters
    ----------
    bench : Bench
    post : callable
        Has a function called on the thread that the bench lives on; called on another one.
    today : callable
        Returns the day.

    Attributes
    ----------
    is_running : bool
        Whether one is being made, or looked for, now.
    """

    def __init__(self, bench: Bench, post: Post, today: Callable[[], date] = date.today) -> None:
        self._bench = bench
        self._post = post
        self._today = today
        self._plan = BackupPlan()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="daily backup")
        self._cancelled = Event()
        self.is_running = False
        self._made: tuple[str, date, BackupPlan] | None = None
        self._told = ""
        self._told_damage: tuple[str, tuple[str, ...]] | None = None

    @property
    def plan(self) -> BackupPlan:
        """What is wished."""
        return self._plan

    @plan.setter
    def plan(self, plan: BackupPlan) -> None:
        if plan != self._plan:
            self._plan, self._told = plan, ""

    def look(self) -> None:
        """Begin the backup of today if it is wished and not known to be there; returns at once."""
        project = self._bench.project
        if project is None or self._plan.often != DAILY or self.is_running:
            return
        if project.is_read_only:  # nobody works on it here, and it may be an archive
            return
        wanted = (project.address, self._today(), self._plan)
        if wanted != self._made:
            self.is_running = True
            self._pool.submit(self._make, project, wanted)

    def close(self) -> None:
        """Give up what is under way, and let go of the thread."""
        self._cancelled.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _make(self, project: Project, wanted: tuple[str, date, BackupPlan]) -> None:
        """Make it, on the thread."""
        trouble = ""
        damaged: list[str] = []
        try:
            make_daily(project, wanted[2], wanted[1], self._go_on, damaged.extend)
        except BackupCancelled:
            return
        except (ProjectError, OSError) as error:
            trouble = str(error)
        if not self._cancelled.is_set():
            self._post(lambda: self._ended(wanted, trouble, tuple(damaged)))

    def _go_on(self, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise BackupCancelled("the window was closed")

    def _ended(
        self, wanted: tuple[str, date, BackupPlan], trouble: str, damaged: tuple[str, ...]
    ) -> None:
        self.is_running = False
        address = wanted[0]
        if damaged and self._told_damage != (address, damaged):  # once, not each day
            self._told_damage = (address, damaged)
            self._bench.failed.emit(damage_text(damaged))
        if not trouble:
            self._made, self._told = wanted, ""
        elif self._told != address:  # once: it is tried again and again
            self._told = address
            self._bench.failed.emit(
                f"Today's backup was not made, and is tried again later: {trouble}."
            )
