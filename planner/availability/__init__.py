"""What can fail in a plan, what users lose with it, and what vendors promise together."""
