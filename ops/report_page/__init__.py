"""The report as one HTML page and as Markdown, both from the same sections."""

from ops.report_page.html import page
from ops.report_page.markdown import comment

__all__ = ["comment", "page"]
