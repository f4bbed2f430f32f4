"""Values that AWS gives back in another form than they were sent, by the rows that say so.

"terraform-provider-aws" is the provider behind pulumi-aws, read in 2026; issues and pull requests are named by their
numbers.
"""

from __future__ import annotations


def code(file: str) -> str:
    """A file of the provider's source as the place where something was read."""
    return f"terraform-provider-aws, internal/service/{file}"


def issue(number: int) -> str:
    """A thread of the provider's as the place where something was read."""
    return f"terraform-provider-aws {number}"
