"""What a change does: from the state that base leaves to what head makes of it, for every stack that it reaches."""
