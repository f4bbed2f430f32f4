"""Drills: what the real control plane decides about a stack's pods."""
