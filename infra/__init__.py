"""The program: what the platform consists of, its settings and its limits."""
