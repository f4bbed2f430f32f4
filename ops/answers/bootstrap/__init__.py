"""What an account must have first: the roles of a stack, and whether its file agrees with the bootstrap's."""
