"""What Security Hub's standards and checkov ask of a plan: each control is met, accepted with a reason, or open."""

from policies.posture.judge import Finding, Posture, Tally, posture_of
from policies.posture.record import Control, Reason, Record, record

__all__ = ["Control", "Finding", "Posture", "Reason", "Record", "Tally", "posture_of", "record"]
