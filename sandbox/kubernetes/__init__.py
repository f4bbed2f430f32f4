"""What a rehearsal needs of a real Kubernetes: an API server, its tools, and proof that a cluster is its own."""
