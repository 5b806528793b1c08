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
    UnseenVerdict,
)
from annotator.project.judgements import Judged, Judgement, TakenBack
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
)
from annotator.project.session import EditSession
from annotator.project.strokes import Annotation, Stroke, StrokeMade, StrokeRecord

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
    "Judged",
    "Judgement",
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
    "StrokeMade",
    "StrokeRecord",
    "TakenBack",
    "UnknownImage",
    "UnknownSample",
    "UnseenVerdict",
    "Verdict",
    "Visit",
]
