"""How the annotator is told things: a sentence in the dock, and a warning of napari's besides."""

from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.napari_notes import notify
from annotator.plugin.canvas.private import put_away_notifications
from annotator.plugin.panels.parts import PassingMessage
from annotator.workbench.bench import Bench


class Telling:
    """Shows what a bench says, and what others hand it.

    What the bench says is about the sample on the screen: it goes with it, or with the next thing
    that is done to it. Make one before whoever shows samples: what they say of the next sample must
    come after that.

    Parameters
    ----------
    bench : Bench
    message : PassingMessage
    """

    def __init__(self, bench: Bench, message: PassingMessage) -> None:
        self._message = message
        self._warned: list[str] = []  # what napari may still show
        self._window: QWidget | None = None  # where: a dock that is closed stands in none
        for passes in (bench.current_changed, bench.acting):
            passes.connect(message.leave_sample)
            passes.connect(self.put_away)
        bench.told.connect(self._tell_of_sample)
        bench.failed.connect(self._warn_of_sample)

    def tell(self, sentence: str) -> None:
        """Show a sentence, without anything to click away."""
        self._message.show_for_a_while(sentence)

    def warn(self, sentence: str) -> None:
        """Show a sentence about what could not be done."""
        self.tell(sentence)
        self._notify(sentence)

    def put_away(self) -> None:
        """Take napari's warnings away: the next thing is done or said, or the dock is closed."""
        if self._warned:
            put_away_notifications(self._window, self._warned)
            self._warned.clear()
            self._window = None  # which would be held by what holds on to this

    def _tell_of_sample(self, sentence: str) -> None:
        self._message.show_for_a_while(sentence, of_sample=True)

    def _warn_of_sample(self, sentence: str) -> None:
        self._tell_of_sample(sentence)
        self._notify(sentence)

    def _notify(self, sentence: str) -> None:
        self.put_away()
        self._warned.append(notify(sentence))
        self._window = self._message.window()
