"""A file for a stack that does not exist yet: composed, checked, written."""
