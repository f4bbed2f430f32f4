"""The command line: what people run, and the logic behind each command."""
