"""The gate: whether a preview may be deployed, and what stands in its way."""

from ops.answers.gate.answer import Gate, GateOptions, gate, gate_file
from ops.answers.gate.reading import GateError, read_plan_preview, read_waiver_file, usable_waivers

__all__ = [
    "Gate",
    "GateError",
    "GateOptions",
    "gate",
    "gate_file",
    "read_plan_preview",
    "read_waiver_file",
    "usable_waivers",
]
