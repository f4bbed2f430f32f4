"""`trace`: the scaling guide, statement by statement, against what the platform does."""
