"""What `take_pictures` is made of: a studio, and what is shown in it."""

import os
import tempfile
from pathlib import Path

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")
