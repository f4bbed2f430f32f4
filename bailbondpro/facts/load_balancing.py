"""Elastic Load Balancing: bounds of its attributes, and of the list of who may connect."""

MAX_DEREGISTRATION_SECONDS = 3_600
"""Deregistration delay (Elastic Load Balancing API reference, TargetGroupAttribute; unverified 2026-11-23)."""

PREFIX_LIST_ROOM = {"IPv4": 20, "IPv6": 10}
"""Entries that the lists of who may connect may grow to. Each counts against the 60 rules of a security group and
family, once for each rule that refers to the list: two rules make 40 and 20 (VPC User Guide, "Customer-managed prefix
lists", quotas; unverified 2026-11-23)."""
