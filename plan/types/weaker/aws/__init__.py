"""Rows of AWS's types alone."""
