"""What a run had beside the simulation: an update, a Kubernetes API, a real plugin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kubernetes(StrEnum):
    """Who answered for the objects of Kubernetes."""

    SIMULATED = "simulated"
    SERVER = "server"
    """The sandbox applied them to a real Kubernetes API."""
    PLUGIN = "plugin"
    """The real plugin of the engine did."""


@dataclass(frozen=True)
class Setting:
    """What the answers of a run rest on.

    Attributes:
        updated: whether an update ran; a preview asks nothing of what exists.
        kubernetes: who answered for its objects.
        server: the version of the Kubernetes API; empty where it was simulated.
    """

    updated: bool = True
    kubernetes: Kubernetes = Kubernetes.SIMULATED
    server: str = ""

    @property
    def real_kubernetes(self) -> bool:
        """Whether a real Kubernetes API saw the objects: in an update alone."""
        return self.updated and self.kubernetes is not Kubernetes.SIMULATED
