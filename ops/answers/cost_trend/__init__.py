"""Where bills of a running platform go."""
