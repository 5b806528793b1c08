"""The steps that join rooms: photographs into a project, predictions for its images.

Everything here is free of any user interface. The command line and the napari plugin call
the same functions and only differ in how they show progress.
"""

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
