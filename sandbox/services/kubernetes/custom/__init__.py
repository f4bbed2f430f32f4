"""Custom resources: kinds that a chart or an add-on brings with its definitions."""
