"""Versioned snapshots of the accepted samples, one module per exchange format.

``docs/releases.md`` describes what the files hold and what is guaranteed.
"""

from annotator.release.about import About
from annotator.release.choice import Choice
from annotator.release.errors import (
    DamagedRelease,
    ExportError,
    KeyFileError,
    UnknownFormat,
    UntrustedRelease,
)
from annotator.release.export import (
    ExportFormat,
    ExportReport,
    export_accepted,
    export_release,
)
from annotator.release.images import ImageMode
from annotator.release.load import Release, load_release
from annotator.release.signing import Signer, SigningKey
from annotator.release.verify import Verified, verify_release

__all__ = [
    "About",
    "Choice",
    "DamagedRelease",
    "ExportError",
    "ExportFormat",
    "ExportReport",
    "ImageMode",
    "KeyFileError",
    "Release",
    "Signer",
    "SigningKey",
    "UnknownFormat",
    "UntrustedRelease",
    "Verified",
    "export_accepted",
    "export_release",
    "load_release",
    "verify_release",
]
