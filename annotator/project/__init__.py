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
    UnusableName,
)
from annotator.project.image_records import (
    AddReport,
    FailedImage,
    ImageRecord,
    Kept,
    NewImage,
    RemovedImage,
)
from annotator.project.judgements import Judged, Judgement, TakenBack
from annotator.project.project import Project
from annotator.project.records import (
    UNDECIDED,
    AcceptedSample,
    RejectReason,
    Review,
    SampleState,
    SampleSummary,
    Verdict,
    Visit,
    VisitPurpose,
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
    "Kept",
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
    "RemovedImage",
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
    "UnusableName",
    "Verdict",
    "Visit",
    "VisitPurpose",
]
