"""A real Kubernetes control plane that decides about pods, with nodes that are played and a clock that runs faster."""
