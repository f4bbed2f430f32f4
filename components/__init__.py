"""Component resources of the platform: one file or package per system, usable alone, free of phase and stack."""
