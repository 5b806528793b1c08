"""The store: images, samples, predictions, annotations, strokes, reviews."""

from annotator.project.engine import BUSY_TIMEOUT
from annotator.project.errors import (
    DamagedProject,
    DiskFull,
    NewerProject,
    NotAProject,
    ProjectBusy,
    ProjectError,
    ProjectExists,
    ProjectUnavailable,
    ReadOnlyProject,
    StaleAnnotation,
    UnknownImage,
    UnknownSample,
)
from annotator.project.project import Project
from annotator.project.records import (
    UNDECIDED,
    AcceptedSample,
    AddReport,
    FailedImage,
    ImageRecord,
    NewImage,
    RejectReason,
    Review,
    SampleState,
    SampleSummary,
    Verdict,
    Visit,
    VisitPurpose,
)
from annotator.project.session import EditSession
from annotator.project.strokes import Annotation, Stroke, StrokeRecord

__all__ = [
    "BUSY_TIMEOUT",
    "UNDECIDED",
    "AcceptedSample",
    "AddReport",
    "Annotation",
    "DamagedProject",
    "DiskFull",
    "EditSession",
    "FailedImage",
    "ImageRecord",
    "NewImage",
    "NewerProject",
    "NotAProject",
    "Project",
    "ProjectBusy",
    "ProjectError",
    "ProjectExists",
    "ProjectUnavailable",
    "ReadOnlyProject",
    "RejectReason",
    "Review",
    "SampleState",
    "SampleSummary",
    "StaleAnnotation",
    "Stroke",
    "StrokeRecord",
    "UnknownImage",
    "UnknownSample",
    "Verdict",
    "Visit",
    "VisitPurpose",
]
