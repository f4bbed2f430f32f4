"""The engine's state of a stack: whether it is whole, the way back, and importing it anew."""
