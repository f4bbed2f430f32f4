"""Measurements of the platform's servers, run by hand; their results stand in docs/performance.md."""
