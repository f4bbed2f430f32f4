"""The commands of `./bbp`, one module for each; importing them is cheap, what they need is imported when they run."""
