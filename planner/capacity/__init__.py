"""What a load needs and a platform carries: growth, phases, sizes, and whether pods find nodes."""
