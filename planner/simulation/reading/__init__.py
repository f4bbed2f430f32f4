"""What a simulation reads out of a plan beside pods and databases, and what of it cannot be read."""
