"""From a stack file to settings: reading, defaults of phase and environment, every problem, the schema for editors."""
