"""The metrics of a drill: what pods would use, replayed from traces to the real HorizontalPodAutoscaler controller."""
