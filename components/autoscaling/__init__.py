"""Autoscaling: one typed policy, rendered as a HorizontalPodAutoscaler or a KEDA ScaledObject, and vertical scaling."""
