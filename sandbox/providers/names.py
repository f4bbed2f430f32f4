"""What the simulated cloud calls its own in the process that it shares with the program."""

THREADS = "simulated-cloud"
"""How the names of its threads begin: what they take is told apart by it."""
