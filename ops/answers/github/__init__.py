"""What the pipelines tell GitHub and ask of it: one comment, one issue, and the plan that was reviewed."""
