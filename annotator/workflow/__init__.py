"""The steps that join rooms: photographs into a project, predictions for its images.

Everything here is free of any user interface. The command line and the napari plugin call
the same functions and only differ in how they show progress.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from annotator.workflow.assessing import AssessmentProgress, assess, assessor_for
    from annotator.workflow.importing import ImportReport, import_images
    from annotator.workflow.predicting import PredictionProgress, preannotate
    from annotator.workflow.sample_project import create_sample_project

__all__ = [
    "AssessmentProgress",
    "ImportReport",
    "PredictionProgress",
    "assess",
    "assessor_for",
    "create_sample_project",
    "import_images",
    "preannotate",
]

# Imported when they are asked for: a command that needs one step loads no models' libraries and
# no checks for the others.
_PLACES = {
    "AssessmentProgress": "assessing",
    "ImportReport": "importing",
    "PredictionProgress": "predicting",
    "assess": "assessing",
    "assessor_for": "assessing",
    "create_sample_project": "sample_project",
    "import_images": "importing",
    "preannotate": "predicting",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
