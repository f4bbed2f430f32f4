"""Kubernetes HorizontalPodAutoscaler: bounds of the API server."""

MAX_WINDOW_SECONDS = 3_600
"""stabilizationWindowSeconds (Kubernetes API reference, autoscaling/v2, HPAScalingRules; unverified 2026-11-23)."""
MAX_PERIOD_SECONDS = 1_800
"""periodSeconds (Kubernetes API reference, autoscaling/v2, HPAScalingPolicy; unverified 2026-11-23)."""
