"""What values of variables say, and how programs begin the names of what they only show."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["", "noted", "weaker"]
"""What another value of a variable takes away: nothing, what is worth to be known, or what held."""
OFF = frozenset(("0", "false", "no", "off", "none", "disable", "disabled", "never", "n", "f"))
ON = frozenset(("1", "true", "yes", "on", "enable", "enabled", "always", "y", "t"))
FEATURES = frozenset(("FEATURE", "FEATURES", "FF", "FLAG", "FLAGS", "EXPERIMENT", "SHOW", "UI", "BETA"))
"""How programs begin the names of what they show: a new one that is off takes nothing from anybody."""
