"""Everything that runs pods in a stack, as Kubernetes objects that a real control plane takes."""

from sandbox.drill.objects.collect import collect, objects
from sandbox.drill.objects.model import Collected, DrillObject

__all__ = ["Collected", "DrillObject", "collect", "objects"]
