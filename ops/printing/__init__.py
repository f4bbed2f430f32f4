"""What the commands print for people: tables and lines, one module for each command. The logic is in `ops`."""
