"""Rows of Kubernetes' types alone."""
