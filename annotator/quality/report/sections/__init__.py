"""The sections of the report, a file each, in the order of the page."""

from annotator.quality.report.section import Section
from annotator.quality.report.sections.agreed import AGREEMENT
from annotator.quality.report.sections.checks import CHECKS
from annotator.quality.report.sections.effort import EFFORT
from annotator.quality.report.sections.errors import ERRORS
from annotator.quality.report.sections.progress import PROGRESS
from annotator.quality.report.sections.rounds import ROUNDS
from annotator.quality.report.sections.sent_back import SENT_BACK
from annotator.quality.report.sections.triage import TRIAGE
from annotator.quality.report.sections.worst import WORST

SECTIONS: tuple[Section, ...] = (
    PROGRESS,
    EFFORT,
    SENT_BACK,
    ERRORS,
    TRIAGE,
    CHECKS,
    AGREEMENT,
    ROUNDS,
    WORST,
)
