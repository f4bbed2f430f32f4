"""The move of clients between real PostgreSQL servers: copy, catch-up, verification, cut over, way back."""
