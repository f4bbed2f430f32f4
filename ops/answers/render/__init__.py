"""What a stack ships, as files that people can read."""
