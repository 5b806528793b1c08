"""The report: one page that tells how a project stands."""

from annotator.quality.report.page import Report, report_of

__all__ = ["Report", "report_of"]
