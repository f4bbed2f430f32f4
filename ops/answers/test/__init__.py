"""`./bbp test`: what the lanes need, what they may take, and how they run."""
