"""Views of the simulated clock."""
