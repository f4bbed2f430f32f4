"""The control loop of the HorizontalPodAutoscaler."""
