"""What measurements say about the sizes in a stack file, and where they come from."""
