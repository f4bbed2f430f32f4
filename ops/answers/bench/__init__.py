"""`bench`: what the commands and the engine's operations cost, as ratios to a flat program of the same resources."""
