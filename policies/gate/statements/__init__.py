"""Statements of policies of AWS: what they allow and refuse, compared right by right."""
