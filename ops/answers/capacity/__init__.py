"""How long a platform holds: the guide's projection, and growth as it was measured."""
