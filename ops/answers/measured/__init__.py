"""What was measured of a stack that runs, held to its objectives."""
