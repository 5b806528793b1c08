"""What the store needs of a database; the parts know it by this protocol and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from annotator.project.engine.backups import BackupMade, OnProgress, Restored

BUSY_TIMEOUT = 5.0  # seconds that a writer waits for another one

_Value = TypeVar("_Value")


class Backup(Protocol):
    """A copy of a database as it was before an upgrade."""

    @property
    def name(self) -> str:
        """What to look for, in case it is needed."""

    def discard(self) -> None:
        """Remove it: nothing was changed."""


class EngineKind(Protocol):
    """A kind of database: what addresses it serves, and how one is made and found.

    What is raised is a `ProjectError`, as by an `Engine`.
    """

    addresses: ClassVar[str]
    """What the addresses are that this kind serves, for people."""

    @classmethod
    def serves(cls, address: str) -> bool:
        """Return whether an address is one of this kind's, by its looks alone."""

    @classmethod
    def holds_project(cls, address: str) -> bool:
        """Return whether there is a project at an address, cheaply; never raises."""

    @classmethod
    def is_backup(cls, file: Path) -> bool:
        """Return whether a file is a backup of this kind, by its looks; never raises."""

    @classmethod
    def restore(
        cls,
        address: str,
        file: Path,
        *,
        replaces: bool = False,
        busy_timeout: float = BUSY_TIMEOUT,
        on_progress: OnProgress | None = None,
    ) -> Restored:
        """Make the project at an address what a backup holds, all of it or nothing.

        There need not be a project; a damaged one may be.

        Parameters
        ----------
        address
        file
        replaces
            Whether a project that is there is replaced; what it was is kept beside it.
        busy_timeout
        on_progress

        Raises
        ------
        ProjectExists
            If there is one, and it is not to be replaced.
        NoBackup, DamagedProject, NewerProject
            If the backup cannot be used; nothing was changed.
        NotAProject
            If something else is in the project's place.
        ProjectBusy
            If another program has the project open.
        """

    @classmethod
    def create(cls, address: str, *, revision: str = "head") -> None:
        """Make an empty database of a schema revision; it appears complete or not at all.

        Raises
        ------
        ProjectExists
            If there is a project already; it is left alone.
        NotAProject
            If none can be at this address.
        """

    @classmethod
    def find(
        cls,
        address: str,
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        read_only: bool | None = False,
    ) -> Engine:
        """Return the database at an address, without changing anything.

        Parameters
        ----------
        address
        busy_timeout
            Seconds to wait for another writer before `ProjectBusy` is raised.
        read_only
            Whether it is only read. None: only if this program may not change it, be it for the
            rights on a file or for those of a role.

        Raises
        ------
        NotAProject, DamagedProject
            If there is none, or no usable one.
        ReadOnlyProject
            If it was to be changed, and may not be.
        """


class Engine(Protocol):
    """The database of one project, usable from any thread.

    What is raised is a `ProjectError`, never an error of the database's own. Every method may
    raise `ProjectUnavailable` (`ProjectBusy`, `ReadOnlyProject`, `DiskFull`).
    """

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be changed through it, now or later.

        Nothing is then written beside the database either. One of an older schema is read in a
        copy that is brought up to date, or not at all.
        """

    @property
    def address(self) -> str:
        """What finds the same database again, from anywhere."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def home(self) -> Path:
        """The folder of the project's images and of what it learned; absolute."""

    @property
    def values_per_statement(self) -> int:
        """How many values a statement may safely name; see `chunks`."""

    def examine(self) -> str:
        """Return the schema revision of a sound database, without changing anything.

        Raises
        ------
        DamagedProject
            If it is not sound, as far as can be told in a moment.
        """

    def problems(self) -> list[str]:
        """Return what is wrong with the database itself, all of which is read; often nothing.

        Of what its blobs mean it knows nothing: `annotator.project.damage` does.
        """

    def back_up(self, revision: str) -> Backup | None:
        """Copy the database of a schema revision, all of it or nothing.

        None if nothing about the database itself will be changed.
        """

    def forget_old_back_ups(self) -> None:
        """Remove what earlier upgrades left, but for the newest copies; never anything else."""

    def back_up_to(
        self, file: Path, *, replaces: bool = False, on_progress: OnProgress | None = None
    ) -> BackupMade:
        """Write the database as it is now into one new file, while others may work on it.

        Parameters
        ----------
        file
            In a folder that exists.
        replaces
            Whether an older backup of that name is replaced.
        on_progress

        Raises
        ------
        BackupExists
            If something bears that name.
        DamagedProject
            If the database, or what was written, is not sound.
        """

    def migrating(self) -> AbstractContextManager[Connection]:
        """Give a transaction in which the schema may change, all of it or, on an error, nothing.

        Raises
        ------
        DamagedProject
            If rows refer to missing ones at the end.
        """

    def reading(self) -> AbstractContextManager[Session]:
        """Give a session that sees one unchanging state of the database."""

    def writing(self, *, alone: bool = False) -> AbstractContextManager[Session]:
        """Give a session whose changes are committed at the end, all or, on an error, none.

        What `annotator.project.locking.locked` loads in it cannot change before it ends.

        Parameters
        ----------
        alone
            Whether no other such transaction may run meanwhile: for what is added because it is
            not there yet, which no row can be locked for. An engine whose writers all wait for
            one another has nothing to do for it.
        """

    def check_writable(self) -> None:
        """Do nothing, but where nothing can be changed raise what `writing` would.

        For work that begins long before it writes.

        Raises
        ------
        ReadOnlyProject
        """

    def waiting_at_most(self, seconds: float) -> AbstractContextManager[None]:
        """Let changes by this thread wait so long for other writers, in place of `busy_timeout`.

        Not counted is the time in which another thread writes that does not wait itself, with 0
        seconds: it is done as soon as the disk is.
        """

    def translating(self) -> AbstractContextManager[None]:
        """Turn the errors of the database into those of the project."""

    def version(self) -> int:
        """Return a number that is another one once anything was committed, by any program.

        Cheap enough to be asked for several times a second.
        """

    def close(self) -> None:
        """Close all connections; calling it again does nothing."""


def chunks(
    values: Sequence[_Value], engine: Engine, *, named: int = 1
) -> Iterator[Sequence[_Value]]:
    """Yield the values in order, as many at a time as one statement may name so many times."""
    size = engine.values_per_statement // named
    for start in range(0, len(values), size):
        yield values[start : start + size]
