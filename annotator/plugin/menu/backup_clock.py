"""Looks from time to time whether the project that is open has its backup of the day."""

from collections.abc import Callable

from qtpy.QtCore import QObject, QTimer, Signal

from annotator.plugin.preferences.settings_store import SettingsStore
from annotator.workbench.daily_backup import DailyBackup
from annotator.workbench.workbench import Workbench

# Once the first face is there to be worked on.
_AFTER_MS = 5_000
# What failed is tried again so often, and a window that stays open overnight sees the next day.
_AGAIN_MS = 600_000


class BackupClock(QObject):
    """Has the backup of each day made that the settings ask for.

    Parameters
    ----------
    workbench : Workbench
    store : SettingsStore
        Where they are.
    parent : QObject
    """

    _posted = Signal(object)

    def __init__(self, workbench: Workbench, store: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._backup = DailyBackup(workbench, self._posted.emit)
        self._posted.connect(self._run)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.look)
        self._again = QTimer(self)
        self._again.timeout.connect(self.look)
        self._again.start(_AGAIN_MS)
        workbench.project_changed.connect(self._look_soon)
        store.changed.connect(self._use_settings)
        self._use_settings()

    @property
    def is_running(self) -> bool:
        """Whether a backup is being made, or looked for, now."""
        return self._backup.is_running

    def look(self) -> None:
        """Begin the backup of today, if it is wished and not there."""
        self._backup.look()

    def close(self) -> None:
        """Stop looking, and give up what is under way."""
        self._soon.stop()
        self._again.stop()
        self._backup.close()

    def _use_settings(self) -> None:
        self._backup.plan = self._store.settings.backups
        self._look_soon()

    def _look_soon(self) -> None:
        self._soon.start(_AFTER_MS)

    def _run(self, work: Callable[[], None]) -> None:
        """Do what the thread found to be done, on the window's own."""
        work()
