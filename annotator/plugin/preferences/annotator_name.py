"""Who works here: as the command line said, as was said here before, or as the login says."""

from qtpy.QtCore import QObject, Signal

from annotator.plugin.preferences.settings_store import SettingsStore
from annotator.plugin.preferences.window_memory import WindowMemory
from annotator.system.people import checked_name, is_anybody, login_name
from annotator.workbench.workbench import Workbench


class AnnotatorName(QObject):
    """Gives a workbench the annotator's name, and remembers it when it becomes another.

    What the command line said holds for its window only; what the annotator says is kept.

    Parameters
    ----------
    workbench : Workbench
    store : SettingsStore
    memory : WindowMemory

    Attributes
    ----------
    answered
        Somebody has said who works here: there is nothing to ask.
    """

    answered = Signal()

    def __init__(
        self,
        workbench: Workbench,
        store: SettingsStore,
        memory: WindowMemory,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._store = store
        self._memory = memory
        self._kept = store.settings.annotator
        workbench.rename_annotator(memory.annotator or self._kept or login_name())
        store.changed.connect(self._follow)

    @property
    def is_unknown(self) -> bool:
        """Whether nobody said who works here, and the login does not tell either."""
        said = self._memory.annotator or self._store.settings.annotator
        return not said and is_anybody(self._workbench.annotator)

    def use(self, name: str) -> None:
        """Record what follows under a name, and remember it.

        Raises
        ------
        ValueError
            If nobody could be called so.
        """
        name = checked_name(name)
        self._kept = name
        self._store.remember_annotator(name)
        self.use_here(name)

    def use_here(self, name: str) -> None:
        """Record what follows under a name in this window, whichever dock is in it.

        Raises
        ------
        ValueError
            If nobody could be called so.
        """
        name = checked_name(name)
        self._memory.annotator = name
        self._workbench.rename_annotator(name)
        self.answered.emit()

    def _follow(self) -> None:
        """Use the name that was written into the preferences."""
        name = self._store.settings.annotator
        if name and name != self._kept:
            self._kept = name
            self.use_here(name)
