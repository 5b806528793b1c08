"""A project made what a backup holds: the old one or the new one, whole, whenever it is killed.

A sound database is not replaced by another file: a program that opened it a moment ago would go on
with the file that is gone, and with a log that is the new one's by its name. It is written over
through SQLite instead, in one transaction and only while nobody else has it open: a window that has
would take the numbers of faces and revisions that it remembers for those of other faces.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from annotator.project.engine.backups import OnProgress, Restored
from annotator.project.engine.sqlite_backup import back_up, nobody
from annotator.project.engine.sqlite_check import read_revision
from annotator.project.engine.sqlite_connections import connect, harden
from annotator.project.engine.sqlite_errors import file_error, project_error, translated
from annotator.project.engine.sqlite_files import (
    APPLICATION_ID,
    DATABASE_NAME,
    HEADER_BYTES,
    application_id,
    find_database,
    make_folder,
    put_in_place,
    remove,
)
from annotator.project.engine.sqlite_upgrade_copies import remove_half_made
from annotator.project.errors import (
    DamagedProject,
    NoBackup,
    NotAProject,
    ProjectBusy,
    ProjectExists,
)
from annotator.system.durable import sync_folder

_PAGES_PER_STEP = 1024


def is_backup(file: Path) -> bool:
    """Return whether a file is a project's database by its header, or calls itself one."""
    try:
        if not file.is_file():  # a pipe would keep us waiting
            return False
        return file.suffix == Path(DATABASE_NAME).suffix or application_id(file) == APPLICATION_ID
    except (OSError, ValueError, sqlite3.Error):
        return False


def restore(
    folder: Path,
    file: Path,
    *,
    replaces: bool,
    busy_timeout: float,
    on_progress: OnProgress | None,
) -> Restored:
    """Make the project in a folder what a backup holds; see `Engine.restore`."""
    path = folder / DATABASE_NAME
    _check_backup(file, path, busy_timeout)
    if path.exists() and not path.is_file():
        raise NotAProject(f"{path} is no file: choose another folder")
    if path.exists() and not replaces:
        raise ProjectExists(f"{folder} already holds a project: say that it is to be replaced")
    make_folder(folder)
    remove_half_made(path)
    staged = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        # A copy of the backup, examined to the last page, is what is used, whatever becomes of it.
        with _reader(file, busy_timeout) as source:
            copied = back_up(source, file, staged, on_progress=on_progress)
        read_revision(staged, busy_timeout=busy_timeout)
        kept = _use(staged, path, busy_timeout, on_progress or nobody)
    except OSError as error:
        raise file_error(error, path) from error
    finally:
        remove(staged)
    return Restored(str(folder), copied.revision, copied.rows, kept, copied.damaged)


def _check_backup(file: Path, path: Path, busy_timeout: float) -> None:
    if not file.is_file():
        raise NoBackup(f"{file} is no file: name the backup that is to be restored")
    if path.exists() and path.samefile(file):
        raise NoBackup(f"{file} is the project's own database: name a backup of it")
    from annotator.project.migrate import check_known  # noqa: PLC0415 - slow to import

    check_known(str(file), _revision(file, busy_timeout))


def _revision(file: Path, busy_timeout: float) -> str:
    """Return the schema revision of a backup that looks sound."""
    damaged = f"{file} is damaged and was not restored: use another backup"
    try:
        if file.stat().st_size < HEADER_BYTES:
            raise DamagedProject(damaged)
        with translated(file):
            number = application_id(file)
        if number != APPLICATION_ID:
            raise NoBackup(f"{file} is no backup of a project: name one made by `backup`")
        return read_revision(file, busy_timeout=busy_timeout)
    except DamagedProject as error:  # which advises to restore a backup
        raise DamagedProject(damaged) from error


@contextmanager
def _reader(file: Path, busy_timeout: float) -> Iterator[sqlite3.Connection]:
    """Give a connection to a backup, which may lie where nothing can be written."""
    log = file.with_name(file.name + "-wal")
    how = "mode=ro" if log.exists() else "immutable=1"
    address = f"{file.as_uri()}?{how}"
    with (
        translated(file),
        closing(
            sqlite3.connect(address, uri=True, timeout=busy_timeout, isolation_level=None)
        ) as source,
    ):
        harden(source)
        yield source


def _use(staged: Path, path: Path, busy_timeout: float, on_progress: OnProgress) -> Path | None:
    """Put a database in the place of what is there, and return where that was kept."""
    if not path.exists():
        _set_logs_aside(path, _kept(path))
        _keep_a_log(staged)
        put_in_place(staged, path)
        sync_folder(path.parent)
        return None
    try:
        find_database(path.parent)
        read_revision(path, busy_timeout=busy_timeout)
        return _write_over(staged, path, busy_timeout, on_progress)
    except DamagedProject:  # all of it is only looked at when it is backed up
        return _replace_damaged(staged, path, busy_timeout)


def _write_over(staged: Path, path: Path, busy_timeout: float, on_progress: OnProgress) -> Path:
    """Make a sound database what another one is, after it was backed up."""
    kept = _kept(path)
    with _alone(path, busy_timeout) as held, closing(connect(staged, busy_timeout)) as source:
        back_up(held, path, kept, on_progress=on_progress)
        # With a log an unfinished change is none, also for who only reads the file.
        for setting in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON"):
            held.execute(f"PRAGMA {setting}")
        (size,) = held.execute("PRAGMA page_size").fetchone()
        if (size,) != source.execute("PRAGMA page_size").fetchone():  # of another build of SQLite
            source.execute(f"PRAGMA page_size = {size}")
            source.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)  # in which VACUUM works
            source.execute("VACUUM")
        source.backup(
            held,
            pages=_PAGES_PER_STEP,
            progress=lambda _, left, pages: on_progress(size * (pages - left), size * pages),
        )
    return kept


@contextmanager
def _alone(path: Path, busy_timeout: float) -> Iterator[sqlite3.Connection]:
    """Give a connection to a database that nobody else has open, or can open meanwhile."""
    with translated(path), closing(connect(path, busy_timeout)) as held:
        try:
            held.execute("PRAGMA locking_mode = EXCLUSIVE")  # what is locked stays so
            held.execute("BEGIN EXCLUSIVE")
            held.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if isinstance(project_error(error, path), ProjectBusy):
                raise ProjectBusy(
                    f"{path.parent} is open in another program: close it there, then restore it"
                ) from error
            raise
        yield held


def _replace_damaged(staged: Path, path: Path, busy_timeout: float) -> Path:
    """Put a database in the place of one that SQLite may no longer be able to write."""
    if path.stat().st_size >= HEADER_BYTES:  # SQLite would begin a new database in it
        with suppress(DamagedProject), _alone(path, busy_timeout):
            pass  # nobody has it open, or it can no longer be told
    _keep_a_log(staged)
    kept = _kept(path)
    _set_logs_aside(path, kept)
    try:
        kept.hardlink_to(path)  # so that there is always one or the other of its name
    except OSError:  # a file system without hard links
        path.rename(kept)
    staged.replace(path)
    sync_folder(path.parent)
    return kept


def _keep_a_log(staged: Path) -> None:
    """Set a copy to how projects are kept, so that no program makes a journal to set it to that."""
    with translated(staged), closing(sqlite3.connect(staged)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _set_logs_aside(path: Path, kept: Path) -> None:
    """Take away what SQLite would take for the new database's log; what may hold changes stays."""
    for ending in ("-wal", "-journal"):
        log = path.with_name(path.name + ending)
        if log.exists():
            log.rename(kept.with_name(kept.name + ending))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


def _kept(path: Path) -> Path:
    """Return what the database that was there is called from now on."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    mark = secrets.token_hex(3)
    return path.with_name(f"{path.stem}.before-restore-{moment}-{mark}{path.suffix}")
