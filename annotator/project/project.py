"""A project: a database in which the whole annotation loop is kept, and a folder beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from annotator.project.annotations import Annotations
from annotator.project.assessments import Assessments
from annotator.project.audit import Audit, missing_entries
from annotator.project.clips.store import Clips
from annotator.project.draws import Draws
from annotator.project.engine import (
    BUSY_TIMEOUT,
    ENGINES,
    BackupMade,
    Engine,
    OnProgress,
    Restored,
    engine_for,
)
from annotator.project.errors import NotAProject
from annotator.project.facts import Facts
from annotator.project.guides import Guides
from annotator.project.images import Images
from annotator.project.imports.store import Imports
from annotator.project.models import Models
from annotator.project.opinions import Opinions
from annotator.project.paths import ImagePaths
from annotator.project.predictions import Predictions
from annotator.project.releases import Releases
from annotator.project.remarks import Remarks
from annotator.project.removals import Removals
from annotator.project.reviews import Reviews
from annotator.project.rounds import Rounds
from annotator.project.samples import Samples
from annotator.project.secret import secret_of
from annotator.project.settings import Settings
from annotator.project.splits import Splits
from annotator.project.tables import CURRENT_REVISION
from annotator.project.tallies import Tallies
from annotator.project.visits import Visits
from annotator.system.closing import Closing

if TYPE_CHECKING:
    import pandas as pd


class Project(Closing):
    """An open project; its parts do the work.

    Made by `Project.create` or `Project.open`. Every call of a part is one transaction, on
    disk when it returns. Any thread may use it, and several programs may have the same project
    open: readers never wait, writers wait for one another.

    Attributes
    ----------
    address : str
        What `open` finds it by, from anywhere.
    home : Path
        Where its images and what it learned lie; absolute.
    images : Images
    models : Models
    predictions : Predictions
    samples : Samples
    annotations : Annotations
    reviews : Reviews
    visits : Visits
    removals : Removals
    rounds : Rounds
    assessments : Assessments
    settings : Settings
    remarks : Remarks
    audit : Audit
    opinions : Opinions
    draws : Draws
    clips : Clips
    facts : Facts
    splits : Splits
    releases : Releases
    guides : Guides
    imports : Imports
    """

    def __init__(self, engine: Engine) -> None:
        paths = ImagePaths(engine.home)
        self._engine = engine
        self._paths = paths
        self.address = engine.address
        self.home = engine.home
        self.images = Images(engine, paths)
        self.models = Models(engine)
        self.predictions = Predictions(engine)
        self.samples = Samples(engine, paths)
        self.annotations = Annotations(engine)
        self.reviews = Reviews(engine, paths)
        self.visits = Visits(engine, paths)
        self.removals = Removals(engine, paths)
        self.rounds = Rounds(engine, paths)
        self.assessments = Assessments(engine)
        self.settings = Settings(engine)
        self.remarks = Remarks(engine)
        self.audit = Audit(engine)
        self.opinions = Opinions(engine)
        self.draws = Draws(engine)
        self.clips = Clips(engine, paths)
        self.facts = Facts(engine)
        self.splits = Splits(engine)
        self.releases = Releases(engine, paths)
        self.guides = Guides(engine)
        self.imports = Imports(engine)

    @classmethod
    def create(cls, address: str | Path, *, busy_timeout: float = BUSY_TIMEOUT) -> Self:
        """Create a project at an address and open it.

        Parameters
        ----------
        address
            A folder, which is made if need be.
        busy_timeout
            As for `open`.

        Raises
        ------
        ProjectExists
            If there is one already; it is left alone.
        NotAProject
            If the folder cannot be made, as there is a file in its place, or the address is
            of a kind that is not served.
        ReadOnlyProject, DiskFull, ProjectUnavailable
            If the folder cannot be written.
        """
        engine_for(address).create(str(address))
        return cls.open(address, busy_timeout=busy_timeout)

    @classmethod
    def open(
        cls,
        address: str | Path,
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        read_only: bool | None = False,
    ) -> Self:
        """Open a project, after bringing an older one up to date.

        Parameters
        ----------
        address
            The project's folder.
        busy_timeout
            Seconds that a change waits for another program's before `ProjectBusy` is raised.
        read_only
            Whether it is opened for reading: whatever would change it raises `ReadOnlyProject`,
            and nothing is written in its folder; an older one is brought up to date in a private
            copy. None: only if it may not be written.

        Raises
        ------
        NotAProject
            If the folder holds no project, or the address is of a kind that is not served.
        DamagedProject, NewerProject
            If the database cannot be used; not a byte of it is changed.
        ReadOnlyProject
            If it may not be written, unless it is opened for reading.
        ProjectBusy, ProjectUnavailable
            If it cannot be used for now.
        """
        engine = engine_for(address).find(
            str(address), busy_timeout=busy_timeout, read_only=read_only
        )
        try:
            revision = engine.examine()
            if revision != CURRENT_REVISION:
                from annotator.project.migrate import bring_up_to_date  # noqa: PLC0415 - slow

                bring_up_to_date(engine, revision)
        except BaseException:
            engine.close()
            raise
        return cls(engine)

    @staticmethod
    def is_project(address: str | Path) -> bool:
        """Return whether there is a project, cheaply; never raises."""
        try:
            return engine_for(address).holds_project(str(address))
        except NotAProject:
            return False

    @staticmethod
    def is_backup(file: str | Path) -> bool:
        """Return whether a file is a backup that `restore` takes, by its looks; never raises."""
        return any(engine.is_backup(Path(file)) for engine in ENGINES)

    @staticmethod
    def restore(
        address: str | Path,
        file: str | Path,
        *,
        replaces: bool = False,
        busy_timeout: float = BUSY_TIMEOUT,
        on_progress: OnProgress | None = None,
    ) -> Restored:
        """Make the project at an address what a backup holds; what is there is kept beside it.

        Parameters
        ----------
        address
            Of a project that nobody has open, a damaged one too, or where none is yet.
        file
            What `back_up` made, or the database of a project that nobody has open.
        replaces
            Whether a project that is there is replaced.
        busy_timeout, on_progress
            As for `open` and `back_up`.

        Raises
        ------
        NoBackup, DamagedProject, NewerProject, NotAProject, ProjectExists, ProjectBusy
            As `Engine.restore` says; nothing was changed.
        """
        engine = engine_for(address)
        return engine.restore(
            str(address),
            Path(file),
            replaces=replaces,
            busy_timeout=busy_timeout,
            on_progress=on_progress,
        )

    def back_up(
        self, file: Path, *, replaces: bool = False, on_progress: OnProgress | None = None
    ) -> BackupMade:
        """Write the project's database as it is now into one file, while people work on it.

        Photographs are not in it, nor what Guided drag learned, which can be learned again.
        """
        return self._engine.back_up_to(file, replaces=replaces, on_progress=on_progress)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be changed: every change raises `ReadOnlyProject`."""
        return self._engine.is_read_only

    def check_writable(self) -> None:
        """Do nothing, but in a project that is only read refuse, before long work begins.

        Raises
        ------
        ReadOnlyProject
        """
        self._engine.check_writable()

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row a sample, ordered by image and face; see ``docs/data-model.md``."""
        from annotator.project.dataframe import sample_table  # noqa: PLC0415 - slow to import

        with self._engine.reading() as session:
            return sample_table(session, self._paths)

    def secret(self) -> bytes:
        """Return 32 bytes that nobody outside the project knows, made once: for keyed hashes.

        Raises
        ------
        ReadOnlyProject
            If there is none yet and it cannot be kept.
        """
        return secret_of(self._engine)

    @contextmanager
    def tallies(self) -> Iterator[Tallies]:
        """Give what reports count, all of it as it was when the block began."""
        with self._engine.reading() as session:
            yield Tallies(session, self._paths)

    def problems(self) -> list[str]:
        """Return what is wrong with the database itself, all of which is read; often nothing.

        Whether meshes are what was stored is told by `samples.damaged`.

        Raises
        ------
        DamagedProject
            If it cannot be read at all.
        """
        found = self._engine.problems()
        if found:
            return found
        with self._engine.reading() as session:
            return missing_entries(session)

    def waiting_at_most(self, seconds: float) -> AbstractContextManager[None]:
        """Let changes made inside, by this thread, wait at most so long for other programs."""
        return self._engine.waiting_at_most(seconds)

    def version(self) -> int:
        """Return a number that is another one once any program changed anything; cheap."""
        return self._engine.version()

    def close(self) -> None:
        """Close the project; calling it again does nothing."""
        self._engine.close()
