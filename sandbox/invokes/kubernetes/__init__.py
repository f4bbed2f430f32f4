"""What the kubernetes provider does beside its resources: it reads YAML, and renders charts and overlays."""
