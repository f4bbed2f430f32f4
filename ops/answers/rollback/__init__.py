"""The way back from a change."""
