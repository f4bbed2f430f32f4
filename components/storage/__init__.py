"""Buckets, who may reach them, and the image repository."""
