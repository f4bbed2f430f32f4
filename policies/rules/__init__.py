"""Every rule over planned resources: one table for the gate, the policy pack, `./bbp policy` and the tests."""

from __future__ import annotations

from policies.rules.access import ACCESS_RULES
from policies.rules.controls import control_rules
from policies.rules.data import DATA_RULES
from policies.rules.edge import EDGE_RULES
from policies.rules.model import SEVERITIES, STOPPING, Rule, Severity, Violation, is_production
from policies.rules.network import NETWORK_RULES
from policies.rules.pods import POD_RULES
from policies.rules.policies import POLICY_RULES

OWN = (*DATA_RULES, *NETWORK_RULES, *ACCESS_RULES, *POLICY_RULES, *EDGE_RULES, *POD_RULES)
"""The rules of this project; Security Hub's controls come after them."""

__all__ = ["OWN", "SEVERITIES", "STOPPING", "Rule", "Severity", "Violation", "is_production", "rules"]


def rules() -> tuple[Rule, ...]:
    """All rules: the project's own, then Security Hub's controls in the order of their file."""
    return (*OWN, *control_rules())
