"""Answers about the simulated clock."""
