"""The report: artifacts and run events in, one view of them out, and that as one HTML file."""

from kitae.project.report.document import evaluate_json
from kitae.project.report.gather import gather
from kitae.project.report.html import render_html
from kitae.project.report.view import ReportView

__all__ = ["ReportView", "evaluate_json", "gather", "render_html"]
