"""What can be told of a sample without anybody looking at it: signals of its error.

`signals_of` computes those that a mesh and its photograph tell; ``jitter`` and ``round_change``
are told by other meshes, `jitter_of` and the project, and added with `Signals.known`.
"""

from annotator.quality.signals.motion import jitter_of
from annotator.quality.signals.sample import signals_of
from annotator.quality.signals.values import SIGNALS, Signals

__all__ = ["SIGNALS", "Signals", "jitter_of", "signals_of"]
