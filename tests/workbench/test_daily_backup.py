"""Backups that are made once a day without being asked for, and those that are asked for."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from queue import Queue

import pytest

from annotator.project import BackupExists, BackupMade, DiskFull, Project
from annotator.project.engine import sqlite_backup
from annotator.workbench.backing_up import backing_up, backup_name, backup_text
from annotator.workbench.daily_backup import (
    DAILY,
    BackupPlan,
    DailyBackup,
    daily_file,
    damage_text,
    make_daily,
    remove_oldest,
)
from annotator.workbench.workbench import Workbench
from tests.workbench.test_damaged_samples import flip

DAY = date(2026, 3, 1)
PLAN = BackupPlan(DAILY, kept=2)


@pytest.fixture
def project(new_project: Callable[[Path], Project], tmp_path: Path) -> Iterator[Project]:
    with new_project(tmp_path / "faces") as opened:
        yield opened


@pytest.fixture
def bench(project: Project) -> Iterator[Workbench]:
    desk = Workbench("Ann")
    assert desk.open(project)
    yield desk
    desk.close()


class Days:
    """Backups of days, and the window's own thread, which does what it is handed."""

    def __init__(self, bench: Workbench) -> None:
        self.day = DAY
        self._handed: Queue[Callable[[], None]] = Queue()
        self.backup = DailyBackup(bench, self._handed.put, lambda: self.day)

    def look(self) -> None:
        """Look whether one is to be made, and wait until that is over."""
        self.backup.look()
        self._handed.get(timeout=60)()


@pytest.fixture
def days(bench: Workbench) -> Iterator[Days]:
    made = Days(bench)
    yield made
    made.backup.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def go_on(done: int, total: int) -> None:
    """Let it go on."""


def test_nothing_begins_where_no_backup_is_wished(days, project):
    days.backup.look()
    assert not days.backup.is_running
    assert not (project.home / "backups").exists()


def test_a_project_that_is_only_looked_at_is_not_backed_up(project):
    with Project.open(project.home, read_only=True) as archived:
        desk = Workbench("Ann")
        desk.open(archived)
        days = Days(desk)
        days.backup.plan = PLAN
        days.backup.look()
        assert not days.backup.is_running
        days.backup.close()
        desk.close()


def test_a_day_has_one_backup_in_the_project_s_folder(days, project):
    days.backup.plan = PLAN
    days.look()
    (file,) = (project.home / "backups").iterdir()
    assert file.name == "daily-2026-03-01.sqlite"
    assert Project.is_backup(file)
    days.backup.look()
    assert not days.backup.is_running, "it is known to be there"


def test_what_another_window_made_today_is_left_alone(project):
    first = make_daily(project, PLAN, DAY, go_on)
    before = first.stat()
    assert make_daily(project, PLAN, DAY, go_on) == first
    assert first.stat() == before


def test_of_two_windows_at_once_one_makes_it_and_both_are_content(project):
    def other_window(done: int, total: int) -> None:
        if not daily_file(project.home, PLAN, DAY).exists():
            make_daily(project, PLAN, DAY, go_on)

    file = make_daily(project, PLAN, DAY, other_window)
    assert names(file.parent) == ["daily-2026-03-01.sqlite"]


def test_the_newest_are_kept_and_nothing_of_another_name_is_removed(project):
    folder = project.home / "backups"
    folder.mkdir()
    others = ["daily-2020-01-01.sqlite.mine", "daily.sqlite", "weekly-2020-01-01.sqlite"]
    others.append("faces-00000000-daily-2020-01-01.sqlite")
    for name in (*others, "daily-2025-12-31.sqlite", "daily-2026-02-27.sqlite"):
        (folder / name).write_bytes(b"")
    make_daily(project, PLAN, DAY, go_on)
    kept = ["daily-2026-02-27.sqlite", "daily-2026-03-01.sqlite"]
    assert names(folder) == sorted([*others, *kept])


def test_projects_of_one_name_share_a_folder_and_keep_out_of_each_other_s_way(
    new_project, tmp_path
):
    shared = tmp_path / "safe"
    shared.mkdir()
    plan = BackupPlan(DAILY, 1, str(shared))
    for parent in ("a", "b"):
        with new_project(tmp_path / parent / "faces") as project:
            for day in (1, 2, 3):
                make_daily(project, plan, date(2026, 3, day), go_on)
    assert len(names(shared)) == 2
    assert all(name.endswith("-daily-2026-03-03.sqlite") for name in names(shared))


def test_a_folder_on_a_disk_that_is_not_there_is_not_made_on_another(days, bench, tmp_path):
    told: list[str] = []
    bench.failed.connect(told.append)
    days.backup.plan = BackupPlan(DAILY, 7, str(tmp_path / "disk" / "safe"))
    days.look()
    assert not (tmp_path / "disk").exists()
    assert len(told) == 1
    assert "Today's backup was not made, and is tried again later" in told[0]


def test_trouble_is_told_once_and_tried_again_until_it_is_over(days, bench, tmp_path):
    told: list[str] = []
    bench.failed.connect(told.append)
    safe = tmp_path / "safe"
    days.backup.plan = BackupPlan(DAILY, 7, str(safe))
    for _ in range(3):
        days.look()
    assert len(told) == 1
    safe.mkdir()
    days.look()
    assert len(told) == 1
    assert len(names(safe)) == 1


def test_no_older_backup_goes_for_one_that_failed(project, monkeypatch):
    folder = project.home / "backups"
    folder.mkdir()
    for day in range(1, 6):
        (folder / f"daily-2026-02-0{day}.sqlite").write_bytes(b"")

    def full(*_: object, **__: object) -> None:
        raise DiskFull("no space left")

    monkeypatch.setattr(project, "back_up", full)
    with pytest.raises(DiskFull):
        make_daily(project, PLAN, DAY, go_on)
    assert len(names(folder)) == 5


def test_the_next_day_has_a_backup_of_its_own(days, project):
    days.backup.plan = PLAN
    for day in (1, 2):
        days.day = date(2026, 3, day)
        days.look()
    assert len(names(project.home / "backups")) == 2


def test_a_window_that_closes_gives_up_the_backup_under_way(days, project, monkeypatch):
    monkeypatch.setattr(sqlite_backup, "_PAGES_PER_STEP", 1)
    monkeypatch.setattr(sqlite_backup, "_PAUSE", 0.5)
    days.backup.plan = PLAN
    days.backup.look()
    days.backup.close()
    days.backup._pool.shutdown(wait=True)
    assert not (project.home / "backups").exists() or not names(project.home / "backups")


def test_a_backup_that_was_asked_for_says_how_far_it_is_and_what_is_not_in_it(project, tmp_path):
    steps = list(backing_up(project, tmp_path / "faces.sqlite"))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert "photographs are not in it" in steps[-1].text
    with closing(sqlite3.connect(tmp_path / "faces.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM images").fetchone() == (0,)


def test_what_is_damaged_in_a_backup_is_told():
    made = BackupMade(Path("faces.sqlite"), 2_000_000, "0006", {"samples": 3}, ("sample 2",))
    assert "the project is damaged in 1 place, and so is its backup" in backup_text(made)
    assert "damaged" not in backup_text(replace(made, damaged=()))


def test_a_backup_that_is_cancelled_leaves_nothing(project, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_backup, "_PAGES_PER_STEP", 1)
    monkeypatch.setattr(sqlite_backup, "_PAUSE", 0.5)
    work = backing_up(project, tmp_path / "faces.sqlite")
    next(work)
    assert next(work).done > 0
    work.close()
    assert names(tmp_path) == ["faces"]


def test_the_daily_backups_of_a_project_of_the_longest_name_can_be_told_apart(
    new_project, tmp_path
):
    shared = tmp_path / "safe"
    shared.mkdir()
    with new_project(tmp_path / ("f" * 255)) as project:
        for day in (1, 2, 3):
            made = make_daily(project, BackupPlan(DAILY, 2, str(shared)), date(2026, 3, day), go_on)
    assert [name[-13:] for name in names(shared)] == ["-03-02.sqlite", "-03-03.sqlite"]
    Project.restore(tmp_path / "restored", made)


def test_what_keeps_a_backup_from_being_made_is_told(project, tmp_path):
    (tmp_path / "faces.sqlite").write_bytes(b"")
    with pytest.raises(BackupExists, match="choose another name"):
        list(backing_up(project, tmp_path / "faces.sqlite"))


def test_a_backup_is_called_by_its_project_and_the_time():
    when = datetime(2026, 3, 1, 9, 5, 7)
    assert backup_name(Path("/data/faces"), when) == "faces-2026-03-01-090507.sqlite"
    assert backup_name(Path("/"), when) == "project-2026-03-01-090507.sqlite"
    assert len(backup_name(Path("/data") / ("f" * 250), when)) == 247, "SQLite opens no longer one"


def test_only_regular_names_count_when_the_oldest_are_removed(tmp_path):
    file = tmp_path / "a+b-daily-2026-03-01.sqlite"
    for name in (file.name, "a+b-daily-2026-02-01.sqlite", "aab-daily-2026-01-01.sqlite"):
        (tmp_path / name).write_bytes(b"")
    remove_oldest(file, 1)
    assert names(tmp_path) == [file.name, "aab-daily-2026-01-01.sqlite"]


def test_a_backup_of_a_damaged_project_takes_no_whole_one_s_place_and_is_told_once(
    project_folder,
):
    folder = project_folder / "backups"
    folder.mkdir()
    whole = [f"daily-2026-02-0{day}.sqlite" for day in range(1, 8)]
    for name in whole:
        (folder / name).write_bytes(b"")
    with Project.open(project_folder) as opened:
        sample = opened.samples.summaries()[0].id
    flip(project_folder, "predictions", "landmarks", f"sample_id = {sample}")
    with Project.open(project_folder) as damaged:
        desk = Workbench("Ann")
        assert desk.open(damaged)
        told: list[str] = []
        desk.failed.connect(told.append)
        days = Days(desk)
        days.backup.plan = replace(PLAN, kept=7)
        for day in (1, 2):
            days.day = date(2026, 3, day)
            days.look()
        days.backup.close()
        desk.close()
    assert names(folder) == [*whole, "daily-2026-03-01.sqlite", "daily-2026-03-02.sqlite"]
    assert len(told) == 1
    assert f"damaged, and so is today's backup: sample {sample} (" in told[0]


def test_of_much_damage_three_places_are_named():
    assert damage_text(("a", "b", "c", "d", "e")).endswith(
        "backup: a; b; c; and 2 more. Older backups are all kept, and the newest whole one can be "
        "restored."
    )
