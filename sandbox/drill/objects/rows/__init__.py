"""What charts and EKS add-ons run, as rows: workloads, where their settings stand among the values, and defaults.

No text of a chart is kept here: names, numbers and paths of values, each row with its document and the day it was read.
"""

from sandbox.drill.objects.rows.addons import ADDONS
from sandbox.drill.objects.rows.charts import CHARTS
from sandbox.drill.objects.rows.model import Asked, Container, Part, Row
from sandbox.drill.objects.rows.prometheus import PROMETHEUS

ROWS: dict[str, Row] = {row.name: row for row in (*CHARTS, *PROMETHEUS)}
"""Charts by name."""
ADDON_ROWS: dict[str, Row] = {row.name: row for row in ADDONS}
"""EKS add-ons by name."""

__all__ = ["ADDON_ROWS", "ROWS", "Asked", "Container", "Part", "Row"]
