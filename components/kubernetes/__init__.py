"""Shared building blocks of the Kubernetes components: typed pods, manifests, network policies, namespace."""
