"""Runs the program on the real engine in a simulated cloud, and hands on its plan."""
