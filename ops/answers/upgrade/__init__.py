"""Upgrades: which steps lead from one version to the next, each as edits of the stack file."""
