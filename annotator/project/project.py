"""A project: a folder with a database in which the whole annotation loop is kept."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from annotator.project.annotations import Annotations
from annotator.project.database import BUSY_TIMEOUT, Database, file_error
from annotator.project.errors import NotAProject, ReadOnlyProject
from annotator.project.images import Images
from annotator.project.models import Models
from annotator.project.paths import ImagePaths, absolute
from annotator.project.predictions import Predictions
from annotator.project.reviews import Reviews
from annotator.project.samples import Samples
from annotator.project.validation import (
    CURRENT_REVISION,
    DATABASE_NAME,
    find_database,
    has_project,
    read_revision,
)
from annotator.project.visits import Visits

if TYPE_CHECKING:
    import pandas as pd


class Project:
    """An open project; its parts do the work.

    Made by `Project.create` or `Project.open`. Every call of a part is one transaction, on
    disk when it returns. Any thread may use it, and several programs may have the same project
    open: readers never wait, writers wait for one another.

    Attributes
    ----------
    home : Path
        Where its images and what it learned lie; absolute.
    images : Images
    models : Models
    predictions : Predictions
    samples : Samples
    annotations : Annotations
    reviews : Reviews
    visits : Visits
    """

    def __init__(self, folder: Path, database: Database) -> None:
        paths = ImagePaths(folder)
        self._database = database
        self._paths = paths
        self.home = folder
        self.images = Images(database, paths)
        self.models = Models(database)
        self.predictions = Predictions(database)
        self.samples = Samples(database, paths)
        self.annotations = Annotations(database)
        self.reviews = Reviews(database, paths)
        self.visits = Visits(database, paths)

    @classmethod
    def create(cls, folder: str | Path, *, busy_timeout: float = BUSY_TIMEOUT) -> Self:
        """Create a project in a folder, which is made if need be, and open it.

        Raises
        ------
        ProjectExists
            If there is one already; it is left alone.
        NotAProject
            If the folder cannot be made, as there is a file in its place.
        ReadOnlyProject, DiskFull, ProjectUnavailable
            If the folder cannot be written.
        """
        from annotator.project.migrate import create_database  # noqa: PLC0415 - slow to import

        folder = absolute(Path(folder))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise NotAProject(f"{folder} is a file, not a folder: choose another") from error
        except PermissionError as error:
            raise ReadOnlyProject(f"{folder} cannot be made: choose another place") from error
        except OSError as error:
            raise file_error(error, folder) from error
        if not os.access(folder, os.W_OK):
            raise ReadOnlyProject(f"{folder} may not be written: choose another place")
        create_database(folder / DATABASE_NAME)
        return cls.open(folder, busy_timeout=busy_timeout)

    @classmethod
    def open(cls, folder: str | Path, *, busy_timeout: float = BUSY_TIMEOUT) -> Self:
        """Open a project, after bringing an older one up to date.

        Parameters
        ----------
        folder
            The project's folder.
        busy_timeout
            Seconds that a change waits for another program's before `ProjectBusy` is raised.

        Raises
        ------
        NotAProject
            If the folder holds no project.
        DamagedProject, NewerProject
            If the database cannot be used; not a byte of it is changed.
        ReadOnlyProject, ProjectBusy
            If it cannot be used for now.
        """
        folder = absolute(Path(folder))
        path = find_database(folder)
        revision = read_revision(path, busy_timeout=busy_timeout)
        if revision != CURRENT_REVISION:
            from annotator.project.migrate import upgrade_database  # noqa: PLC0415

            upgrade_database(path, revision)
        return cls(folder, Database(path, busy_timeout=busy_timeout))

    @staticmethod
    def is_project(folder: str | Path) -> bool:
        """Return whether the folder holds a project, cheaply; never raises."""
        return has_project(Path(folder))

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row a sample, ordered by image and face; see ``docs/data-model.md``."""
        from annotator.project.dataframe import sample_table  # noqa: PLC0415 - slow to import

        with self._database.reading() as session:
            return sample_table(session, self._paths)

    def waiting_at_most(self, seconds: float) -> AbstractContextManager[None]:
        """Let changes made inside, by this thread, wait at most so long for other programs."""
        return self._database.waiting_at_most(seconds)

    def version(self) -> int:
        """Return a number that is another one once any program changed anything; cheap."""
        return self._database.version()

    def close(self) -> None:
        """Close the project; calling it again does nothing."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
