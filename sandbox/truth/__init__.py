"""How sure a rehearsal is of what it says: each aspect of each type, graded by what stands behind it."""
