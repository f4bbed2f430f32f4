"""What the platform and the application promise each other, as data: read by the tests, the page and the tester."""

from __future__ import annotations

from .model import Clause, Contract, Endpoint, Header, LogField, Metric, Promise, Variable, contract

__all__ = ["Clause", "Contract", "Endpoint", "Header", "LogField", "Metric", "Promise", "Variable", "contract"]
