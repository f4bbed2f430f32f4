"""Objectives: what a stack is to reach, and whether it does. Pure."""
